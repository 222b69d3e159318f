"""Waves in gas with its own gravity: frequency, growth, order, conservation; the same on refined meshes and after a restart."""
import math
import shlex

import numpy as np

from tests import tap
from tests.regression.check import check, run, start

SETUP = 'setups/jeans_wave/jeans_wave.yaml'
SOUND2 = 1.0


def rate(r, w2):
    """Frequency or growth rate from the kinetic energy, which goes like sin^2 or sinh^2, relative to the exact one, less 1."""
    t, k = r.history['time'], r.history['kinetic_energy']
    w = math.sqrt(abs(w2)) * np.linspace(0.97, 1.03, 6001)[:, None]
    late = t > 0.3 * t[-1] if w2 < 0 else t >= 0
    # Damping by the scheme is a factor linear in time.
    shape = np.sinh(w * t[late]) if w2 < 0 else np.sin(w * t[late]) ** 2
    size = np.sqrt(k[late]) if w2 < 0 else k[late]
    basis = [shape] if w2 < 0 else [shape, shape * t[late]]
    gram = np.array([[np.sum(a * b, axis=1) for a in basis] for b in basis]).transpose(2, 0, 1)
    right = np.array([np.sum(a * size, axis=1) for a in basis]).T
    c = np.linalg.solve(gram, right[..., None])[..., 0]
    misfit = np.sum((sum(c[:, i:i + 1] * a for i, a in enumerate(basis)) - size) ** 2, axis=1)
    return float(w[int(np.argmin(misfit)), 0] / math.sqrt(abs(w2)) - 1.0)


def wave(dim, n, ratio, waves=(1, 1, 1), ranks=1, **more):
    """ratio: 4 pi G rho over c^2 k^2."""
    k2 = (2 * math.pi) ** 2 * sum(waves[d] ** 2 for d in range(dim))
    w2 = k2 * (SOUND2 - ratio)
    end = 2 * math.pi / math.sqrt(w2) if w2 > 0 else 4.0 / math.sqrt(-w2)
    r = run(SETUP, {'mesh.dim': dim, 'mesh.cells': [n if d < dim else 1 for d in range(3)], 'mesh.block': min(16, n // 2), 'jeans_wave.waves': list(waves),
                    'gravity.constant': ratio * k2 / (4 * math.pi), 'run.time_end': end, 'output.history': end / 60, 'output.snapshots': 0, **more},
            ranks=ranks, timeout=3000)
    return r, rate(r, w2)


def both(dim, n, bound=1e-3):
    for word, ratio in (('frequency', 5 / 9), ('growth rate', 4.0)):
        (coarse, _), (fine, off) = wave(dim, n // 2, ratio), wave(dim, n, ratio)
        check(f'{dim}-D, {n} cells: {word} less 1', abs(off), '<', bound, 'linear theory, Jeans 1902')
        check(f'{dim}-D: error at {n // 2} over that at {n}', coarse.errors['rms_l1'] / fine.errors['rms_l1'], '>', 3.6, 'second order')
        h = fine.history
        energy = h['total_energy'] + h['gravity_energy']
        check(f'{dim}-D, {word}: change of the energy', float(np.max(np.abs(energy / energy[0] - 1))), '<', 1e-14, 'forces are mutual; the wave has 1e-12 of it')
        check(f'{dim}-D, {word}: momentum over density and sound speed', max(float(np.max(np.abs(h[f'momentum{d}']))) for d in (1, 2, 3)), '<', 1e-18,
              'forces are mutual')


PATCH = {'mesh.max_level': 1, 'mesh.regions': '[{level: 1, lower: [0.25, 0.25, 0], upper: [0.75, 0.5, 1]}]'}
MOVING = {'mesh.max_level': 1, 'refine.every': 2, 'refine.criteria': '[{name: region, center: [0.3, 0.5, 0], velocity: [1, 0, 0], radius: 0.1}]'}


def refined():
    """A refined patch in the wave."""
    for word, ratio in (('oscillating', 5 / 9), ('growing', 4.0)):
        coarse, fine = (wave(2, n, ratio, **PATCH, **{'mesh.block': n // 4})[0] for n in (32, 64))
        check(f'{word}, refined patch: error at 32 over that at 64', coarse.errors['rms_l1'] / fine.errors['rms_l1'], '>', 3.6, 'second order')


def restart():
    """Stopped and resumed: the same history to the last bit, on as many ranks.  (A mesh that moves is shared out by measured times.)"""
    for word, ranks, mesh in (('2 ranks', 2, PATCH), ('mesh that changes', 1, MOVING)):
        whole, _ = wave(2, 32, 4.0, ranks=ranks, **mesh, **{'mesh.block': 8})
        part, _ = wave(2, 32, 4.0, ranks=ranks, **mesh, **{'mesh.block': 8, 'run.step_end': 7})
        status, text = start(shlex.split(part.text.split('go on with: ./crux ')[1].splitlines()[0]), ranks)
        tap.report(status == 0, f'{word}: resumed', text[-500:])
        with open(whole.dir + '/history.txt') as a, open(part.dir + '/history.txt') as b:
            rows = [[x for x in f if not x.startswith('#')] for f in (a, b)]
        check(f'{word}: rows of the history that differ after a restart', sum(x != y for x, y in zip(*rows)) + abs(len(rows[0]) - len(rows[1])), '==', 0,
              'the last bit')


def main():
    both(1, 64)
    both(2, 64)
    refined()
    restart()


if __name__ == '__main__':
    main()
