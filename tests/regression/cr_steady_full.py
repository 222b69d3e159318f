"""Steady states against the long-time limits of the other form of the reduced speed of light, of implicit steps, and of explicit steps in two dimensions.

Sources and transport follow one another in a step.  That is an error of second order in its length over the time to diffuse out of the layer of the sources
(0.3 and 0.9 % at the steps taken here), so two runs are extrapolated.  The differences in space of the steady state are of second order: a layer of 0.25 kpc in cells of
1/6 kpc is 0.28 % too full.  Steps in time have differences of fourth order in 1-D, so they are compared with steady states extrapolated in the width of cells too."""
import numpy as np

from analysis.rays import Rays
from analysis.snapshot import Snapshot
from tests.regression.check import check, run
from tests.regression.cr_slab import AUTO, FEW, SETUP, middle
from tests.regression.cr_steady import ANGLE, PLANE, SHORT, STEADY, differences

ISOTROPIC = {'transport.closure': 'isotropic'}


def line(n):
    return {'mesh.cells': f'[{n}, 1, 1]', 'mesh.block': 16}


def steps(n, time):
    """So many steps, an even number: sources lie between two halves of transport then."""
    return {'transport.substeps': 1000000, 'run.dt_max': f'{time / n * (1 + 1e-12):.15g} Myr', 'run.time_end': f'{time} Myr', 'output.history': f'{time} Myr'}


def within(r, height):
    """As `middle`, of the cells up to a height in kpc."""
    with Snapshot(r.snapshots()[-1]) as s:
        rays = Rays(s, lambda c: np.abs(c['x']) < height)
        return {n: rays.sums(n) for n in rays.species}


def limit(coarse, fine):
    """Of errors of second order, with half as long steps or cells in `fine`."""
    return {s: [(4 * np.array(fine[s][i]) - np.array(coarse[s][i])) / 3 for i in (0, 1)] for s in fine}


def main():
    direct = middle(run(SETUP, {**STEADY, **SHORT, **line(48)}))[0]
    slow = run(SETUP, {**FEW, **SHORT, **line(48), **ISOTROPIC, 'transport.rsol_form': 'full', 'transport.speed_choice': 'fixed', 'transport.speed': '3e4 km/s',
                       'transport.substeps': 4, 'run.time_end': '250 Myr'}, timeout=1500)
    check('rsol_form: full: differences', differences(direct, middle(slow)[0]), '<=', 0.005, 'long-time limit')

    lower = {**SHORT, 'cr.min_GV': 1, 'cr.max_GV': 3.1622776601683795}
    state = {n: within(run(SETUP, {**STEADY, **lower, **line(n)}), 8 / 48 * 1.001) for n in (48, 96)}
    late = {n: middle(run(SETUP, {**FEW, **lower, **line(48), **ISOTROPIC, 'transport.scheme': 'implicit', **steps(n, 100)}, timeout=1500))[0] for n in (3000, 6000)}
    late = limit(late[3000], late[6000])
    check('implicit, steps extrapolated: differences', differences(state[48], late), '<=', 0.005, 'long-time limit')
    check('implicit, steps and cells extrapolated: differences', differences(limit(state[48], state[96]), late), '<=', 0.002, 'long-time limit')

    field = {'cr_slab.angle': ANGLE, 'mesh.cells': '[64, 8, 1]', 'mesh.upper': '[4 kpc, 1 kpc, 1 kpc]'}
    plane = middle(run(SETUP, {**STEADY, **SHORT, **PLANE, **field}))[0]
    late = {n: middle(run(SETUP, {**FEW, **AUTO, **SHORT, **PLANE, **ISOTROPIC, **field, **steps(n, 40)}, timeout=1500))[0] for n in (8000, 16000)}
    check('oblique field in 2-D, explicit, steps extrapolated: differences', differences(plane, limit(late[8000], late[16000])), '<=', 0.003, 'long-time limit')


if __name__ == '__main__':
    main()
