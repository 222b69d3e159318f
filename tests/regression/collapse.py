"""Free fall of a cold sphere: radius and density against the exact solution, mass, momentum, centre of mass, energy."""
import math

import h5py
import numpy as np

from tests.regression.check import check, keep, run

SETUP = 'setups/collapse/collapse.yaml'


def shrink(t, halo=0.0):
    """Radius over the first one, G = rho = 1: cos^2 b with b + sin(2 b) / 2 = t sqrt(8 pi / 3); with mass that stays by the equation of motion."""
    if halo > 0.0:
        s, v, dt = 1.0, 0.0, t / 20000
        for _ in range(20000):   # leapfrog
            s += 0.5 * dt * v
            v -= dt * 4 * math.pi / 3 * (1 / s ** 2 + halo * s)
            s += 0.5 * dt * v
        return s
    lo, hi = 0.0, 0.5 * math.pi
    for _ in range(60):
        b = 0.5 * (lo + hi)
        lo, hi = (b, hi) if b + 0.5 * math.sin(2 * b) < t * math.sqrt(8 * math.pi / 3) else (lo, b)
    return math.cos(lo) ** 2


def cells(path):
    """Places [cell][3], volumes, and density."""
    with h5py.File(path, 'r') as f:
        names = [n.decode() for n in f.attrs['VariableNames']]
        rho, time = f['prim'][names.index('rho')], float(f.attrs['Time'])
        x, y, z = (np.diff(f[f'x{d}f'][...], axis=1) for d in (1, 2, 3))
        a, b, c = (f[f'x{d}v'][...] for d in (1, 2, 3))
    volume = z[:, :, None, None] * y[:, None, :, None] * x[:, None, None, :]
    at = np.stack(np.broadcast_arrays(a[:, None, None, :], b[:, None, :, None], c[:, :, None, None]), axis=-1)
    return time, at.reshape(-1, 3), volume.reshape(-1), rho.reshape(-1)


def state(path, centre, halo=0.0):
    """Of the gas of the sphere: radius from its mean square and median density, over the exact ones; centre of mass; and the same of the start."""
    time, at, volume, rho = cells(path)
    mass = np.where(rho > 0.01, rho * volume, 0.0)
    middle = mass @ at / mass.sum()
    radius = math.sqrt(5 / 3 * (mass @ np.sum((at - middle) ** 2, axis=1)) / mass.sum())
    s = shrink(time, halo)
    inner = np.sum((at - centre) ** 2, axis=1) < (0.6 * s) ** 2
    density = (rho[inner] @ volume[inner]) / volume[inner].sum()
    return time, radius / s, density * s ** 3, (rho * volume) @ at / (rho @ volume)


def fall(n, bounds, centre=(0.0, 0.0, 0.0), **more):
    r = run(SETUP, {'mesh.cells': [n, n, n], 'collapse.centre': list(centre), **more}, timeout=3000)
    paths, h = r.snapshots(), r.history
    halo = more.get('collapse.halo', 0.0)
    _, first, _, middle = state(paths[0], centre, halo)
    for path, (in_radius, in_density) in zip(paths[1:], bounds):
        time, radius, density, now = state(path, centre, halo)
        what = f'{n}^3' + (', with mass that stays' if halo else '')
        check(f'{what}: radius at {time:.3g} less 1', abs(radius / first - 1), '<', in_radius, 'exact radius')
        check(f'{what}: density inside of 0.6 of the radius at {time:.3g} less 1', abs(density - 1), '<', in_density, 'exact density')
        if centre == (0.0, 0.0, 0.0):
            check(f'{what}: centre of mass moves until {time:.3g}', float(np.max(np.abs(now - middle))), '<', 1e-6, 'forces are mutual; of a radius of 1')
    scale = math.sqrt(2 * h['mass'][-1] * np.max(h['kinetic_energy']))
    check(f'{what}: change of the mass', r.drift('mass'), '<', 1e-13, 'conservation')
    if centre == (0.0, 0.0, 0.0):
        check(f'{what}: momentum', max(float(np.max(np.abs(h[f'momentum{d}']))) for d in (1, 2, 3)) / scale, '<', 1e-6, 'of that of all mass inwards')
    energy = h['total_energy'] + h['gravity_energy']
    off = float(np.max(np.abs(energy - energy[0])) / abs(h['gravity_energy'][-1]))
    return r, off


def main():
    r, off = fall(32, [(0.01, 0.005), (0.02, 0.01), (0.05, 0.03)])
    check('32^3: change of the energy over that in the potential', off, '<', 3e-3, 'the order of the scheme; the sphere falls through a jump of levels')
    keep(r, 'collapse')
    _, off = fall(24, [(0.01, 0.01), (0.03, 0.02)], **{'mesh.max_level': 1, 'collapse.halo': 1.0, 'gravity.mass_from_setup': True, 'run.time_end': 0.3, 'output.snapshots': 0.15})
    check('24^3, with mass that stays: change of the energy over that in the potential', off, '<', 1e-4, 'the order of the scheme')


if __name__ == '__main__':
    main()
