"""Waves in gas with its own gravity in 3-D: frequency, growth and order at 64^3."""
from tests.regression.jeans_wave import both

both(3, 64)
