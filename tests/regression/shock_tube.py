"""Riemann problems: errors against the exact solutions, the same profile along every axis, published reference profiles."""
import csv
import os

import numpy as np

from tests import tap
from tests.regression.check import ROOT, check, keep, run
from tests.regression.states import different, mapped, state

SETUP = 'setups/shock_tube/shock_tube.yaml'
REFERENCE = os.path.join(ROOT, '..', 'shared', 'data', 'enzo_e')
NAMES = {'density': 'rho', 'velocity_x': 'vel1', 'velocity_y': 'vel2', 'velocity_z': 'vel3', 'pressure': 'press', 'bfield_y': 'Bcc2', 'bfield_z': 'Bcc3'}
BOUNDS = dict.fromkeys(NAMES, 1e-2)
HYDRO = {'mhd.magnetic': False, 'mhd.gamma': 1.4}


def tube(problem, n, **more):
    times = {'sod': 0.25, 'einfeldt': 0.15, 'brio_wu': 0.1, 'rj1a': 0.08, 'rj2a': 0.2, 'rj5a': 0.1}
    p = {'shock_tube.problem': problem, 'mesh.cells': [n, 1, 1], 'run.time_end': times[problem], 'output.snapshots': 0}
    return run(SETUP, {**p, **(HYDRO if problem in ('sod', 'einfeldt') else {}), **more})


def exact():
    for problem, bound in (('rj2a', 0.6), ('rj1a', 0.65), ('sod', 0.65), ('einfeldt', 0.75)):
        coarse, fine = tube(problem, 256), tube(problem, 512)
        ratio = fine.errors['rms_l1'] / coarse.errors['rms_l1']
        check(f'{problem}: ratio of errors 512/256', ratio, '<', bound, 'first order at jumps is 0.5, less at contacts')
        if problem == 'rj2a':
            check('rj2a: RMS-L1 at 512', fine.errors['rms_l1'], '<', 0.01, "bound of Athena++'s test")
            keep(fine, 'shock_tube_rj2a')
        check(f'{problem}: floors hit', int(fine.history['density_floors'][-1] + fine.history['pressure_floors'][-1]), '==', 0, 'positivity')


def converged():
    """The problems with a compound wave, against themselves with four times the cells."""
    for problem, gamma in (('brio_wu', 2.0), ('rj5a', 5.0 / 3.0)):
        e = []
        best = state(tube(problem, 2048, **{'mhd.gamma': gamma, 'output.precision': 'float64'}))
        for n in (256, 512):
            s = state(tube(problem, n, **{'mhd.gamma': gamma, 'output.precision': 'float64'}))
            e.append(np.mean(np.abs(s['rho'] - best['rho'].reshape(n, -1).mean(axis=1))))
        check(f'{problem}: ratio of density errors 512/256', e[1] / e[0], '<', 0.7, 'own solution with 2048 cells')


def axes():
    """A tube of 128 cells in 3-D along x, y and z."""
    results = []
    for a in range(3):
        cells, lower, upper = [8, 8, 8], [-0.03125] * 3, [0.03125] * 3
        cells[a], lower[a], upper[a] = 128, -0.5, 0.5
        boundary = {'mesh.boundary_' + 'xyz'[d]: 'outflow' if d == a else 'periodic' for d in range(3)}
        results.append(run(SETUP, {'mesh.dim': 3, 'mesh.cells': cells, 'mesh.lower': lower, 'mesh.upper': upper, 'mesh.block': 8, **boundary,
                                   'shock_tube.axis': 'xyz'[a], 'output.snapshots': 0}))
    first = state(results[0])
    for a in (1, 2):
        turned = mapped(state(results[a]), tuple((d + a) % 3 for d in range(3)))
        check(f'rj2a along {"xyz"[a]}: values that differ from x', different(first, turned), '==', 0, 'the same to the last bit')
        check(f'rj2a along {"xyz"[a]}: steps', int(results[a].history['step'][-1]), '==', int(results[0].history['step'][-1]), 'x')


def published():
    path = os.path.join(REFERENCE, 'rj2a_shock_tube_t0.2_res256.csv')
    if not os.path.exists(path):
        tap.skip('rj2a against the reference profile', 'shared/data/enzo_e is not there')
        return
    with open(path) as f:
        reference = {k: np.array(v, dtype=float) for k, v in zip(*columns(f))}
    s = state(tube('rj2a', 256, **{'output.precision': 'float64'}))
    for name, ours in NAMES.items():
        check(f'rj2a at 256: mean difference of {name} from the reference', float(np.mean(np.abs(s[ours] - reference[name]))), '<',
              BOUNDS[name], 'profile of Enzo-E')


def columns(f):
    rows = list(csv.reader(line for line in f if not line.startswith('#')))
    return rows[0], np.array(rows[1:]).T


exact()
converged()
axes()
published()
