"""Cosmic rays along circular field lines with up to 128 x 128 cells."""
from tests.regression.cr_ring import main

main(128)
