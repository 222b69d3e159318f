"""Plane waves of cosmic rays between diffusion and free waves: the program's solution against the roots of the dispersion relation, and its order."""
import math

import numpy as np

from analysis.snapshot import Snapshot
from tests.reference import transport
from tests.regression.check import check, run

SETUP = 'setups/cr_telegraph/cr_telegraph.yaml'
AMPLITUDE = 1e-4


def wave(k, n, time, **more):
    return run(SETUP, {'mesh.cells': [n, 1, 1], 'mesh.upper': f'[{2 * math.pi / k!r} code, 1 code, 1 code]', 'run.time_end': f'{time} code',
                       'output.snapshots': f'{time} code', 'output.history': f'{time} code', **{a.replace('__', '.'): b for a, b in more.items()}})


def main():
    for k, time in ((0.1, 100.0), (0.5, 5.0), (1, 2.0), (3, 1.0)):
        r = [wave(k, n, time) for n in (32, 64)]
        e = [x.errors['l1_n_p'] / AMPLITUDE for x in r]
        check(f'k = {k}: error over the amplitude, 64 cells', e[1], '<=', 5e-3, 'measured')
        check(f'k = {k}: order from 32 to 64 cells', float(np.log2(e[0] / e[1])), '>=', 1.0 if k == 3 else 1.7,
              'second order; k = 3: terms of both signs')
        with Snapshot(r[1].snapshots()[-1]) as s:
            c = s.cells('p_00_number')
        phase = np.exp(-1j * k * c['x'])
        got = np.sum((c['p_00_number'] - 1) * phase) / np.sum(np.abs(phase)**2) * 2 / AMPLITUDE
        # Phases are measured from the middle of the box.
        expected = np.exp(-1j * (transport.telegraph(k) * time + math.pi))
        check(f'k = {k}: difference from the root of the dispersion relation', float(abs(got - expected)), '<=', 5e-3, 'tests/reference/transport.py')
    slow = wave(1, 64, 20.0, transport__rsol_form='full', transport__speed='0.1 c')
    check('form full with c / 10, ten times the time: error over the amplitude', slow.errors['l1_n_p'] / AMPLITUDE, '<=', 5e-3, 'all rates are slower')
    flux = wave(0.1, 64, 100.0, transport__speed='0.5 c')
    check('form flux with c / 2: error over the amplitude', flux.errors['l1_n_p'] / AMPLITUDE, '<=', 5e-3, 'the solution with V = c / 2, nu / 4')
    open_ends = wave(1, 64, 2.0, mesh__boundary_x='user')
    check('values of the solution beyond the ends of the box: error over the amplitude', open_ends.errors['l1_n_p'] / AMPLITUDE, '<=', 1e-2, 'measured')
    limited = wave(1, 32, 2.0, mesh__dim=2, mesh__cells=[32, 32, 1], mesh__upper='[8.885765876316732 code, 8.885765876316732 code, 1 code]',
                   cr_telegraph__waves=[1, 1, 0], cr_telegraph__amplitude=1e-2)
    check('2-D, optical depth of a cell 0.28, bounds: error over the amplitude', limited.errors['l1_n_p'] / 1e-2, '<=', 2e-2, 'measured; 0.11 where the bounds cut maxima')
    oblique = wave(1, 64, 2.0, mesh__dim=2, mesh__cells=[64, 64, 1], mesh__upper='[8.885765876316732 code, 8.885765876316732 code, 1 code]',
                   cr_telegraph__waves=[1, 1, 0])
    check('2-D, along the diagonal: error over the amplitude, 64 x 64', oblique.errors['l1_n_p'] / AMPLITUDE, '<=', 1e-2, 'measured')


if __name__ == '__main__':
    main()
