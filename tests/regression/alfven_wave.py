"""Circularly polarised Alfven waves of large amplitude in 2-D: an exact nonlinear solution."""
import math

from tests.regression.check import check, run

SETUP = 'setups/alfven_wave/alfven_wave.yaml'


def main():
    for form in ('travelling', 'standing'):
        e = {n: run(SETUP, {'mesh.cells': [2 * n, n, 1], 'run.time_end': 1.0, 'alfven_wave.form': form, 'output.snapshots': 0}).errors['rms_l1']
             for n in (32, 64, 128)}
        order = math.log2(e[64] / e[128])
        check(f'{form}: order from 128x64 to 256x128', order, '>=', 1.9, 'second-order scheme')
        check(f'{form}: RMS-L1 at 256x128', e[128], '<', 2e-4, "bound of Athena++'s test")


main()
