"""Steady states of cosmic rays, solved directly, against the independent solution of a disc and against what steps in time lead to."""
import numpy as np

from tests.regression.check import check, run
from tests.regression.cr_slab import AUTO, FEW, SETUP, compare, middle

STEADY = {'transport.scheme': 'steady', 'run.time_end': 0, 'steady.tolerance': 1e-4, 'steady.solver_tolerance': 1e-7, 'output.snapshots': 0, 'output.history': 0}


def differences(a, b):
    """The largest relative difference of the number and energy of a bin, among the bins that matter."""
    worst = 0.0
    for s in a:
        for i in (0, 1):
            some = b[s][i] > 1e-6 * np.max(b[s][i])
            worst = max(worst, float(np.max(np.abs(a[s][i][some] / b[s][i][some] - 1))))
    return worst


def main():
    low, high = 1.0, 31.622776601683793
    fine = run(SETUP, {**STEADY, 'cr.min_GV': low, 'cr.max_GV': high, 'cr.per_decade': 8})
    compare('steady, 1 to 32 GV, 8 bins per decade', fine, low, high, 0.02, skip=2)
    r = run(SETUP, {**STEADY, 'cr.min_GV': low, 'cr.max_GV': high})
    again = run(SETUP, {**STEADY, 'cr.min_GV': low, 'cr.max_GV': high})
    check('repeated: differences', differences(middle(again)[0], middle(r)[0]), '==', 0.0, 'the same numbers')
    ranks = run(SETUP, {**STEADY, 'cr.min_GV': low, 'cr.max_GV': high, 'mesh.block': 16}, ranks=3)
    check('on 3 ranks with other blocks: differences', differences(middle(ranks)[0], middle(r)[0]), '<=', 1e-3, 'tolerance')
    short = {'cr.network': 'custom', 'cr.species': '[{name: p}, {name: e-}]', 'cr.min_GV': 10, 'cr.max_GV': high, 'transport.alfven': 'none'}
    steps = run(SETUP, {**FEW, **AUTO, **short, 'run.time_end': '60 Myr', 'transport.closure': 'isotropic', 'transport.substeps': 5})
    direct = run(SETUP, {**STEADY, **short})
    check('against explicit steps in time: differences', differences(middle(direct)[0], middle(steps)[0]), '<=', 0.005, 'long-time limit')


if __name__ == '__main__':
    main()
