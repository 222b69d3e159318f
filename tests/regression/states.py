"""Snapshots as arrays, for tests of symmetry and of profiles."""
import h5py
import numpy as np

from tests.regression.check import cells

VECTORS = (('vel1', 'vel2', 'vel3'), ('Bcc1', 'Bcc2', 'Bcc3'))


def state(path):
    """The last snapshot of a run (or a file) on a uniform mesh: arrays [z][y][x] by name of the variable."""
    path = path if isinstance(path, str) else path.snapshots()[-1]
    place, values = cells(path)
    with h5py.File(path, 'r') as f:
        names = [n.decode() for n in f.attrs['VariableNames']]
    if len(np.unique(place[:, 0])) != 1:
        raise ValueError(f'{path}: the mesh is refined')
    shape = tuple(int(m) + 1 for m in place[:, 1:].max(axis=0))
    return {n: values[:, i].reshape(shape) for i, n in enumerate(names)}


def mapped(s, permute=(0, 1, 2), flip=(), reverse=False):
    """The state with new axis d the old axis permute[d], and the axes in flip mirrored.  A field is mirrored as an axial vector;
    reverse: and changes its sign, which no equation notices."""
    out = {}
    parity = (-1) ** (len(flip) + reverse) * (1 if permute in ((0, 1, 2), (1, 2, 0), (2, 0, 1)) else -1)
    places = {n: (v, d) for v, vector in enumerate(VECTORS) for d, n in enumerate(vector)}
    for name, a in s.items():
        a = np.transpose(a, [2 - permute[2 - i] for i in range(3)])   # arrays count axes from z
        a = np.flip(a, axis=[2 - d for d in flip])
        if name in places:
            v, old = places[name]
            d = permute.index(old)
            sign = (-1 if d in flip else 1) * (parity if v == 1 else 1)
            out[VECTORS[v][d]] = sign * a
        else:
            out[name] = a
    return out


def different(a, b):
    """Number of values that are not equal; zeros of both signs are."""
    return sum(int(np.count_nonzero(a[n] != b[n])) for n in a) if a.keys() == b.keys() else -1
