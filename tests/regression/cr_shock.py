"""A steady shock with a precursor of cosmic rays stays as it is: fluxes of mass, momentum and energy, and the state behind it."""
import numpy as np

from tests.regression.check import check, run
from tests.regression.states import different, mapped, state

SETUP = 'setups/cr_shock/cr_shock.yaml'
FIELDS = 'rho,press,vel1,vel2,vel3,cr_press'.split(',')


def steady():
    e = []
    for n in (64, 128, 256):
        r = run(SETUP, {'mesh.cells': [n, 1, 1], 'output.fields': FIELDS})
        e.append(r.errors['l1_rho'])
    check('mean error of the density at 256', e[2], '<', 0.02, 'exact solution; densities from 1 to 3.8')
    check('ratio of errors 256/64', e[2] / e[0], '<', 0.5, 'no more than the place of the shock, in cells')
    s = {k: v.ravel() for k, v in state(r).items()}
    first = {k: v.ravel() for k, v in state(r.snapshots()[0]).items()}
    away = np.abs(-0.6 + (np.arange(256) + 0.5) / 256) > 8 / 256
    flux = s['rho'] * s['vel1'] ** 2 + s['press'] + s['cr_press']
    check('momentum flux: largest deviation', float(np.max(np.abs(flux / flux[0] - 1)[away])), '<', 0.01, 'the same everywhere')
    check('mass flux: largest deviation', float(np.max(np.abs(s['rho'] * s['vel1'] - 1)[away])), '<', 0.03, 'the same everywhere; noise of a shock that rests')
    for name in ('press', 'cr_press'):
        check(f'{name} behind the shock, relative to the exact value', float(abs(np.mean(s[name][200:]) / first[name][200] - 1)), '<', 0.01, 'Drury & Voelk 1981')
    check('cr_press ahead of the shock: largest error over that behind', float(np.max(np.abs(s['cr_press'] - first['cr_press'])[away]) / first['cr_press'][200]), '<', 0.03,
          'precursor of length kappa / velocity')


def axes():
    results = []
    for a in range(3):
        cells, lower, upper = [8, 8, 8], [-0.125] * 3, [0.125] * 3
        cells[a], lower[a], upper[a] = 32, -0.6, 0.4
        boundary = {'mesh.boundary_' + 'xyz'[d]: 'outflow' if d == a else 'periodic' for d in range(3)}
        r = run(SETUP, {'mesh.dim': 3, 'mesh.cells': cells, 'mesh.lower': [f'{v} code' for v in lower], 'mesh.upper': [f'{v} code' for v in upper], 'mesh.block': 8,
                        **boundary, 'cr_shock.axis': 'xyz'[a], 'run.step_end': 4, 'output.fields': FIELDS})
        results.append(state(r))
    for a in (1, 2):
        check(f'along {"xyz"[a]}: values that differ from x', different(results[0], mapped(results[a], tuple((d + a) % 3 for d in range(3)))), '==', 0,
              'the same to the last bit')


def mirror():
    """Places of cells that are exact in binary, so that the start is a mirror image to the last bit."""
    def flow(lower, upper, back):
        ends = {'mesh.lower': [f'{v} code' for v in (lower, -0.5, -0.5)], 'mesh.upper': [f'{v} code' for v in (upper, 0.5, 0.5)], 'mesh.cells': [64, 1, 1]}
        return state(run(SETUP, {**ends, 'cr_shock.back': back, 'run.step_end': 60, 'output.fields': FIELDS}))
    to, back = flow(-0.625, 0.375, False), flow(-0.375, 0.625, True)
    check('mirror image: values that differ', different(to, mapped(back, flip=(0,))), '==', 0, 'the same to the last bit')
    check('mirror image: change of the pressure of cosmic rays since the start', float(np.ptp(to['cr_press'])), '>', 0.1, 'a shock, no uniform state')


steady()
axes()
mirror()
