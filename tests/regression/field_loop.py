"""Advection of a weak field loop."""
import numpy as np

from tests.regression.check import check, keep, run
from tests.regression.states import state

SETUP = 'setups/field_loop/field_loop.yaml'


def main():
    r = run(SETUP, {'output.snapshots': 0})
    s, energy = state(r), r.history['magnetic_energy']
    check('2-D, v_z = 1: largest B_z over the field of the loop', float(np.max(np.abs(s['Bcc3'])) / 1e-3), '<', 1e-12, 'Gardiner & Stone 2005: round-off')
    check('2-D: magnetic energy lost in two periods at 128x64', 1.0 - energy[-1] / energy[0], '<', 0.16, 'Gardiner & Stone 2005, figure 3: about 0.1 to 0.2')
    check('2-D: magnetic energy never grows: largest step', float(np.max(np.diff(energy)) / energy[0]), '<', 1e-6, 'advection only; round-off of the pressure')
    keep(r, 'field_loop')
    e = [run(SETUP, {'mesh.cells': [2 * n, n, 1], 'run.time_end': 1.0, 'output.snapshots': 0}).errors for n in (32, 64)]
    check('2-D: ratio of errors of B_x, 64/32', e[1]['l1_b1'] / e[0]['l1_b1'], '<', 0.8, 'field with a jump at the edge and the centre')
    r = run('setups/field_loop/inclined.yaml', {'output.snapshots': 0})
    energy = r.history['magnetic_energy']
    check('3-D inclined: magnetic energy lost in one period', 1.0 - energy[-1] / energy[0], '<', 0.25, 'own value 0.19 at 32x32x64')
    along = float(r.errors['l1_b1'] / 1e-3)
    check('3-D inclined: mean error of B_x over the field', along, '<', 0.05, 'own value 0.03')


main()
