"""Cosmic rays across a disc: more rigidities, and what does not depend on the reduced speed of light."""
from tests.regression.cr_slab import full

full()
