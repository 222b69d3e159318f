"""Implicit transport of cosmic rays: the tests of the explicit part with steps of 1 to 1000 times the light-crossing time of a cell."""
import math

import numpy as np

from analysis.snapshot import Snapshot
from tests.regression import cr_slab
from tests.regression.check import check, run

GAUSSIAN, RING, WAVE, SLAB = (f'setups/cr_{n}/implicit.yaml' for n in ('gaussian', 'ring', 'telegraph', 'slab'))
INCLINED = 'setups/cr_gaussian/inclined.yaml'
EXPLICIT = {n: f'setups/cr_{n}/cr_{n}.yaml' for n in ('gaussian', 'ring', 'telegraph')}
GOAL = {32: 0.010, 64: 0.006, 128: 0.004}   # of the explicit part, ring at t = 200


def step(cells, **more):
    """Steps of so many light-crossing times of a cell."""
    n = max(1, round(cells / 0.3))
    return {'transport.scheme': 'implicit', 'transport.substeps': n, 'transport.cfl': cells / n, **{k.replace('__', '.'): v for k, v in more.items()}}


def books(r):
    all = r.history['cr_p_number'] + r.history['cr_p_outflow_number']
    return float(abs(all / all[0] - 1).max())


def least(r):
    with Snapshot(r.snapshots()[-1]) as s:
        return float(s.field('p_00_number').min())


def gaussian():
    few = {'output.history': '0.2 code', 'mesh.cells': [128, 1, 1]}
    explicit = run(EXPLICIT['gaussian'], few).errors['l1_n_p']
    for cells in (1, 10, 100):
        r = run(GAUSSIAN, {**few, **step(cells)})
        check(f'Gaussian, {cells} cells per step: mean error over that of explicit transport', r.errors['l1_n_p'] / explicit, '<=', 1.2, 'both resolve the diffusion')
        check(f'Gaussian, {cells} cells per step: drift of the number', books(r), '<', 1e-12, 'conservation')
    long = run(GAUSSIAN, {**few, **step(1000)})
    check('Gaussian, 1000 cells per step, three steps: mean error', long.errors['l1_n_p'], '<=', 5e-4, 'measured')
    tiny = {'mesh.cells': [32, 32, 1], 'mesh.block': 8, 'mesh.max_level': 1, 'output.history': '0.02 code', 'transport.speed': '1 c'}
    for ranks, cells in ((1, 10), (2, 1000)):
        r = run(INCLINED, {**tiny, **step(cells)}, ranks=ranks)
        check(f'2-D with a patch refined, {cells} cells per step: drift of the number', books(r), '<', 1e-12, 'conservation across levels')
        check(f'2-D with a patch refined, {cells} cells per step: least density', least(r), '>=', 0.0, 'positive')


def wave():
    def errors(k, time, cells, order, n=64):
        r = run(WAVE, {'mesh.cells': [n, 1, 1], 'mesh.upper': f'[{2 * math.pi / k!r} code, 1 code, 1 code]', 'run.time_end': f'{time} code',
                       'output.snapshots': f'{time} code', 'output.history': f'{time} code', **step(cells, transport__order=order)})
        return r.errors['l1_n_p'] / 1e-4
    def explicit(k, time, n=64):
        r = run(EXPLICIT['telegraph'], {'mesh.cells': [n, 1, 1], 'mesh.upper': f'[{2 * math.pi / k!r} code, 1 code, 1 code]', 'run.time_end': f'{time} code',
                                        'output.snapshots': f'{time} code', 'output.history': f'{time} code'})
        return r.errors['l1_n_p'] / 1e-4
    for k, time in ((0.1, 100.0), (1, 2.0)):
        check(f'wave, k = {k}, 1 cell per step: error over that of explicit transport', errors(k, time, 1, 2) / explicit(k, time), '<=', 1.2, 'order 2')
    for order, low in ((1, 0.85), (2, 1.8)):
        e = [errors(3, 1.0, cells, order, 256) for cells in (16, 8)]
        check(f'wave, k = 3: order in time with transport.order {order}', float(np.log2(e[0] / e[1])), '>=', low, 'measured at two lengths of steps')


def ring(n, cells, **more):
    r = run(RING, {'mesh.cells': [n, n, 1], 'output.snapshots': '200 code', 'output.history': '20 code', 'transport.solver_tolerance': '1e-12', **step(cells, **more)})
    name = f'ring, {n} x {n}, {cells} cells per step'
    check(f'{name}: mean error at t = 200', r.errors['l1_n_p'], '<=', 1.5 * GOAL[n], 'one and a half times the goal of the explicit part')
    check(f'{name}: below the least density', max(10 - least(r), 0.0), '<=', 1e-10, 'no undershoot')
    check(f'{name}: drift of the number', books(r), '<', 1e-12, 'conservation')


def slab():
    high = 31.622776601683793
    r = run(SLAB, {**cr_slab.FEW, 'cr.min_GV': 1, 'cr.max_GV': high, 'run.time_end': '25 Myr'})
    cr_slab.compare('slab, 1 to 32 GV, steps of 0.02 Myr', r, 1.0, high, 0.025)
    check('slab: closure of energy with the ledger', float(np.max(np.abs(r.history['cr_closure_energy']))), '<=', 1e-12, 'conservation')


def automatic():
    choose = {'mesh.cells': [64, 1, 1], 'output.history': '0.2 code', 'transport.scheme': 'auto'}
    for n, cost, word in ((30, 60, 'explicit'), (300, 60, 'implicit'), (30, 0, 'explicit'), (600, 0, 'implicit')):
        r = run(EXPLICIT['gaussian'], {**choose, 'transport.substeps': n, 'transport.implicit_cost': cost})
        check(f'auto, {n} sub-steps{" by measured costs" * (cost == 0)}: {word}', int(f'group 0: {word}' in r.text), '==', 1, 'the cheaper one')


if __name__ == '__main__':
    gaussian()
    wave()
    for length in (1, 10, 1000):
        ring(32, length)
    automatic()
