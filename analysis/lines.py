"""The cells of a snapshot along lines, and means over shells.  The methods of Snapshot with these names say what is what."""
from dataclasses import dataclass

import numpy as np

from analysis.fault import Fault


@dataclass
class Ray:
    s: np.ndarray          # middle of the piece of the ray in each cell, from 0 at the start
    length: np.ndarray     # of the pieces
    x: np.ndarray          # [cell][3] middle of the cells
    width: np.ndarray      # [cell][3]
    level: np.ndarray
    values: dict           # name: [cell]


def _pieces(s, start, end):
    """Pieces of the line from start to end in cells: block, cell [.][3], and the ends as fractions of the line, in order."""
    low, high = s.edges()
    way = end - start
    first, last = np.zeros(s.blocks), np.ones(s.blocks)
    for d in range(3):
        if way[d] == 0.0:
            within = (low[:, d] <= start[d]) & ((start[d] < high[:, d]) | ((high[:, d] == s.upper[d]) & (start[d] == high[:, d])))
            last = np.where(within, last, -1.0)
            continue
        a, b = (low[:, d] - start[d]) / way[d], (high[:, d] - start[d]) / way[d]
        first, last = np.maximum(first, np.minimum(a, b)), np.minimum(last, np.maximum(a, b))
    block, cell, from_, to = [], [], [], []
    for b in np.flatnonzero(last - first > 1e-14):
        width = (high[b] - low[b]) / s.block
        t = [first[b], last[b]]
        for d in np.flatnonzero(way):
            faces = (low[b, d] + width[d] * np.arange(1, s.block[d]) - start[d]) / way[d]
            t.extend(faces[(faces > first[b]) & (faces < last[b])])
        t = np.unique(t)
        middle = start + 0.5 * (t[1:] + t[:-1])[:, None] * way
        keep = np.diff(t) > 1e-14
        index = np.clip(np.floor((middle - low[b]) / width), 0, s.block - 1).astype(np.int64)
        block.append(np.full(keep.sum(), b))
        cell.append(index[keep])
        from_.append(t[:-1][keep])
        to.append(t[1:][keep])
    if not block:
        raise Fault(f'{s.path}: the line from {start} to {end} is outside of the box')
    block, cell, from_, to = (np.concatenate(v) for v in (block, cell, from_, to))
    order = np.argsort(from_, kind='stable')
    return block[order], cell[order], from_[order], to[order]


def ray(s, names, start, end):
    start, end = s.point(start), s.point(end)
    block, cell, a, b = _pieces(s, start, end)
    cut, which = np.unique(block, return_inverse=True)
    values = {n: s.read(n, cut)[which, cell[:, 2], cell[:, 1], cell[:, 0]] for n in names}
    size = float(np.linalg.norm(end - start))
    n = s.grid(s.level[block])
    x = s.lower + (s.upper - s.lower) * ((s.place[block] * s.block + cell + 0.5) / n)
    return Ray(0.5 * (a + b) * size, (b - a) * size, x, s.width(s.level[block]), s.level[block], values)


def profile(s, names, axis, point):
    if axis >= s.dim:
        raise Fault(f'{s.path}: a {s.dim}-D run has no axis {"xyz"[axis]}')
    start = s.point([] if point is None else point)
    for d in range(s.dim):
        if d != axis:
            s.cell_at(start[d], d, 0)   # inside?
    end = start.copy()
    start[axis], end[axis] = s.lower[axis], s.upper[axis]
    found = ray(s, names, start, end)
    found.s = found.x[:, axis]
    return found


def radial(s, names, centre, bins):
    centre = s.point([] if centre is None else centre)
    c = s.cells(*names)
    r = np.sqrt(sum((c[a] - centre[d])**2 for d, a in enumerate('xyz') if d < s.dim))
    most = min(np.min((s.upper - centre)[:s.dim]), np.min((centre - s.lower)[:s.dim]))
    if bins is None:
        bins = int(np.clip(most / np.min(s.width(s.max_level)[:s.dim]), 8, 512))
    at = np.floor(r / most * bins).astype(np.int64)
    use = at < bins
    at, weight = at[use], c['volume'][use]
    volume = np.bincount(at, weights=weight, minlength=bins)
    full = volume > 0
    mean = {n: np.bincount(at, weights=weight * c[n][use], minlength=bins)[full] / volume[full] for n in names}
    return (np.bincount(at, weights=weight * r[use], minlength=bins)[full] / volume[full]), mean
