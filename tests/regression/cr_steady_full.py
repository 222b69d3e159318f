"""Steady states against the long-time limits of the other form of the reduced speed of light, of implicit steps, and of explicit steps in two dimensions."""
import numpy as np

from tests.regression.check import check, run
from tests.regression.cr_slab import AUTO, FEW, SETUP, middle
from tests.regression.cr_steady import ANGLE, PLANE, SHORT, STEADY, differences

CELLS = {'mesh.cells': '[48, 1, 1]', 'mesh.block': 16}
ISOTROPIC = {'transport.closure': 'isotropic'}


def main():
    direct = middle(run(SETUP, {**STEADY, **SHORT, **CELLS}))[0]
    slow = run(SETUP, {**FEW, **SHORT, **CELLS, **ISOTROPIC, 'transport.rsol_form': 'full', 'transport.speed_choice': 'fixed', 'transport.speed': '3e4 km/s',
                       'transport.substeps': 4, 'run.time_end': '250 Myr'}, timeout=1500)
    check('rsol_form: full: differences', differences(direct, middle(slow)[0]), '<=', 0.005, 'long-time limit')
    # Sources and transport follow one another in a step, which is an error of about its length over the time to leave the disc: two steps are extrapolated to
    # none.  Of the 1.5 and 3 % up to 0.7 % are left, more than the 0.5 % wanted, and why is not known.
    lower = {**SHORT, **CELLS, 'cr.min_GV': 1, 'cr.max_GV': 3.1622776601683795}
    direct, limit = middle(run(SETUP, {**STEADY, **lower}))[0], {}
    for n in (48, 96):
        r = run(SETUP, {**FEW, **lower, **ISOTROPIC, 'transport.scheme': 'implicit', 'transport.cfl': 0.5, 'transport.substeps': n, 'run.time_end': '100 Myr'}, timeout=1500)
        limit[n] = middle(r)[0]
    zero = {s: [2 * np.array(limit[48][s][i]) - np.array(limit[96][s][i]) for i in (0, 1)] for s in direct}
    check('implicit, steps extrapolated to zero: differences', differences(direct, zero), '<=', 0.01, 'long-time limit')
    field = {'cr_slab.angle': ANGLE, 'mesh.cells': '[64, 8, 1]', 'mesh.upper': '[4 kpc, 1 kpc, 1 kpc]'}
    plane = run(SETUP, {**STEADY, **SHORT, **PLANE, **field})
    steps = run(SETUP, {**FEW, **AUTO, **SHORT, **PLANE, **ISOTROPIC, **field, 'run.time_end': '80 Myr', 'transport.substeps': 5}, timeout=1500)
    check('oblique field in 2-D, explicit: differences', differences(middle(plane)[0], middle(steps)[0]), '<=', 0.01, 'long-time limit')


if __name__ == '__main__':
    main()
