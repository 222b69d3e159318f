"""With cosmic rays that push, heat, lose, stream, decay and are made anew, no bit may hang on processes, blocks, restarts and axes, and what there is
of energy and momentum is accounted for to round-off."""
import itertools

import h5py
import numpy as np

from tests import tap
from tests.regression import check
from tests.regression.check import cells, resume, run, same_files, same_snapshots

RAYS = 'tests/invariance/rays.yaml'
MOVING = {'mesh.max_level': 2, 'refine.every': 2, 'refine.derefine_after': 3, 'refine.imbalance': 1.0,
          'refine.criteria': '[{name: region, center: [-0.3 code, 0 code, 0 code], velocity: [5 code, 2 code, 0 code], radius: 0.1 code}, '
          '{name: cr_gradient, refine_above: 0.15, max_level: 1}]'}
FULL = {'transport.speed_choice': 'fixed', 'transport.rsol_form': 'full', 'run.step_end': 6}
TUBE = {'run.setup': 'shock_tube', 'shock_tube.problem': 'rj2a', 'mesh.dim': 1, 'mesh.cells': '[32, 1, 1]', 'mesh.block': 16,
        'mesh.boundary_x': 'outflow', 'transport.boundary_x': '[absorbing, as_gas]', 'run.time_end': '0.01 code', 'sources.events': '[]'}
BOX = {'run.setup': 'blast', 'mesh.dim': 3, 'mesh.block': 8, 'mesh.max_level': 1, 'run.time_end': '1 code', 'run.step_end': 4,
       'output.snapshots': '0 code', 'output.history': '1e-9 code'}
WALLS = {'mesh.boundary_x': 'outflow', 'transport.boundary_x': '[absorbing, absorbing]', 'run.step_end': 12}
CELLS, LOWER, UPPER = (16, 24, 16), (-0.5, -0.6, -0.7), (0.7, 0.35, 0.9)
FIELD, SOURCE, REGION = (0.3, -0.7, 1.1), (0.1, 0.05, -0.2), ((-0.2, -0.1, 0.05), (0.1, 0.3, 0.25))
VECTORS = (('vel1', 'vel2', 'vel3'), ('Bcc1', 'Bcc2', 'Bcc3'))


def closes(name, r):
    for what in ('energy', 'momentum'):
        check.check(f'{name}: {what} not accounted for', float(np.max(np.abs(r.history[f'cr_closure_{what}']))), '<', 1e-13, 'round-off')


def ranks():
    for name, parameters, n in (('uniform', {}, 3), ('form full', FULL, 2), ('moving refinement', MOVING, 3), ('1-D, more ranks than blocks', TUBE, 4),
                                ('absorbing walls', WALLS, 2)):
        alone = run(RAYS, parameters)
        same_files(f'{name}, {n} ranks', alone.dir, run(RAYS, parameters, ranks=n).dir)
        if name in ('uniform', 'moving refinement'):
            closes(name, alone)
    same_snapshots('blocks of 16', run(RAYS, {'mesh.block': 16}), run(RAYS), 'blocks of 8')


def restart():
    for name, parameters in (('uniform', {}), ('moving refinement', MOVING)):
        whole = run(RAYS, parameters)
        part = run(RAYS, {**parameters, 'run.step_end': 7}, ranks=3)
        resume(f'{name}: goes on from step 7 on 2 ranks', part, RAYS, parameters, ranks=2)
        same_files(f'{name}, stopped and resumed', whole.dir, part.dir)


def code(values):
    return '[' + ', '.join(f'{v!r} code' for v in values) + ']'


def walls(permute, flip):
    """Ends of the domain: cosmic rays are absorbed at the lower end of x and at both of z; gas may leave there."""
    ends = {0: ('absorbing', 'as_gas'), 2: ('absorbing', 'absorbing')}
    done = {}
    for d, a in enumerate(permute):
        if a in ends:
            pair = ends[a][::-1] if d in flip else ends[a]
            done |= {f'mesh.boundary_{"xyz"[d]}': 'outflow', f'transport.boundary_{"xyz"[d]}': f'[{pair[0]}, {pair[1]}]'}
    return done


def turned(permute, flip, more=None):
    """The box with new axis d the old axis permute[d], mirrored where d is in flip."""
    def vector(v):
        return [-v[a] if d in flip else v[a] for d, a in enumerate(permute)]

    def ends(lower, upper):
        lo, hi = [lower[a] for a in permute], [upper[a] for a in permute]
        return [-hi[d] if d in flip else lo[d] for d in range(3)], [-lo[d] if d in flip else hi[d] for d in range(3)]

    lower, upper = ends(LOWER, UPPER)
    region = ends(*REGION)
    event = f'{{time: 0.001 code, position: {code(vector(SOURCE))}, radius: 0.25 kpc, energy: 1e53 erg, thermal: 1e52 erg, mass: 1e5 Msun}}'
    return run(RAYS, {**BOX, 'mesh.cells': [CELLS[a] for a in permute], 'mesh.lower': code(lower), 'mesh.upper': code(upper),
                      'blast.field': code(vector(FIELD)), 'sources.events': f'[{event}]',
                      **(more or {}), 'mesh.regions': f'[{{level: 1, lower: {code(region[0])}, upper: {code(region[1])}}}]'})


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
            v = values[:, names.index(vector[a])]
            expected[:, names.index(vector[d])] = -v if d in flip else v
    order = np.lexsort(expected_place.T[::-1])
    same = np.array_equal(expected_place[order], place2)
    wrong = sorted({names[i] for i in np.argwhere(expected[order] != values2)[:, 1]}) if same else ['another mesh']
    tap.report(not wrong, f'{name}: the same numbers', ', '.join(wrong[:8]))


def axes():
    same = (0, 1, 2)
    first = turned(same, ())
    closes('3-D', first)
    for permute, flip in [(p, ()) for p in itertools.permutations(range(3)) if p != same] + [(same, (0,)), (same, (1,)), ((2, 0, 1), (0, 2))]:
        words = ''.join(('-' if d in flip else '') + 'xyz'[a] for d, a in enumerate(permute))
        compare(f'axes {words}', first, turned(permute, flip), permute, flip)
    near = {'run.step_end': 6, 'transport.closure': 'm1', 'transport.speed': '2000 km/s'}
    first = turned(same, (), {**near, **walls(same, ())})
    check.check('absorbing walls: cosmic rays that left', float(first.history['cr_p_outflow_number'][-1]), '>', 0.0, 'the walls are reached')
    for permute, flip in ((1, 2, 0), (1,)), ((2, 1, 0), (0, 1)), (same, (0, 2)):
        words = ''.join(('-' if d in flip else '') + 'xyz'[a] for d, a in enumerate(permute))
        compare(f'absorbing walls, axes {words}', first, turned(permute, flip, {**near, **walls(permute, flip)}), permute, flip)


ranks()
restart()
axes()
