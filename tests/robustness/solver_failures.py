"""Linear systems that are not solved: status 1, what went wrong and what to do, older checkpoints as they were; the last good state in a new one, but none of a
state within a step."""
import glob
import os
import sys

import h5py
import numpy as np

from analysis.snapshot import Snapshot
from tests import tap
from tests.invariance.restart import folder, start
from tests.regression import check

COLLAPSE = 'setups/collapse/collapse.yaml'
SMALL = {'mesh.cells': '[16, 16, 16]', 'mesh.max_level': 0, 'mesh.regions': '[]', 'run.time_end': 0.3, 'output.snapshots': 0.0, 'output.checkpoints': 0.05,
         'output.keep_checkpoints': 9, 'output.xdmf': False, 'mesh.boundary_x': '[reflecting, outflow]'}
KPC = {'units': '{length: 1 kpc, velocity: 30 km/s, density: 1 mp cm^-3}', 'gravity.constant': 1.0, **{f'mesh.{k}': f'[{x} kpc, {x} kpc, {x} kpc]' for k, x in
       (('lower', -1.6), ('upper', 1.6))}, 'run.time_end': '0.3 code', 'run.dt_max': '0.02 code', 'output.checkpoints': '0.05 code', 'output.history': '0.01 code', 'collapse.density': '1 code',
       'collapse.radius': '1 kpc', 'collapse.pressure': '0.01 code', 'collapse.ambient': '1e-2 code'}
COOL = {**SMALL, **KPC, 'cooling.on': True}
RAYS = {**COOL, 'mhd.magnetic': True, 'transport.scheme': 'explicit', 'transport.speed': '10 code', 'transport.alfven': 'none', 'transport.coupling': 'none', 'cr.network': 'custom',
        'cr.species': '[{name: p, min_GV: 1, max_GV: 10, per_decade: 1}]', 'cr_initial.kind': 'lism'}
RING = 'setups/cr_ring/implicit.yaml'
STEADY = 'setups/cr_slab/steady.yaml'
HOPELESS = {'gravity.solver': 'diagonal', 'gravity.max_iterations': 1}


def checkpoints(dir):
    return {p: open(p, 'rb').read() for p in sorted(glob.glob(os.path.join(dir, 'checkpoint.*.h5')))}


def step_of(path):
    with h5py.File(path, 'r') as f:
        return int(f.attrs['step'])


def outflow_of(path):
    with h5py.File(path, 'r') as f:
        return np.array(f.attrs['outflow'])


def apart(dir, right):
    """Density and pressure in the end, largest relative difference."""
    last = []
    for d in (dir, folder(right)):
        with h5py.File(sorted(glob.glob(os.path.join(d, '*.athdf')))[-1], 'r') as f:
            names = [n.decode() for n in f.attrs['VariableNames']]
            last.append(np.array([f['prim'][names.index(n)] for n in ('rho', 'press')], dtype=float))
    return float(np.max(np.abs(last[0] / last[1] - 1)))


def in_a_run(ranks, more, what, base=SMALL, right='right'):
    """Up to step 8, then a solver that cannot; afterwards it goes on as if nothing had been."""
    dir = folder(f'stopped-{what}-{right}-{ranks}')
    start(COLLAPSE, dir, {**base, 'run.step_end': 8}, ranks=ranks)
    old = checkpoints(dir)
    status, text = start(COLLAPSE, dir, {**base, **HOPELESS, **more}, '--resume', ranks=ranks)
    name = f'{what}{", with cooling" * (base is COOL)} on {ranks} rank{"s" * (ranks > 1)}'
    tap.report(status == 1, f'{name}: status 1', (status, text[-800:]))
    tap.report('gravity: not solved, too many iterations' in text and 'potential of the gas was not solved for in step 9' in text, f'{name}: what and where', text[-800:])
    dt = dict(zip(*(check.table(os.path.join(folder(right), 'history.txt'))[k] for k in ('step', 'dt'))))
    tap.report(f'with dt {dt[9 if what == "in a step" else 8]:.6g}' in text, f'{name}: {what}', text[-800:])
    tap.report('gravity.max_iterations' in text and '--resume' in text, f'{name}: what to do', text[-800:])
    new = checkpoints(dir)
    tap.report(all(new.get(p) == b for p, b in old.items()), f'{name}: older checkpoints are untouched', ', '.join(sorted(new)))
    newest = sorted(new)[-1]
    tap.report(newest not in old and step_of(newest) == 8, f'{name}: a checkpoint of the last good step', newest)
    before, after = outflow_of(sorted(old)[-1]), outflow_of(newest)
    tap.report(np.any(before != 0) and np.array_equal(before, after), f'{name}: what has left the domain is what had', (before, after))
    status, text = start(COLLAPSE, dir, base, '--resume', ranks=ranks)
    tap.report(status == 0 and f'resumed from {newest}' in text, f'{name}: goes on from it', text[-500:])
    off = apart(dir, right) if status == 0 else 1.0
    tap.report(off < 1e-6, f'{name}: as the undisturbed run, to the tolerance of the potential', off)


def within_a_step(what, setup, base, steps, hopeless, told, ranks=1):
    """Where a step cannot be undone there is no checkpoint of it; the run goes on from the last one as if nothing had been."""
    dir = folder(f'within-{what}')
    name = f'{what}{f" on {ranks} ranks" * (ranks > 1)}'
    start(setup, dir, {**base, 'run.step_end': steps}, ranks=ranks)
    old = checkpoints(dir)
    status, text = start(setup, dir, {**base, **hopeless}, '--resume', ranks=ranks)
    tap.report(status == 1 and all(t in text for t in told) and f'in step {steps + 1} from time' in text, f'{name}: status 1, what, where, and what to do', (status, text[-1500:]))
    newest = sorted(old)[-1]
    tap.report(checkpoints(dir) == old and f'last good state is in {os.path.basename(newest)}' in text, f'{name}: checkpoints are as they were', (sorted(checkpoints(dir)), text[-800:]))
    whole = folder(f'whole-{what}')
    one, first = start(setup, whole, base, ranks=ranks)
    two, text = start(setup, dir, base, '--resume', ranks=ranks)
    good = (one, two) == (0, 0) and f'resumed from {newest}' in text
    tap.report(good, f'{name}: goes on from the last one', first[-500:] + text[-500:])
    return whole, dir


def implicit():
    """Cosmic rays in implicit steps: even ones begin with transport, odd ones end with it."""
    ring = {'mesh.cells': '[32, 32, 1]', 'mesh.block': 16, 'run.time_end': '60 code', 'output.snapshots': '60 code', 'output.checkpoints': '20 code', 'output.keep_checkpoints': 9, 'output.xdmf': False}
    hopeless = {'transport.solver': 'diagonal', 'transport.solver_iterations': 1, 'transport.solver_tolerance': 1e-12}
    told = ('implicit transport of p, bin 0', 'GeV): not solved, too many iterations', 'transport of cosmic rays was not solved for', 'transport.solver_iterations', '--resume')
    for what, steps, ranks in (('implicit, even step', 6, 1), ('implicit, odd step', 7, 2)):
        whole, dir = within_a_step(what, RING, ring, steps, hopeless, told, ranks)
        left = [{os.path.basename(p): populations(p) for p in glob.glob(os.path.join(d, '*.athdf'))} for d in (whole, dir)]
        off = max(float(np.max(np.abs(q / left[0][n] - 1))) for n, q in left[1].items()) if left[0].keys() == left[1].keys() else 1.0
        tap.report(off < 1e-7, f'{what}: the same snapshots as undisturbed, to the tolerance of the solver', (off, left[0].keys(), left[1].keys()))
    status, text = start(RING, folder('floor'), {**ring, 'transport.substeps': 100000, 'transport.solver_tolerance': 1e-14, 'run.time_end': '2000 code', 'run.step_end': 1})
    tap.report(status == 0 and 'round-off' in text, 'implicit, a tolerance below round-off: a warning, and the run goes on', (status, text[-800:]))


def populations(path):
    with Snapshot(path) as s:
        return np.array(s.field('p_00_number'))


def rays_and_potential():
    """Gas that cools with cosmic rays in it, and its potential."""
    whole, dir = within_a_step('potential with cosmic rays', COLLAPSE, RAYS, 8, HOPELESS, ('potential of the gas was not solved for', 'gravity.max_iterations', '--resume'))
    off = apart(dir, whole)
    tap.report(off < 1e-6, 'potential with cosmic rays: as the undisturbed run, to the tolerance of the potential', off)


def steady():
    """A sweep that gets stuck: what it has so far is a good start."""
    small = {'output.figures': [], 'output.xdmf': False}
    hopeless = {'steady.solver': 'diagonal', 'steady.solver_iterations': 1, 'steady.solver_tolerance': 1e-14}
    whole, dir = folder('steady-whole'), folder('steady')
    one, first = start(STEADY, whole, small)
    status, text = start(STEADY, dir, {**small, **hopeless})
    told = ('steady state: ', 'GeV): not solved, too many iterations', 'steady.solver_iterations', 'steady.solver', '--resume')
    tap.report(one == 0 and status == 1 and all(t in text for t in told), 'steady state: status 1, what, and what to do', (one, status, text[-1200:]))
    status, text = start(STEADY, dir, small, '--resume')
    tap.report(status == 0 and 'resumed from' in text and 'converged' in text, 'steady state: goes on from what it has', (status, text[-800:]))
    number = [protons(d) for d in (whole, dir)]
    off = float(np.max(np.abs(number[1] / number[0] - 1))) if status == 0 else 1.0
    tap.report(off < 5e-3, 'steady state: the same in the end, to a few times the tolerance', off)


def negative():
    """A coarse galaxy with so little diffusion across the field that symmetric differences go below zero in a hundredth of a population."""
    small = {'mesh.cells': '[8, 8, 24]', 'mesh.max_level': 0, 'mesh.regions': '[]', 'output.figures': [], 'cr.network': 'protons', 'scattering.perpendicular': 1e-3}
    for most, good in ((0.1, True), (1e-3, False)):
        status, text = start('setups/milkyway/milkyway.yaml', folder(f'negative-{most}'), {**small, 'steady.negative': most})
        told = ('negative share 0.0', 'converged after' if good else 'too much of a population was negative in single cells', '' if good else 'scattering.perpendicular')
        tap.report(status == (0 if good else 1) and all(t in text for t in told), f'steady state: negative numbers, allowed up to {most}', (status, text[-1200:]))


def protons(dir):
    """Number of each bin of protons in the end, summed over the mesh."""
    with Snapshot(sorted(glob.glob(os.path.join(dir, '*.athdf')))[-1]) as s:
        return np.array([float(np.sum(s.field(f'p_{k:02d}_number'))) for k in range(9)])


def at_the_start():
    """A density whose potential overflows."""
    dir = folder('start')
    status, text = start(COLLAPSE, dir, {**SMALL, 'collapse.density': 1e300})
    tap.report(status == 1 and 'not finite' in text and 'tolerance' not in text, 'density too large: status 1, not a matter of tolerance', (status, text[-800:]))


def poisson():
    """The same without time."""
    small = {'mesh.cells': '[16, 16, 16]', 'mesh.max_level': 0, 'mesh.regions': '[]', 'poisson.tolerance': 1e-12}
    status, text = start('setups/poisson/open.yaml', folder('poisson'), {**small, 'poisson.method': 'diagonal', 'poisson.max_iterations': 1}, ranks=2)
    tap.report(status == 1 and 'not solved, too many iterations' in text, 'poisson, one iteration: status 1', (status, text[-500:]))
    for method, shown in (('diagonal', 'diagonal'), ('ilu', 'ILU'), ('amg', 'AMG'), ('pfmg', 'PFMG')):
        status, text = start('setups/poisson/open.yaml', folder(f'poisson-{method}'), {**small, 'poisson.method': method})
        tap.report(status == 0 and f'iterations ({shown})' in text, f'poisson.method: {method} is what solves', text[-500:])


def main():
    status, text = start(COLLAPSE, folder('right'), SMALL)
    tap.report(status == 0, 'the undisturbed run', text[-500:])
    in_a_run(1, {}, 'in a step')
    in_a_run(1, {'gravity.constant': 2.0}, 'before a step')
    in_a_run(2, {}, 'in a step')
    status, text = start(COLLAPSE, folder('cool'), COOL)
    tap.report(status == 0, 'the undisturbed run with cooling', text[-500:])
    in_a_run(1, {}, 'in a step', COOL, 'cool')
    rays_and_potential()
    implicit()
    steady()
    negative()
    at_the_start()
    poisson()


if __name__ == '__main__':
    sys.exit(main())
