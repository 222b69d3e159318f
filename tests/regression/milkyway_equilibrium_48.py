"""A cooler disc in equilibrium for one sound-crossing time, on 24^3 and 48^3 cells."""
from tests.regression.milkyway_equilibrium import compare

compare(24, 48, '25 Myr', 40.0, 0.02, 0.06)
