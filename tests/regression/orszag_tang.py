"""The Orszag-Tang vortex: symmetry, divergence, conservation, convergence of the profile."""
import numpy as np

from tests.regression.check import check, keep, run
from tests.regression.states import different, mapped, state

SETUP = 'setups/orszag_tang/orszag_tang.yaml'


def main():
    results = {}
    for n in (64, 128, 256):
        r = run(SETUP, {'mesh.cells': [n, n, 1], 'mesh.block': 32, 'output.precision': 'float64', 'output.snapshots': 0})
        s = results[n] = state(r)
        check(f'{n}^2: values that differ after a half turn', different(s, mapped(s, flip=(0, 1))), '==', 0, 'symmetry to the last bit')
        check(f'{n}^2: largest |div B| dx / |B|', float(np.max(r.history['max_div_b'])), '<', 1e-12, 'constrained transport')
        check(f'{n}^2: change of the energy', r.drift('total_energy'), '<', 1e-13, 'conservation')
        check(f'{n}^2: change of the mass', r.drift('mass'), '<', 1e-13, 'conservation')
    keep(r, 'orszag_tang')

    def difference(n):
        fine = results[2 * n]['press'][0].reshape(n, 2, n, 2).mean(axis=(1, 3))
        return float(np.mean(np.abs(fine - results[n]['press'][0])))

    check('pressure: difference 128 to 256 over 64 to 128', difference(128) / difference(64), '<', 0.7, 'first order at shocks is 0.5')


main()
