"""Cosmic rays along circular field lines: error at late times, bounds, a refined patch, and circles of any direction in 3-D."""
import numpy as np

from analysis.snapshot import Snapshot
from tests.reference import transport
from tests.regression.check import check, run

PLANE, TILTED = 'setups/cr_ring/cr_ring.yaml', 'setups/cr_ring/tilted.yaml'
BALSARA = {32: 0.0407, 64: 0.0326, 128: 0.0237, 256: 0.0150}   # Balsara, Tilley & Howk 2007, L1 at t = 200
BOUND = {32: 0.010, 64: 0.006, 128: 0.004, 256: 0.003}


SPEED = {32: 0.3, 64: 0.3, 128: 0.6, 256: 1.0}      # c~ / c: optical depths of cells 0.6, 0.3, 0.3 and 0.26, where the bounds hold in full


def ring(n, **more):
    parameters = {'mesh.cells': [n, n, 1], 'transport.speed': f'{SPEED[n]} c', 'output.snapshots': '200 code', 'output.history': '20 code'}
    r = run(PLANE, {**parameters, **{k.replace('__', '.'): v for k, v in more.items()}}, timeout=3000)
    with Snapshot(r.snapshots()[-1]) as s:
        return r, r.errors['l1_n_p'], s.cells('p_00_number')


def lost(r):
    """Number in the box and what has left it (field lines go through the corners), relative change since the start."""
    all = r.history['cr_p_number'] + r.history['cr_p_outflow_number']
    return float(abs(all / all[0] - 1).max())


def bounds(name, values, low=10.0, high=12.0):
    check(f'{name}: below the least density', max(low - float(values.min()), 0.0), '<=', 1e-12, 'bounds of the start')
    check(f'{name}: above the largest density', max(float(values.max()) - high, 0.0), '<=', 1e-12, 'bounds of the start')


def across(c, t=200.0, kappa=0.01):
    """Effective diffusion across the field over that along it: half the growth of the variance of the radius, by numbers above the background."""
    radius = np.hypot(c['x'], c['y'])

    def variance(q):
        w = (q - 10.0) / (q - 10.0).sum()
        return (w * radius**2).sum() - (w * radius).sum()**2
    return float((variance(c['p_00_number']) - variance(transport.ring(c['x'], c['y'], t, kappa))) / (2.0 * t * kappa))


ACROSS = {32: 2e-3, 64: 1e-3, 128: 5e-4, 256: 3e-4}


def sizes(*several):
    for n in several:
        r, error, c = ring(n)
        check(f'{n} x {n}: diffusion across the field, over that along it', across(c), '<', ACROSS[n], 'the variance of the radius; measured')
        check(f'{n} x {n}: mean error at t = 200', error, '<=', BOUND[n], f'Balsara et al. 2007: {BALSARA[n]}')
        bounds(f'{n} x {n}', c['p_00_number'])
        check(f'{n} x {n}: drift of the number', lost(r), '<', 1e-12, 'conservation')


def outwards(c, t=200.0, kappa=0.01):
    """As across, in 3-D: the larger of that of the radius and of the height along the axis."""
    axis = np.array([1.0, 2.0, 3.0]) / 14**0.5
    place = np.stack([c[d] for d in 'xyz'])
    height = axis @ place
    radius, q = np.sqrt(np.maximum((place**2).sum(axis=0) - height**2, 0.0)), c['p_00_number'] - 10.0
    inside = ((radius > 0.5) & (radius < 0.7) & (np.abs(height) < 0.25)) / 6.0   # late: uniform

    def variance(w, x):
        return (w * x**2).sum() / w.sum() - ((w * x).sum() / w.sum())**2
    return max(float(variance(q, x) - variance(inside, x)) / (2.0 * t * kappa) for x in (radius, height))


def depths(n, *several):
    """Other optical depths of a cell, for which c~ may have to be above 1: with c = 10."""
    for depth in several:
        speed = 0.003 * depth * n / 2
        _, error, c = ring(n, units__velocity='0.1 c', cr__scattering_rate_s=1e-5 / 3, transport__speed=f'{speed} c')
        check(f'{n} x {n}, optical depth {depth}: mean error', error, '<=', BOUND[n], 'as for the others')
        bounds(f'{n} x {n}, optical depth {depth}', c['p_00_number'])


def tilted(n, bound, most):
    r = run(TILTED, {'mesh.cells': [n, n, n], 'mesh.block': n // 2, 'transport.speed': '0.3 c', 'run.time_end': '200 code', 'output.snapshots': '200 code',
                     'output.history': '200 code'}, timeout=3000)
    with Snapshot(r.snapshots()[-1]) as s:
        c = s.cells('p_00_number')
    name = f'3-D, tilted, {n}^3'
    bounds(name, c['p_00_number'])
    check(f'{name}: mean error at t = 200', r.errors['l1_n_p'], '<=', bound, 'a quarter of the box has the ring: 0.01 / 4 with 32 cells')
    check(f'{name}: diffusion across the field, over that along it', outwards(c), '<', most, 'variance of radius and height; measured')
    check(f'{name}: drift of the number', lost(r), '<', 1e-12, 'conservation')


def main():
    sizes(32, 64)
    region = '[{level: 1, lower: [0 code, 0 code, 0 code], upper: [0.9 code, 0.9 code, 0 code]}]'
    r, patch, c = ring(32, mesh__block=8, mesh__max_level=1, mesh__regions=region)
    check('32 x 32, a patch refined: mean error', patch, '<=', BOUND[32], 'as without')
    bounds('a patch refined', c['p_00_number'])
    check('a patch refined: drift of the number', lost(r), '<', 1e-12, 'conservation across levels')
    early, _, c = ring(32, run__time_end='10 code', transport__speed='1 c')
    difference = abs(c['p_00_number'] - transport.ring(c['x'], c['y'], 10.0, 0.01)).mean()
    check('32 x 32: difference from the Fourier series at t = 10', float(difference), '<=', 0.03, 'tests/reference/transport.py')
    depths(32, 0.3, 10)
    tilted(24, 0.003, 5e-3)


if __name__ == '__main__':
    main()
