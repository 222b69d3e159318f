"""Cosmic rays along circular field lines with 128 x 128 and 256 x 256 cells, and in 3-D."""
from tests.regression.cr_ring import depths, sizes, tilted

tilted(32, 0.0025, 2.5e-3)
depths(64, 0.3, 10)
sizes(128, 256)
