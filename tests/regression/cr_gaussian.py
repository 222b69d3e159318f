"""A Gaussian blob of cosmic rays along a uniform field: error and order in 1-D, at rest, carried along, with both forms of the reduced speed of
light and both closures; inclined fields in 2-D and 3-D; a refined patch."""
import numpy as np

from analysis.snapshot import Snapshot
from tests.reference import transport
from tests.regression.check import check, run

REST, MOVING, INCLINED = (f'setups/cr_gaussian/{n}.yaml' for n in ('cr_gaussian', 'advected', 'inclined'))
FEW = {'output.history': '0.2 code'}


def blob(setup, n, dim=1, **more):
    cells = [n if d < dim else 1 for d in range(3)]
    r = run(setup, {'mesh.cells': cells, **FEW, **{k.replace('__', '.'): v for k, v in more.items()}})
    return r, r.errors


def order(coarse, fine, ratio=2):
    return float(np.log(coarse / fine) / np.log(ratio))


def one_dimension():
    for name, setup, bound in (('at rest', REST, 8e-5), ('carried along', MOVING, 9e-5)):
        e = [blob(setup, n)[1]['l1_n_p'] for n in (128, 256)]
        check(f'{name}: mean error at 256 cells', e[1], '<=', 0.5 * bound, f'half of the bound of the test of Athena++, {bound:g}')
        check(f'{name}: order from 128 to 256 cells', order(*e), '>=', 1.9, 'second order')
    # The program's exact solution against one typed elsewhere.
    r, _ = blob(REST, 128)
    with Snapshot(r.snapshots()[-1]) as s:
        c = s.cells('p_00_number')
    check('difference from the independent solution', float(np.mean(np.abs(c['p_00_number'] - transport.gaussian(c['x'], 0.2, 1 / 30)))), '<', 2e-4,
          'tests/reference/transport.py, at the centres of the cells')
    check('drift of the number', r.drift('cr_p_number'), '<', 1e-13, 'conservation')
    half = blob(REST, 256, transport__rsol_form='full', transport__speed='0.5 c', run__time_end='0.4 code')[1]['l1_n_p']
    check('form full with c/2, twice the time: mean error', half, '<=', 4e-5, 'everything but advection is slower')
    slow = blob(REST, 256, transport__speed='0.3 c')[1]['l1_n_p']
    check('form flux with 0.3 c: mean error', slow, '<=', 3e-4, 'telegraph terms (kappa k / V)^2')
    one = [blob(REST, n, transport__moments=1, transport__substeps=1)[1]['l1_n_p'] for n in (64, 128)]
    check('one moment: mean error at 128 cells', one[1], '<=', 3e-4, 'measured; Euler steps at the limit')
    check('one moment: order from 64 to 128 cells', order(*one), '>=', 1.9, 'first order in time, with steps as dx^2')
    m1, isotropic = (blob(REST, 256, transport__closure=c)[1]['l1_n_p'] for c in ('m1', 'isotropic'))
    check('closures differ in the mean error by', abs(m1 - isotropic), '<=', 1e-5, '(F / v q)^2 is small')


def inclined():
    e = [blob(INCLINED, n, 2, mesh__max_level=0, mesh__regions='[]', transport__speed='0.3 c')[1] for n in (32, 64)]
    check('2-D, inclined by 27 degrees: relative error at 64 x 64', e[1]['relative_n_p'], '<=', 8e-3, 'measured')
    check('2-D: order from 32 to 64', order(e[0]['l1_n_p'], e[1]['l1_n_p']), '>=', 1.4, 'between smooth and limited parts')
    r, refined = blob(INCLINED, 32, 2, mesh__max_level=1, mesh__block=8, transport__speed='0.3 c')
    check('2-D, a patch refined: error over that of the coarse mesh', refined['l1_n_p'] / e[0]['l1_n_p'], '<', 1.0, 'refinement helps')
    check('drift of the number with a patch', r.drift('cr_p_number'), '<', 1e-13, 'conservation across levels')
    with Snapshot(r.snapshots()[-1]) as s:
        check('least density with a patch', float(s.field('p_00_number').min()), '>=', 0.0, 'positive')
    e = [blob(INCLINED, n, 3, mesh__dim=3, mesh__max_level=0, mesh__regions='[]', cr_gaussian__direction=[1, 2, 2], cr_gaussian__steepness=20,
              run__time_end='0.1 code')[1] for n in (16, 32)]
    check('3-D: relative error at 32^3', e[1]['relative_n_p'], '<=', 0.02, 'measured')
    check('3-D: order from 16 to 32', order(e[0]['l1_n_p'], e[1]['l1_n_p']), '>=', 1.5, 'between smooth and limited parts')


if __name__ == '__main__':
    one_dimension()
    inclined()
