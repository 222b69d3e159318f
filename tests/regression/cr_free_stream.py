"""Cosmic rays without scattering: a beam keeps its shape at the speed of light, a pulse splits in two; order and positivity."""
import numpy as np

from analysis.snapshot import Snapshot
from tests.reference import transport
from tests.regression.check import check, run

SETUP = 'setups/cr_free_stream/cr_free_stream.yaml'


def stream(n, **more):
    return run(SETUP, {'mesh.cells': [n, 1, 1], 'output.snapshots': '2 code', 'output.history': '0.5 code', **{a.replace('__', '.'): b for a, b in more.items()}})


def shape(r):
    with Snapshot(r.snapshots()[-1]) as s:
        return s.cells('p_00_number')


def main():
    r = [stream(n) for n in (128, 256)]
    e = [x.errors['relative_n_p'] for x in r]
    check('beam, once through the box: relative error at 256 cells', e[1], '<=', 0.06, 'measured')
    check('beam: order from 128 to 256 cells', float(np.log2(e[0] / e[1])), '>=', 1.4, 'second order but at the limited maximum')
    check('beam: least density', float(shape(r[1])['p_00_number'].min()), '>=', 0.0, 'positive')
    check('beam: drift of the number', r[1].drift('cr_p_number'), '<', 1e-13, 'conservation')
    r = [stream(n, cr_free_stream__mode='pulse', transport__closure='isotropic', run__time_end='0.5 code') for n in (128, 256)]
    e = [x.errors['relative_n_p'] for x in r]
    check('pulse: relative error at 256 cells', e[1], '<=', 2e-3, 'measured')
    check('pulse: order from 128 to 256 cells', float(np.log2(e[0] / e[1])), '>=', 1.8, 'second order')
    c = shape(r[1])
    exact = transport.pulse(c['x'], 0.5, lambda x: np.exp(-40 * x * x))
    check('pulse: difference from the independent solution', float(np.mean(np.abs(c['p_00_number'] - exact))), '<=', 5e-4, 'tests/reference/transport.py')
    r = [run(SETUP, {'mesh.dim': 2, 'mesh.cells': [n, n, 1], 'cr_free_stream.direction': [2, 1, 0], 'cr_free_stream.steepness': 15, 'run.time_end': '0.5 code',
                     'output.snapshots': '0.5 code', 'output.history': '0.5 code'}) for n in (32, 64)]
    e = [x.errors['relative_n_p'] for x in r]
    check('2-D, inclined beam: relative error at 64 x 64', e[1], '<=', 0.03, 'measured; as along an axis')
    check('2-D, inclined beam: order from 32 to 64', float(np.log2(e[0] / e[1])), '>=', 1.4, 'second order but at the limited maximum')
    r = r[1]
    check('2-D, inclined beam: least density', float(shape(r)['p_00_number'].min()), '>=', 0.0, 'positive')


if __name__ == '__main__':
    main()
