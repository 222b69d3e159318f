"""Implicit transport of cosmic rays: rings with up to 128 x 128 cells, and spectra across a disc."""
from tests.regression.cr_implicit import ring, slab

for n in (64, 128):
    for cells in (10, 100, 1000):
        ring(n, cells)
slab()
