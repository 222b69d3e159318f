"""Linear waves in 3-D at 128 x 64 x 64."""
from tests.regression.linear_wave import main

main(64)
