"""The criterion `jeans`: a collapsing isothermal core is refined as its Jeans length shrinks, and always has the number of cells across it that was asked for; that of gravity.constant counts."""
import math

import h5py
import numpy as np

from tests.regression.check import check, run

CELLS, SOUND, WIDTH, ROOT = 4, 0.3, 3.2, 16
RUN = {'mesh.cells': [ROOT] * 3, 'mesh.block': 8, 'mesh.max_level': 3, 'mesh.regions': '[]', 'mhd.eos': 'isothermal', 'mhd.sound_speed': SOUND, 'run.time_end': 0.45,
       'output.snapshots': 0.15, 'refine.every': 1, 'refine.derefine_after': 4, 'refine.criteria': '[{name: jeans, refine_above: %g}]' % (1 / CELLS)}


def fewest(path, gravity):
    """Cells in the shortest Jeans length of the blocks of each level, and the density that counts there."""
    with h5py.File(path, 'r') as f:
        names = [n.decode() for n in f.attrs['VariableNames']]
        rho = f['prim'][names.index('rho')].reshape(f['prim'].shape[1], -1).max(axis=1)
        level = f['Levels'][...]
    cells = SOUND * np.sqrt(math.pi / (gravity * rho)) / (WIDTH / ROOT / 2.0 ** level)
    return {int(l): float(cells[level == l].min()) for l in np.unique(level)}, float(rho.max())


def level(rho):
    """That a density needs with G = 1."""
    return min(max(math.ceil(math.log2(CELLS * WIDTH / ROOT / (SOUND * math.sqrt(math.pi / rho)))), 0), 3)


def main():
    r = run('setups/collapse/collapse.yaml', RUN)
    last = {}
    for n, path in enumerate(r.snapshots()):
        last, rho = fewest(path, 1.0)
        check(f'snapshot {n}: cells in the Jeans length where it could be refined', min(v for l, v in last.items() if l < 3), '>', 0.9 * CELLS,
              'asked for, but for the compression in a step')
        check(f'snapshot {n}: finest level', max(last), '>=', level(0.8 * rho), f'density {rho:.3g}, and 0.8 of it before the step')
        check(f'snapshot {n}: finest level', max(last), '<=', level(rho), 'no finer than asked for')
    check('the finest level at the end', max(last), '==', 3, 'the core has collapsed')
    heavy = run('setups/collapse/collapse.yaml', {**RUN, 'gravity.constant': 4.0, 'run.step_end': 0})
    check('finest level with four times the constant of gravity', max(fewest(heavy.snapshots()[0], 4.0)[0]), '==', 2, 'half the Jeans length')


if __name__ == '__main__':
    main()
