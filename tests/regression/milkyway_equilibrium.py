"""Gas of the galaxy in equilibrium stays where it is: what moves falls with the size of the cells."""
import h5py
import numpy as np

from tests.regression.check import check, run

SETUP = 'setups/milkyway/equilibrium.yaml'


def load(path):
    with h5py.File(path, 'r') as f:
        names = [n.decode() for n in f.attrs['VariableNames']]
        rho, vx, vy, vz = (f['prim'][names.index(n)] for n in ('rho', 'vel1', 'vel2', 'vel3'))
        x, y, z = (f[f'x{d}v'][...] for d in (1, 2, 3))
    x, y, z = (np.broadcast_to(a, rho.shape) for a in (x[:, None, None, :], y[:, None, :, None], z[:, :, None, None]))
    return rho, (x * vx + y * vy) / np.hypot(x, y), vz, np.hypot(x, y), z


def drift(r, sound):
    """In the disc from 3 to 10 kpc: mean change of the density over the density, mean speed that is not rotation over that of sound, change of the mass."""
    before, (rho, out, up, R, z) = load(r.snapshots()[0])[0], load(r.snapshots()[-1])
    disc = (R > 3) & (R < 10) & (np.abs(z) < 1.5)
    mass, moving = np.sum(rho[disc]), np.sum((rho * np.hypot(out, up))[disc])
    return float(np.sum(np.abs(rho - before)[disc]) / np.sum(before[disc])), float(moving / mass / sound), float(mass / np.sum(before[disc]) - 1)


def compare(coarse, fine, time, sound, density, speed):
    end = {'run.time_end': time, 'output.snapshots': 0, 'milkyway.neutral_dispersion': f'{sound} km/s'}
    few, many = (drift(run(SETUP, {'mesh.cells': [n, n, n], 'mesh.block': 8 if n % 16 else 16, **end}, timeout=3600), sound) for n in (coarse, fine))
    check(f'{time}: change of the density with {coarse}^3 cells over that with {fine}^3', few[0] / many[0], '>', 2.8, 'order 1.5 at least')
    check(f'{time}: motion with {coarse}^3 cells over that with {fine}^3', few[1] / many[1], '>', 2.8, 'order 1.5 at least')
    check(f'{time}: change of the density with {fine}^3 cells', many[0], '<', density, 'it stays as it is')
    check(f'{time}: speed over that of sound with {fine}^3 cells', many[1], '<', speed, 'it stays as it is')
    check(f'{time}: change of the mass of the disc with {fine}^3 cells', abs(many[2]), '<', 0.01, 'it stays as it is')


if __name__ == '__main__':
    compare(16, 32, '10 Myr', 60.0, 0.03, 0.1)
