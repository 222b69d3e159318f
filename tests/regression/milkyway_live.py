"""The galaxy alive, a few steps on few cells with everything on: books close in an open box, floors are rare, ranks, blocks and restarts make no
difference."""
import numpy as np

from tests.regression.check import check, resume, run, same_snapshots

SETUP = 'setups/milkyway/live.yaml'
FEW = {'mesh.max_level': 1, 'mesh.regions': '[{level: 1, lower: [1 kpc, 1 kpc, 1 kpc], upper: [8 kpc, 8 kpc, 2 kpc]}]', 'run.time_end': '1 Myr', 'run.dt_max': '0.25 Myr',
       'cr.species': '[{name: p, min_GV: 0.5623, max_GV: 5.623}]', 'milkyway.supernova_rate': '5e-4 yr^-1', 'output.history': '0.2 Myr', 'output.snapshots': 0,
       'output.precision': 'float64'}


def drift(values, scale):
    return float(np.max(np.abs(values - values[0])) / np.max(np.abs(scale)))


def solar_circle(f, shape):
    """Cells of a snapshot from 7.2 to 9.2 kpc and within 0.6 kpc of the plane."""
    x, y, z = (f[f'x{d}v'][...] for d in (1, 2, 3))
    x, y, z = (np.broadcast_to(a, shape) for a in (x[:, None, None, :], y[:, None, :, None], z[:, :, None, None]))
    radius = np.hypot(x, y)
    return (radius > 7.2) & (radius < 9.2) & (np.abs(z) < 0.6)


def books(h, what):
    """Energy, mass, metals and particles with all that came, left or was lost; every number on its own way to the file."""
    check(f'{what}: energy with all books', drift(h['energy_balance'], h['total_energy']), '<', 1e-12, 'conservation')
    check(f'{what}: mass with what left and came', drift(h['mass'] + h['outflow_mass'] - h['supernova_mass'], h['mass']), '<', 1e-13, 'conservation')
    check(f'{what}: metals with what left and came', drift(h['scalar0'] + h['outflow_scalar0'] - h['supernova_metals'], h['scalar0']), '<', 1e-13, 'conservation')
    parts = h['supernova_energy'] - h['supernova_cr_energy'] - h['supernova_unresolved'] + h['supernova_frame'] - h['supernova_gas_energy']
    check(f'{what}: energy of supernovae, all its parts', float(np.max(np.abs(parts)) / h['supernova_energy'][-1]), '<', 1e-12, 'conservation')
    for s in [n[3:-len('_source_number')] for n in h if n.startswith('cr_') and n.endswith('_source_number')]:
        total = sum(h[c] for c in h if c.startswith(f'cr_{s}_') and c.endswith('_number'))
        check(f'{what}: particles of {s} with the ledger', drift(total, h[f'cr_{s}_number']), '<', 1e-12, 'conservation')
    check(f'{what}: share of cell updates on a floor', float((h['density_floors'] + h['pressure_floors'])[-1] / (h['step'][-1] * h['cells'][-1])), '<', 1e-6, 'rare')
    check(f'{what}: supernovae', float(h['supernovae_ii'][-1]), '>', 10.0, 'they happen')
    check(f'{what}: energy that was radiated, over that of supernovae', float(abs(h['radiated_energy'][-1]) / h['supernova_energy'][-1]), '>', 1e-3, 'gas cools')


def main():
    whole = run(SETUP, FEW)
    books(whole.history, 'few cells')
    same_snapshots('two ranks', whole, run(SETUP, FEW, ranks=2), 'ranks make no difference')
    uniform = {**FEW, 'mesh.max_level': 0, 'mesh.regions': '[]', 'run.time_end': '0.5 Myr'}
    same_snapshots('blocks of 8 and of 16 cells', *(run(SETUP, {**uniform, 'mesh.block': n}) for n in (8, 16)), 'blocks make no difference')
    part = run(SETUP, {**FEW, 'run.step_end': 2})
    resume('goes on from a checkpoint', part, SETUP, FEW)
    same_snapshots('stopped and resumed', whole, part, 'restarts make no difference')
    check('stopped and resumed: rows of the history that differ', int(np.any([whole.history[c] != part.history[c] for c in whole.history])), '==', 0, 'books go on')


if __name__ == '__main__':
    main()
