"""Planes of a snapshot as images: cut through the cells, or integrals along an axis.  Snapshot.slice and Snapshot.projection say what is what."""
from dataclasses import dataclass

import numpy as np

from analysis.fault import Fault

LARGEST_IMAGE = 2048   # cells along a side, where no level is asked for


@dataclass
class Image:
    values: np.ndarray     # [vertical][horizontal]
    axes: tuple            # horizontal and vertical axis
    extent: tuple          # left, right, bottom, top in code lengths
    level: int
    axis: int              # what is cut or summed
    position: float        # of the cut
    outlines: np.ndarray   # [block](left, right, bottom, top) of the blocks seen


def _double(a, axis):
    """Linear interpolation of cell centres to half the width along an axis; constant beyond the ends."""
    a = np.moveaxis(a, axis, 0)
    below, above = np.concatenate([a[:1], a[:-1]]), np.concatenate([a[1:], a[-1:]])
    out = np.empty((2 * len(a), *a.shape[1:]))
    out[0::2], out[1::2] = 0.75 * a + 0.25 * below, 0.75 * a + 0.25 * above
    return np.moveaxis(out, 0, axis)


def _image_level(s, level, finest, axes):
    if level is not None:
        return int(level)
    level = int(finest)
    while level > 0 and max(s.grid(level)[list(axes)]) > LARGEST_IMAGE:
        level -= 1
    return level


def _paint(s, blocks, values, axes, level, add):
    """values [block][vertical][horizontal] of blocks on one image of a level: coarse cells fill several pixels, fine ones are averaged."""
    h, v = axes
    size = s.grid(level)
    image = np.zeros((size[v], size[h])) if add else np.full((size[v], size[h]), np.nan)
    for l in np.unique(s.level[blocks]):
        of = s.level[blocks] == l
        part, first = values[of], s.place[blocks[of]]
        up = max(level - int(l), 0)
        index = []
        for d, along in ((v, 1), (h, 2)):
            step = up if s.exists()[d] else 0
            part = np.repeat(part, 1 << step, axis=along)
            n = int(s.block[d]) << step
            index.append((first[:, d, None] * n + np.arange(n)) >> (max(int(l) - level, 0) if s.exists()[d] else 0))
        at = index[0][:, :, None], index[1][:, None, :]
        down = max(int(l) - level, 0)
        if down == 0 and not add:
            image[at] = part
            continue
        ratio = np.prod([1 << down if s.exists()[d] else 1 for d in axes])
        pixel = np.broadcast_to(at[0] * image.shape[1] + at[1], part.shape).reshape(-1)
        total = np.bincount(pixel, weights=part.reshape(-1) / ratio, minlength=image.size).reshape(image.shape)
        touched = np.bincount(pixel, minlength=image.size).reshape(image.shape) > 0
        # A pixel covered by several fine blocks of several levels gets one part from each.
        image[touched] = np.nan_to_num(image[touched]) + total[touched]
    return image


def _smooth(s, blocks, values, axes, level, add):
    """As _paint, level by level from the coarsest: what a level does not know is interpolated from the one below."""
    lowest = min(int(s.level[blocks].min()), level)
    image = _paint(s, blocks, values, axes, lowest, add)
    known = np.broadcast_to(s.level[blocks][:, None, None], values.shape)
    for l in range(lowest + 1, level + 1):
        for along, d in ((0, axes[1]), (1, axes[0])):
            image = _double(image, along) if s.exists()[d] else image
        coarse = _paint(s, blocks, known, axes, l, False) < l
        image = np.where(coarse, image, _paint(s, blocks, values, axes, l, add))
    return image


def _axes(s, axis):
    if s.dim < 2:
        raise Fault(f'{s.path}: the run is 1-D; take a profile, not a plane')
    if s.dim == 2 and axis != 2:
        raise Fault(f'{s.path}: a 2-D run has one plane, axis z; take a profile along {"xyz"[axis]}')
    return {0: (1, 2), 1: (0, 2), 2: (0, 1)}[axis]


def _image(s, values, axes, level, axis, position, blocks):
    h, v = axes
    low, high = s.edges(blocks)
    return Image(values, axes, (s.lower[h], s.upper[h], s.lower[v], s.upper[v]), level, axis, position,
                 np.stack([low[:, h], high[:, h], low[:, v], high[:, v]], axis=1))


def cut(s, name, axis, position, level, smooth):
    axes = _axes(s, axis)
    position = s.centre()[axis] if position is None else float(position)
    at = s.cell_at(position, axis, s.level)
    blocks = np.flatnonzero(at // s.block[axis] == s.place[:, axis])
    level = _image_level(s, level, s.level[blocks].max(), axes)
    values = s.read(name, blocks, axis, at[blocks] % s.block[axis])
    paint = _smooth if smooth else _paint
    return _image(s, paint(s, blocks, values, axes, level, False), axes, level, axis, position, blocks)


def integral(s, name, axis, level):
    axes = _axes(s, axis)
    blocks = np.arange(s.blocks)
    level = _image_level(s, level, s.max_level, axes)
    values = s.read(name, blocks).sum(axis=3 - axis) * s.width(s.level)[:, axis, None, None]
    return _image(s, _paint(s, blocks, values, axes, level, True), axes, level, axis, s.centre()[axis], blocks)
