"""Linear systems that are not solved: status 1, what went wrong and what to do, the last good state in a checkpoint, older checkpoints as they were."""
import glob
import os
import sys

import h5py
import numpy as np

from tests import tap
from tests.invariance.restart import folder, start
from tests.regression import check

COLLAPSE = 'setups/collapse/collapse.yaml'
SMALL = {'mesh.cells': '[16, 16, 16]', 'mesh.max_level': 0, 'mesh.regions': '[]', 'run.time_end': 0.3, 'output.snapshots': 0.0, 'output.checkpoints': 0.05,
         'output.keep_checkpoints': 9, 'output.xdmf': False}
HOPELESS = {'gravity.solver': 'diagonal', 'gravity.max_iterations': 1}


def checkpoints(dir):
    return {p: open(p, 'rb').read() for p in sorted(glob.glob(os.path.join(dir, 'checkpoint.*.h5')))}


def step_of(path):
    with h5py.File(path, 'r') as f:
        return int(f.attrs['step'])


def density(dir):
    with h5py.File(sorted(glob.glob(os.path.join(dir, '*.athdf')))[-1], 'r') as f:
        return f['prim'][0]


def in_a_run(ranks, more, what):
    """Up to step 8, then a solver that cannot; afterwards it goes on as if nothing had been."""
    dir = folder(f'stopped-{what}-{ranks}')
    start(COLLAPSE, dir, {**SMALL, 'run.step_end': 8}, ranks=ranks)
    old = checkpoints(dir)
    status, text = start(COLLAPSE, dir, {**SMALL, **HOPELESS, **more}, '--resume', ranks=ranks)
    name = f'{what} on {ranks} rank{"s" * (ranks > 1)}'
    tap.report(status == 1, f'{name}: status 1', (status, text[-800:]))
    tap.report('gravity: not solved, too many iterations' in text and 'potential of the gas was not solved for in step 9' in text, f'{name}: what and where', text[-800:])
    dt = dict(zip(*(check.table(os.path.join(folder('right'), 'history.txt'))[k] for k in ('step', 'dt'))))
    tap.report(f'with dt {dt[9 if what == "in a step" else 8]:.6g}' in text, f'{name}: {what}', text[-800:])
    tap.report('gravity.max_iterations' in text and '--resume' in text, f'{name}: what to do', text[-800:])
    new = checkpoints(dir)
    tap.report(all(new.get(p) == b for p, b in old.items()), f'{name}: older checkpoints are untouched', ', '.join(sorted(new)))
    newest = sorted(new)[-1]
    tap.report(newest not in old and step_of(newest) == 8, f'{name}: a checkpoint of the last good step', newest)
    status, text = start(COLLAPSE, dir, SMALL, '--resume', ranks=ranks)
    tap.report(status == 0 and f'resumed from {newest}' in text, f'{name}: goes on from it', text[-500:])
    off = float(np.max(np.abs(density(dir) / density(folder('right')) - 1))) if status == 0 else 1.0
    tap.report(off < 1e-6, f'{name}: as the undisturbed run, to the tolerance of the potential', off)


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
    at_the_start()
    poisson()


if __name__ == '__main__':
    sys.exit(main())
