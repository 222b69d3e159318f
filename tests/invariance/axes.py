"""The axes of the mesh must not change a single bit: a problem without any symmetry is run with permuted and mirrored axes.

Along x, y, z as 1-D tubes: tests/regression/shock_tube.py; left- and right-going waves on uniform meshes: tests/regression/linear_wave.py.
"""
import itertools

import h5py
import numpy as np

from tests.regression.check import cells, check, run

# A blast off the centre of a box of cells that are no cubes, in a field along none of its axes.
BLAST = 'setups/blast/blast.yaml'
CELLS, LOWER, UPPER = (32, 24, 40), (-0.5, -0.6, -0.7), (0.7, 0.35, 0.9)
FIELD, BOUNDARY = (0.3, -0.7, 1.1), ('periodic', 'outflow', 'periodic')
REGION = ((-0.2, -0.1, 0.05), (0.1, 0.3, 0.25))
COMMON = {'mesh.dim': 3, 'mesh.block': 8, 'mesh.max_level': 1, 'mhd.scalars': 1, 'run.step_end': 20, 'run.time_end': 1.0,
          'output.snapshots': 0, 'output.history': 1e-9, 'output.precision': 'float64'}
THIRD = {'mhd.integrator': 'rk3', 'mhd.reconstruction': 'ppm', 'run.step_end': 8}
GAS = {'mhd.magnetic': False}
VECTORS = (('vel1', 'vel2', 'vel3'), ('Bcc1', 'Bcc2', 'Bcc3'))


def turned(permute, flip, **more):
    """The run with new axis d the old axis permute[d], mirrored where d is in flip."""
    def ends(lower, upper):
        lo, hi = [lower[a] for a in permute], [upper[a] for a in permute]
        return [-hi[d] if d in flip else lo[d] for d in range(3)], [-lo[d] if d in flip else hi[d] for d in range(3)]

    lower, upper = ends(LOWER, UPPER)
    region = ends(*REGION)
    field = [0.0] * 3 if more.get('mhd.magnetic') is False else [-FIELD[a] if d in flip else FIELD[a] for d, a in enumerate(permute)]
    return run(BLAST, {**COMMON, **more, 'mesh.cells': [CELLS[a] for a in permute], 'mesh.lower': lower, 'mesh.upper': upper,
                       **{f'mesh.boundary_{"xyz"[d]}': BOUNDARY[a] for d, a in enumerate(permute)}, 'blast.field': field,
                       'mesh.regions': f'[{{level: 1, lower: {region[0]}, upper: {region[1]}}}]'})


def compare(name, first, other, permute, flip):
    place, values = cells(first.snapshots()[-1])
    place2, values2 = cells(other.snapshots()[-1])
    with h5py.File(first.snapshots()[-1], 'r') as f:
        names = [n.decode() for n in f.attrs['VariableNames']]
    expected_place, expected = place.copy(), values.copy()
    for d, a in enumerate(permute):
        p = place[:, 3 - a]   # level, z, y, x
        expected_place[:, 3 - d] = CELLS[a] * 2 ** place[:, 0] - 1 - p if d in flip else p
        for vector in VECTORS:
            if vector[a] in names:
                v = values[:, names.index(vector[a])]
                expected[:, names.index(vector[d])] = -v if d in flip else v
    order = np.lexsort(expected_place.T[::-1])
    same = np.array_equal(expected_place[order], place2)
    different = int(np.count_nonzero(np.any(expected[order] != values2, axis=1))) if same else -1
    check(f'{name}: cells that differ', different, '==', 0, 'the same run before the axes were turned')
    times = int(np.count_nonzero(first.history['time'] != other.history['time'])) if len(first.history['time']) == len(other.history['time']) else -1
    check(f'{name}: times of steps that differ', times, '==', 0, 'the same run before the axes were turned')


def blast():
    same = (0, 1, 2)
    permutations = [(p, ()) for p in itertools.permutations(range(3)) if p != same]
    mirrors = [(same, (0,)), (same, (1,)), (same, (2,)), (same, (0, 1, 2)), ((2, 0, 1), (0, 2))]
    for name, parameters, turns in (('plm', {}, permutations + mirrors), ('rk3 ppm', THIRD, [((1, 2, 0), ()), ((1, 0, 2), (1,)), (same, (0, 1, 2))]),
                                    ('gas only', GAS, [((1, 2, 0), (0,)), ((0, 2, 1), ())])):
        first = turned(same, (), **parameters)
        for permute, flip in turns:
            words = ''.join(('-' if d in flip else '') + 'xyz'[a] for d, a in enumerate(permute))
            compare(f'{name}, axes {words}', first, turned(permute, flip, **parameters), permute, flip)


def waves():
    """Waves that go left through the inverted mesh."""
    for mode in ('fast', 'alfven', 'slow'):
        p = {'linear_wave.mode': mode, 'mesh.cells': [32, 16, 16], 'mesh.block': 8, 'mesh.max_level': 1, 'run.time_end': 0.2, 'output.snapshots': 0}
        right = run('setups/linear_wave/linear_wave.yaml', {**p, 'mesh.regions': '[{level: 1, lower: [-0.4, -0.4, -0.4], upper: [-0.3, -0.3, -0.3]}]'})
        left = run('setups/linear_wave/linear_wave.yaml', {**p, 'linear_wave.direction': 'left',
                                                           'mesh.regions': '[{level: 1, lower: [0.3, 0.3, 0.3], upper: [0.4, 0.4, 0.4]}]'})
        check(f'{mode} wave, refined: left- and right-going errors that differ', sum(left.errors[k] != right.errors[k] for k in right.errors), '==', 0,
              'mirror symmetry')


blast()
waves()
