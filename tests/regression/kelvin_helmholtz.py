"""Smooth shear layers: glide symmetry, and growth that converges with resolution."""
import numpy as np

from tests.regression.check import check, keep, run
from tests.regression.states import mapped, state

SETUP = 'setups/kelvin_helmholtz/kelvin_helmholtz.yaml'


def main():
    across, dye = {}, {}
    for n in (32, 64, 128):
        r = run(SETUP, {'mesh.cells': [n, 2 * n, 1], 'run.time_end': 1.0, 'output.precision': 'float64', 'output.snapshots': 0})
        s = state(r)
        across[n] = float(np.mean(s['rho'] * s['vel2'] ** 2))
        dye[n] = s['r0'][0]
        glide = {k: np.roll(v, n // 2, axis=2) for k, v in mapped(s, flip=(1,)).items()}
        worst = max(float(np.max(np.abs(glide[k] - s[k]))) for k in s)
        check(f'{n}x{2 * n}: largest change when mirrored in y and moved by half the box', worst, '<', 1e-9, 'symmetry; round-off grows')
    keep(r, 'kelvin_helmholtz')
    check('kinetic energy across: relative difference 64 to 128', abs(across[64] / across[128] - 1.0), '<', 0.1, 'resolved growth, Lecoanet et al. 2016')
    fine = {n: dye[2 * n].reshape(2 * n, 2, n, 2).mean(axis=(1, 3)) for n in (32, 64)}
    ratio = float(np.mean(np.abs(dye[64] - fine[64])) / np.mean(np.abs(dye[32] - fine[32])))
    check('dye: difference 64 to 128 over 32 to 64', ratio, '<', 0.4, 'second order is 0.25')
    check('dye: largest excess over its bounds', float(max(dye[128].max() - 1.0, -dye[128].min())), '<', 1e-10, 'bounded advection')


main()
