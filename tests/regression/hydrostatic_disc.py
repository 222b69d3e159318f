"""A disc in equilibrium in a static potential: what moves, its order, and energy with that in the potential in a closed box."""
import h5py
import numpy as np

from tests.regression.check import check, run

SETUP = 'setups/hydrostatic_disc/hydrostatic_disc.yaml'
SOUND = 0.3
UNIFORM = {'mesh.max_level': 0, 'mesh.regions': '[]'}


def streaming(r):
    """Mean and largest velocity that is not rotation over the sound speed, weighted by mass and in gas above 1e-3 of the largest density."""
    with h5py.File(r.snapshots()[-1], 'r') as f:
        names = [n.decode() for n in f.attrs['VariableNames']]
        rho, vx, vy, vz = (f['prim'][names.index(n)] for n in ('rho', 'vel1', 'vel2', 'vel3'))
        x, y = (f[f'x{d}v'][...] for d in (1, 2))
        volume = 0.125 ** f['Levels'][...]
    x, y = np.broadcast_to(x[:, None, None, :], rho.shape), np.broadcast_to(y[:, None, :, None], rho.shape)
    out = (x * vx + y * vy) / np.hypot(x, y)
    v, mass = np.hypot(out, vz) / SOUND, rho * volume[:, None, None, None]
    return float(np.sum(mass * v) / np.sum(mass)), float(np.max(v[rho > 1e-3 * rho.max()]))


def main():
    end = {'run.time_end': 1.0, 'output.snapshots': 0}
    coarse, fine = (run(SETUP, {'mesh.cells': [n, n, n], 'mesh.block': 8, **UNIFORM, **end}) for n in (16, 32))
    refined = run(SETUP, end)
    check('error at 16^3 over that at 32^3', coarse.errors['rms_l1'] / fine.errors['rms_l1'], '>', 3.6, 'second order')
    (mean2, _), (mean, _) = streaming(coarse), streaming(fine)
    check('streaming at 16^3 over that at 32^3', mean2 / mean, '>', 3.6, 'second order')
    check('refined middle: error over that of the root grid', refined.errors['rms_l1'] / fine.errors['rms_l1'], '<', 0.7, 'refinement helps')
    mean, most = streaming(refined)
    check('mean streaming over the sound speed', mean, '<', 0.005, 'equilibrium')
    check('largest streaming over the sound speed', most, '<', 0.1, 'equilibrium')
    walls = {f'mesh.boundary_{d}': 'reflecting' for d in 'xyz'}
    h = run(SETUP, {'mesh.cells': [16, 16, 16], **end, **walls, 'output.history': 0.02}).history
    energy = h['total_energy'] + h['gravity_energy']
    check('closed box: change of the energy of the gas', float(np.ptp(h['total_energy'])), '>', 1e-3, 'it falls')
    check('closed box: change of the energy with that in the potential', float(np.max(np.abs(energy / energy[0] - 1))), '<', 1e-13, 'conservation')


if __name__ == '__main__':
    main()
