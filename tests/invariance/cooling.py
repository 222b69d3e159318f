"""Gas that cools: no bit may hang on processes, blocks, axes and restarts, what is radiated is what the gas loses, and the light of a setup counts."""
import re

import h5py
import numpy as np

from tests import tap
from tests.regression import check
from tests.regression.check import cells, resume, run, same_files, same_snapshots

GAS = 'tests/invariance/cooling.yaml'
# All around periodic: sums over open ends, of numbers that cancel, hang on the order of ranks at 1e-24 of themselves.
MOVING = {'mesh.boundary_y': 'periodic', 'mesh.max_level': 1, 'refine.every': 2, 'refine.derefine_after': 3,
          'refine.criteria': '[{name: region, center: [-20 pc, 0 pc, 0 pc], velocity: [500 km/s, 0 km/s, 0 km/s], radius: 15 pc}]'}
CELLS, LOWER, UPPER = (16, 24, 16), (-50, -60, -70), (70, 35, 90)
FIELD, BOUNDARY = (0.3, -0.7, 1.1), ('periodic', 'outflow', 'periodic')
RAYS = 'tests/invariance/rays.yaml'
BOX = 'setups/cooling_box/cooling_box.yaml'


def ranks(whole):
    for n in (2, 3, 5):
        same_files(f'{n} ranks', whole.dir, run(GAS, MOVING, ranks=n).dir)
    same_snapshots('blocks of 16', run(GAS, {'mesh.block': 16, 'mesh.cells': [16, 32, 16]}), run(GAS, {'mesh.cells': [16, 32, 16]}), 'blocks of 8')


def restart(whole):
    part = run(GAS, {**MOVING, 'run.step_end': 5}, ranks=2)
    resume('goes on from step 5 on 3 ranks', part, GAS, MOVING, ranks=3)
    same_files('stopped and resumed', whole.dir, part.dir)


def unit(values, word):
    return '[' + ', '.join(f'{v!r} {word}' for v in values) + ']'


def axes():
    first = run(GAS)
    place, values = cells(first.snapshots()[-1])
    with h5py.File(first.snapshots()[-1], 'r') as f:
        names = [n.decode() for n in f.attrs['VariableNames']]
    for permute in ((1, 2, 0), (1, 0, 2)):
        other = run(GAS, {'mesh.cells': [CELLS[a] for a in permute], 'mesh.lower': unit([LOWER[a] for a in permute], 'pc'),
                          'mesh.upper': unit([UPPER[a] for a in permute], 'pc'), 'blast.field': unit([FIELD[a] for a in permute], 'uG'),
                          **{f'mesh.boundary_{"xyz"[d]}': BOUNDARY[a] for d, a in enumerate(permute)}})
        place2, values2 = cells(other.snapshots()[-1])
        turned, expected = place.copy(), values.copy()
        for d, a in enumerate(permute):
            turned[:, 3 - d] = place[:, 3 - a]
            for vector in (('vel1', 'vel2', 'vel3'), ('Bcc1', 'Bcc2', 'Bcc3')):
                expected[:, names.index(vector[d])] = values[:, names.index(vector[a])]
        order = np.lexsort(turned.T[::-1])
        same = np.array_equal(turned[order], place2)
        check.check(f'axes {permute}: cells that differ', int(np.any(expected[order] != values2, axis=1).sum()) if same else -1, '==', 0, 'the run before they were turned')


def books():
    """Nothing leaves a closed box but by radiation."""
    r = run(GAS, {'mesh.boundary_y': 'reflecting', 'blast.field': '[0 uG, 0 uG, 0 uG]'})
    e, lost = r.history['total_energy'], r.history['radiated_energy']
    check.check('energy of the gas and what it radiated, drift', float(np.max(np.abs(e + lost - e[0])) / e[0]), '<', 1e-13, 'round-off')
    check.check('share that was radiated', float(lost[-1] / e[0]), '>', 0.01, 'so that there is something to see')


def light():
    """Light that differs from place to place makes gas as warm as there is light everywhere as at each place."""
    def temperature(**more):
        r = run(BOX, {'cooling_box.low': '1 mp cm^-3', 'cooling_box.high': '1.0001 mp cm^-3', 'cooling_box.temperature': '1e4 K', 'run.time_end': '300 Myr',
                      'output.snapshots': '300 Myr', 'output.fields': '[temperature]', 'output.precision': 'float64', **more})
        return cells(r.snapshots()[-1])[1][:, 0]
    across = temperature(**{'cooling.from_setup': True, 'cooling_box.fuv': [0.2, 5.0]})
    for x in (0, 127):
        there = temperature(**{'cooling.fuv': 0.2 + 4.8 * (x + 0.5) / 128})
        check.check(f'cell {x}, temperature', float(abs(across[x] / there[x] - 1.0)), '<', 1e-3, 'that light everywhere; gas moves a little')
    check.check('light makes it warmer', float(across[-1] / across[0]), '>', 1.2, 'so that there is something to see')
    status, output = check.start(['run', GAS, '--set', 'cooling.from_setup=true', '--out', run(BOX, {'run.step_end': 0}).dir + '-none'])
    tap.report(status == 2 and 'cooling.from_setup: the setup blast gives no far-ultraviolet field' in output, 'a setup without light', output[-300:])


def memory():
    """The estimate counts what the ionisation takes."""
    few = {'run.step_end': 0, 'mesh.block': 8}
    told = [float(re.search(r'memory: (\d+) bytes per cell', run(RAYS, {**few, **more}).text)[1])
            for more in ({}, {'cooling.on': True, 'cooling.rays': 'live', 'medium.ionisation': 'equilibrium'})]
    ghosts = 3
    check.check('bytes per cell for two fields', told[1] - told[0], '>=', 2 * 8, 'numbers')
    check.check('bytes per cell for two fields', told[1] - told[0], '<=', 2 * 8 * (1 + 2 * ghosts / 8) * 2, 'with ghosts, rows of 64 bytes')


whole = run(GAS, MOVING)
ranks(whole)
restart(whole)
axes()
books()
light()
memory()
