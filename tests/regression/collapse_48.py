"""The fall of a cold sphere on 48^3 cells and a refined level; a sphere away from the middle."""
from tests.regression.check import check
from tests.regression.collapse import fall

_, off = fall(48, [(0.003, 0.001), (0.006, 0.002), (0.03, 0.01)])
check('48^3: change of the energy over that in the potential', off, '<', 1e-5, 'the order of the scheme')
fall(32, [(0.02, 0.01)], centre=(0.15, -0.1, 0.05), **{'run.time_end': 0.15})
