"""The rotor: positivity, divergence, symmetry."""
import numpy as np

from tests.regression.check import check, keep, run
from tests.regression.states import different, mapped, state

SETUP = 'setups/rotor/rotor.yaml'


def main():
    r = run(SETUP, {'output.precision': 'float64', 'output.snapshots': 0})
    s = state(r)
    check('values that differ after a half turn', different(s, mapped(s, flip=(0, 1), reverse=True)), '==', 0, 'symmetry to the last bit')
    check('floors hit', int(r.history['density_floors'][-1] + r.history['pressure_floors'][-1]), '==', 0, 'positivity')
    check('lowest pressure', float(s['press'].min()), '>', 0.01, 'Toth 2000, figure 25')
    check('largest |div B| dx / |B|', float(np.max(r.history['max_div_b'])), '<', 1e-12, 'constrained transport')
    check('largest Mach number', float(np.max(np.sqrt((s['vel1'] ** 2 + s['vel2'] ** 2) / (1.4 * s['press'] / s['rho'])))), '<', 4.5,
          'own value; Toth 2000, figure 25, shows contours up to about 3')
    keep(r, 'rotor')


main()
