"""Cosmic rays along circular field lines with 128 x 128 and 256 x 256 cells."""
from tests.regression.cr_ring import sizes

sizes(128, 256)
