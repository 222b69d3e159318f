"""Moving refinement: div B, conservation, common faces, the same bits on any number of processes, restarts, and errors of waves and loops."""
import glob
import os
import re

import h5py
import numpy as np

from tests.regression.check import cells, check, resume, run, same_snapshots

MOVING = {'run.time_end': 10, 'refine.every': 1, 'refine.derefine_after': 0, 'mesh.max_level': 2, 'mesh.block': 8, 'output.precision': 'float64',
          'output.history': 1e-4, 'output.snapshots': 0}
CASES = {
    '2-D, 48^2': ('setups/orszag_tang/orszag_tang.yaml', {
        **MOVING, 'run.step_end': 200, 'mesh.cells': [48, 48, 1], 'output.history': 1e-3,
        'refine.criteria': '[{name: region, center: [-0.4, -0.3, 0], velocity: [5, 4, 0], radius: 0.15}, '
                           '{name: second_derivative, field: rho, refine_above: 0.6, derefine_below: 0.2, max_level: 1}]'}, 200),
    '3-D, 32^3': ('setups/blast/blast.yaml', {
        **MOVING, 'run.step_end': 70, 'mesh.dim': 3, 'mesh.cells': [32, 32, 32], 'mesh.lower': [-0.5, -0.5, -0.5], 'mesh.upper': [0.5, 0.5, 0.5],
        'blast.field': [0.5, 0.6, 0.7], 'blast.radius': 0.2, 'refine.buffer': 0,
        'refine.criteria': '[{name: region, center: [-0.4, -0.3, 0.2], velocity: [30, 25, 20], radius: 0.05}, '
                           '{name: shock, refine_above: 3, derefine_below: 1, max_level: 1}]'}, 70),
}


def changes(result):
    """How often the mesh really changed."""
    return int(re.search(r'mesh: adapted (\d+) times, changed (\d+) times', result.text).group(2))


def unequal_faces(path, wrap):
    """Faces between blocks of one level that differ in any bit, in a checkpoint; and how many there are."""
    with h5py.File(path, 'r') as f:
        leaves = f['leaves'][...]
        faces = [f[f'field_{x}'][...] for x in 'xyz']
    faces = [a.reshape((a.shape[0],) + a.shape[-3:]) for a in faces]
    place = {tuple(leaf[:4]): b for b, leaf in enumerate(leaves)}
    different = count = 0
    for b, leaf in enumerate(leaves):
        for axis in range(len(wrap)):
            at = [int(n) for n in leaf[1:4]]
            at[axis] = (at[axis] + 1) % (wrap[axis] << int(leaf[0]))
            other = place.get((int(leaf[0]), *at))
            if other is None:
                continue
            mine = np.take(faces[axis][b], -1, axis=2 - axis)
            its = np.take(faces[axis][other], 0, axis=2 - axis)
            different += int(np.count_nonzero(mine.view('u8') != its.view('u8')))
            count += mine.size
    return different, count


def checkpoint(result):
    return sorted(glob.glob(os.path.join(result.dir, 'checkpoint.*.h5')))[-1]


def same_state(name, a, b):
    """The evolved fields of two checkpoints, faces included."""
    with h5py.File(checkpoint(a), 'r') as f, h5py.File(checkpoint(b), 'r') as g:
        sets = [n for n in f if n not in ('weights',) and not n.startswith('weights')]
        different = [n for n in sets if f[n].shape != g[n].shape or f[n][...].tobytes() != g[n][...].tobytes()]
    check(f'{name}: sets of the checkpoint that differ ({len(sets)} in all)', len(different), '==', 0, 'one rank')


def moving():
    for name, (setup, parameters, steps) in CASES.items():
        one = run(setup, parameters)
        check(f'{name}: the mesh changed', changes(one), '>=', 50, f'in {steps} steps')
        h = one.history
        check(f'{name}: most over fewest cells', max(h['cells']) / min(h['cells']), '>', 1.2, 'the number of cells varies')
        check(f'{name}: finest level', int(cells(one.snapshots()[-1])[0][:, 0].max()), '==', 2, 'two levels over the root')
        check(f'{name}: largest |div B| dx / |B|', float(np.max(h['max_div_b'])), '<', 2e-13, 'gate of AthenaK 2e-11')
        check(f'{name}: mass drifts', one.drift('mass'), '<', 1e-12, 'conservation')
        check(f'{name}: energy drifts', one.drift('total_energy'), '<', 1e-12, 'conservation')
        scale = np.sqrt(2.0 * h['mass'][0] * h['total_energy'][0])
        drift = max(float(np.max(np.abs(h[k] - h[k][0]))) for k in ('momentum1', 'momentum2', 'momentum3'))
        check(f'{name}: momentum drifts', drift / scale, '<', 1e-12, 'conservation; relative to sqrt(2 mass energy)')
        different, count = unequal_faces(checkpoint(one), [n // 8 for n in parameters['mesh.cells'] if n > 1])
        check(f'{name}: common faces that differ, of {count}', different, '==', 0, 'both sides to the last bit')
        for ranks in (2, 3, 5):
            other = run(setup, parameters, ranks=ranks)
            same_snapshots(f'{name}, {ranks} ranks', one, other, 'one rank')
            same_state(f'{name}, {ranks} ranks', one, other)


def resumed():
    """Stopped in the middle of a hysteresis, on other ranks afterwards."""
    setup, p, _ = CASES['2-D, 48^2']
    p = {**p, 'refine.every': 3, 'refine.derefine_after': 8, 'run.step_end': 60}
    whole = run(setup, p)
    first = run(setup, {**p, 'run.step_end': 31}, ranks=3)
    resume('goes on after 31 of 60 steps', first, setup, p, ranks=2)
    same_state('resumed on 2 ranks', whole, first)


def errors():
    uniform = {'mesh.max_level': 0, 'refine.criteria': '[]'}
    wave = 'setups/amr_wave/amr_wave.yaml'
    e, root = run(wave).errors, run(wave, uniform).errors
    check('linear wave, 64x32 and one level that moves along: RMS-L1', e['rms_l1'], '<', 2.0e-8, "bound of Athena++'s test")
    check('linear wave: largest over RMS-L1', max(v for k, v in e.items() if k.startswith('max_')) / e['rms_l1'], '<', 5.5, "bound of Athena++'s test")
    check('linear wave: error over that of the root grid', e['rms_l1'] / root['rms_l1'], '<', 0.9, 'refined in half of the box')
    left = run(wave, {'linear_wave.direction': 'left', 'refine.criteria': '[{name: region, half_width: [0.5, 1, 0], velocity: [-4.47213595499958, 0, 0]}]'}).errors
    check('linear wave: left- and right-going errors differ', sum(left[k] != e[k] for k in e), '==', 0, 'mirror symmetry')
    alfven = 'setups/amr_wave/alfven.yaml'
    e, root = run(alfven).errors, run(alfven, uniform).errors
    check('Alfven wave: error over that of the root grid', e['rms_l1'] / root['rms_l1'], '<', 0.9, 'refined in half of the box')

    loop = 'setups/amr_loop/amr_loop.yaml'
    short = {'run.time_end': 0.5}
    amr, fine = run(loop, short), run(loop, {**short, **uniform, 'mesh.cells': [256, 128, 1], 'mesh.block': 32})
    check('loop: error over that of the uniform fine mesh', amr.errors['rms_l1'] / fine.errors['rms_l1'], '<', 1.1, 'within 10 %')
    check('loop: share of the cells of the uniform fine mesh', float(np.mean(amr.history['cells'])) / (256 * 128), '<', 0.4, 'the reason for AMR')
    check('loop: div B', float(np.max(amr.history['max_div_b'])), '<', 2e-13, 'round-off')


def symmetry():
    """The implosion is mirrored at the diagonal: so are its blocks and every bit."""
    r = run('setups/implosion/implosion.yaml', {'run.time_end': 0.1, 'output.precision': 'float64', 'output.snapshots': 0})
    place, values = cells(r.snapshots()[-1])
    turned = place[:, [0, 1, 3, 2]]
    order = np.lexsort(turned.T[::-1])
    same = np.array_equal(place, turned[order])
    with h5py.File(r.snapshots()[-1], 'r') as f:
        names = [n.decode() for n in f.attrs['VariableNames']]
    swap = [names.index({'vel1': 'vel2', 'vel2': 'vel1'}.get(n, n)) for n in names]
    different = int(np.count_nonzero(values.view('u8') != values[order][:, swap].view('u8'))) if same else -1
    check('implosion: values that differ from those mirrored at the diagonal', different, '==', 0, 'symmetry of x and y on four levels')
    check('implosion: finest level', int(place[:, 0].max()), '==', 3, 'it asks for it')


if __name__ == '__main__':
    moving()
    resumed()
    errors()
    symmetry()
