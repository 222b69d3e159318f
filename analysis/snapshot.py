"""Read snapshots (.athdf), of one or several levels in 1, 2 or 3 dimensions.

    s = Snapshot('runs/sedov/sedov.00010.athdf')
    s.field('rho')                        [block][k][j][i], as in the file
    s.cells('rho', 'speed')               every cell: positions, widths, volumes, levels, values, as flat arrays
    s.slice('B', axis=2, position=0.1)    an image of the cells cut by a plane
    s.projection('rho', axis=2)           the integral along an axis
    s.ray(['rho'], start, end)            the cells along a line, s.profile along an axis, s.radial around a point

Values are in code units; s.variable(name) has the factor to cgs.  Axes are 0, 1, 2.  An axis the run does not have has one cell from
-0.5 to 0.5.  A plane or a line on the face between two cells belongs to the upper one.  Only the blocks needed are read.
"""
import os
import re
from dataclasses import dataclass

import h5py
import numpy as np

from analysis.fault import Fault, nearest
from analysis.fields import Variable, bins, derived, length_unit, time_unit, usual

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


@dataclass
class Ray:
    s: np.ndarray          # middle of the piece of the ray in each cell, from 0 at the start
    length: np.ndarray     # of the pieces
    x: np.ndarray          # [cell][3] middle of the cells
    width: np.ndarray      # [cell][3]
    level: np.ndarray
    values: dict           # name: [cell]


def _double(a, axis):
    """Linear interpolation of cell centres to half the width along an axis; constant beyond the ends."""
    a = np.moveaxis(a, axis, 0)
    below, above = np.concatenate([a[:1], a[:-1]]), np.concatenate([a[1:], a[-1:]])
    out = np.empty((2 * len(a), *a.shape[1:]))
    out[0::2], out[1::2] = 0.75 * a + 0.25 * below, 0.75 * a + 0.25 * above
    return np.moveaxis(out, 0, axis)


def _text(x):
    return x.decode() if isinstance(x, bytes) else str(x)


class Snapshot:
    def __init__(self, path):
        self.path = str(path)
        if not os.path.isfile(self.path):
            raise Fault(f'{self.path}: no such file')
        try:
            self._file = h5py.File(self.path, 'r')
        except OSError as e:
            raise Fault(f'{self.path}: not a whole HDF5 file ({e})')
        a = self._file.attrs
        if 'MeshBlockSize' not in a or 'DatasetNames' not in a:
            raise Fault(f'{self.path}: not a snapshot: it has no attribute MeshBlockSize')
        try:
            self._read_head(a)
        except (KeyError, ValueError) as e:
            raise Fault(f'{self.path}: not a snapshot of crux: {e}')

    def _read_head(self, a):
        number = re.search(r'\.(\d+)\.athdf$', self.path)
        self.number = int(number.group(1)) if number else None
        self.time, self.step, self.gamma = float(a['Time']), int(a['NumCycles']), float(a['gamma'])
        self.dim = int(a['dimension'])
        self.run_name, self.setup, self.version = (_text(a[n]) for n in ('run_name', 'setup', 'version'))
        self.parameters = _text(a['parameters'])
        self.boundaries = [_text(b) for b in a['boundaries']]
        self.physical = _text(a['units']) != 'code'
        self.units = {n: float(a[n]) for n in ('length_cm', 'mass_g', 'time_s', 'velocity_cm_s', 'density_g_cm3', 'pressure_erg_cm3',
                                               'energy_erg', 'field_G')}
        edge = [a[f'RootGridX{d}'] for d in (1, 2, 3)]
        self.lower, self.upper = np.array([e[0] for e in edge], float), np.array([e[1] for e in edge], float)
        self.root = np.array(a['RootGridSize'], dtype=np.int64)
        self.block = np.array(a['MeshBlockSize'], dtype=np.int64)
        self.level = self._file['Levels'][...].astype(np.int64)
        self.place = self._file['LogicalLocations'][...].astype(np.int64)
        self.max_level = int(self.level.max()) if len(self.level) else 0
        self.stored = {}
        for group in map(_text, a['DatasetNames']):
            b = self._file[group].attrs
            for row, (n, u, c, cu, m) in enumerate(zip(b['names'], b['units'], b['cgs'], b['cgs_units'], b['meanings'])):
                self.stored[_text(n)] = Variable(_text(n), _text(u), float(c), _text(cu), _text(m), group, row)
        made = derived(self.stored, self.gamma)
        if 'cosmic_rays' in self._file:
            made.update(bins(self._file['cosmic_rays'], self.stored))
        self.variables = {**self.stored, **made}

    def close(self):
        self._file.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def extra(self, name):
        """A group of the file beyond the usual ones, or None."""
        return self._file.get(name)

    # Shape of the mesh

    @property
    def tag(self):
        """What names the pictures: the number, or the file where it has none."""
        return os.path.splitext(os.path.basename(self.path))[0] if self.number is None else f'{self.number:05d}'

    @property
    def blocks(self):
        return len(self.level)

    @property
    def block_cells(self):
        return int(np.prod(self.block))

    @property
    def precision(self):
        return str(self._file[next(iter(self.stored.values())).group].dtype) if self.stored else ''

    def exists(self):
        """[3] which axes the run has."""
        return np.arange(3) < self.dim

    def grid(self, level):
        """[...][3] cells of the whole box if all of it had this level."""
        level = np.asarray(level, dtype=np.int64)[..., None]
        return np.where(self.exists(), self.root << level, 1)

    def width(self, level):
        """[...][3] of a cell."""
        return (self.upper - self.lower) / self.grid(level)

    def edges(self, blocks=slice(None)):
        """Lower and upper corner of blocks, [block][3] each; edges that coincide have the same bits."""
        n, at = self.grid(self.level[blocks]), self.place[blocks] * self.block
        span = self.upper - self.lower
        low = self.lower + span * (at / n)
        return low, np.where(at + self.block == n, self.upper, self.lower + span * ((at + self.block) / n))

    # Variables and units

    def variable(self, name):
        if name not in self.variables:
            raise Fault(f'{self.path}: no field {name}{nearest(name, self.variables)}; there are {", ".join(self.variables)}')
        return self.variables[name]

    def shown(self, name):
        """(factor, unit) for pictures: code units, or if the run has physical ones cgs, with km/s and microgauss."""
        v = self.variable(name)
        unit, factor = usual(v.cgs_unit, v.group or v.name)
        return (v.cgs * factor, unit) if self.physical else (1.0, v.unit)

    def length_shown(self):
        if not self.physical:
            return 1.0, 'code length'
        cm = self.units['length_cm']
        name, size = length_unit(cm * np.max((self.upper - self.lower)[:self.dim]))
        return cm / size, name

    def time_shown(self):
        if not self.physical:
            return self.time, ''
        name, size = time_unit(self.units['time_s'] * self.time)
        return self.time * self.units['time_s'] / size, name

    # Values

    def _runs(self, blocks, gap=4):
        """Ranges of a sorted list of blocks that are read in one go, (first, last + 1) of the list."""
        cut = np.flatnonzero(np.diff(blocks) > gap) + 1
        return zip(np.r_[0, cut], np.r_[cut, len(blocks)])

    def _read(self, name, blocks, axis=None, index=None):
        """[block][k][j][i] of some blocks in ascending order; with an axis, only cell index[block] along it: [block][.][.]."""
        v = self.variable(name)
        if v.make:
            return v.make(*(self._read(n, blocks, axis, index) for n in v.needs))
        data, along = self._file[v.group], None if axis is None else 3 - axis
        shape = [len(blocks)] + [int(n) for n in self.block[::-1]]
        if along:
            del shape[along]
        out = np.empty(shape)
        for a, b in self._runs(blocks):
            first = int(blocks[a])
            part = data[v.row, first:int(blocks[b - 1]) + 1][blocks[a:b] - first]
            if along:
                part = np.take_along_axis(part, index[a:b].reshape(-1, 1, 1, 1), axis=along).squeeze(along)
            out[a:b] = part
        return out

    def field(self, name, blocks=None):
        """[block][k][j][i] in the order of the file."""
        return self._read(name, np.arange(self.blocks) if blocks is None else np.asarray(blocks))

    def _centres(self, blocks, axis):
        """[block][cell] along an axis."""
        n = self.grid(self.level[blocks])[:, axis, None]
        at = self.place[blocks, axis, None] * self.block[axis] + np.arange(self.block[axis])
        return self.lower[axis] + (self.upper - self.lower)[axis] * ((at + 0.5) / n)

    def cells(self, *names):
        """Every cell as flat arrays: {'x', 'y', 'z', 'dx', 'dy', 'dz', 'volume', 'level', and the names}.  The volume is a length or
        an area where axes are missing."""
        b = np.arange(self.blocks)
        shape = (self.blocks, *self.block[::-1])
        width = self.width(self.level)
        out = {}
        for d, axis in enumerate('xyz'):
            x = self._centres(b, d)
            out[axis] = np.broadcast_to(x.reshape([-1] + [x.shape[1] if 2 - d == n else 1 for n in range(3)]), shape).reshape(-1)
            out['d' + axis] = np.repeat(width[:, d], self.block_cells)
        out['volume'] = np.repeat(np.prod(width, axis=1), self.block_cells)
        out['level'] = np.repeat(self.level, self.block_cells)
        for n in names:
            out[n] = self.field(n).reshape(-1)
        return out

    def summary(self, name):
        """(least, largest, integral over the box, cells that are not finite), some blocks at a time."""
        least, most, total, bad = np.inf, -np.inf, 0.0, 0
        volume = np.prod(self.width(self.level), axis=1)
        some = max(1, 2**24 // self.block_cells)
        for a in range(0, self.blocks, some):
            x = self.field(name, np.arange(a, min(a + some, self.blocks))).reshape(-1, self.block_cells)
            good = np.isfinite(x)
            bad += int(np.count_nonzero(~good))
            if good.any():
                least, most = min(least, float(x[good].min())), max(most, float(x[good].max()))
            total += float(np.sum(x.sum(axis=1) * volume[a:a + some]))
        return least, most, total, bad

    def total(self, name):
        """Integral over the box."""
        return self.summary(name)[2]

    # Planes

    def centre(self):
        return 0.5 * (self.lower + self.upper)

    def _cell_at(self, position, axis, level):
        """Number of the cell that holds a coordinate, counted over the whole box at a level."""
        lo, hi = self.lower[axis], self.upper[axis]
        if not lo <= position <= hi:
            raise Fault(f'{self.path}: {"xyz"[axis]} = {position:g} is outside of the box, {lo:g} to {hi:g}')
        n = self.grid(level)[..., axis]
        at = np.floor((position - lo) / (hi - lo) * n).astype(np.int64)
        return np.clip(at, 0, n - 1)

    def _image_level(self, level, finest, axes):
        if level is not None:
            return int(level)
        level = int(finest)
        while level > 0 and max(self.grid(level)[list(axes)]) > LARGEST_IMAGE:
            level -= 1
        return level

    def _paint(self, blocks, values, axes, level, add):
        """values [block][vertical][horizontal] of blocks on one image of a level: coarse cells fill several pixels, fine ones are averaged."""
        h, v = axes
        size = self.grid(level)
        image = np.zeros((size[v], size[h])) if add else np.full((size[v], size[h]), np.nan)
        for l in np.unique(self.level[blocks]):
            of = self.level[blocks] == l
            part, first = values[of], self.place[blocks[of]]
            up = max(level - int(l), 0)
            index = []
            for d, along in ((v, 1), (h, 2)):
                step = up if self.exists()[d] else 0
                part = np.repeat(part, 1 << step, axis=along)
                n = int(self.block[d]) << step
                index.append((first[:, d, None] * n + np.arange(n)) >> (max(int(l) - level, 0) if self.exists()[d] else 0))
            at = index[0][:, :, None], index[1][:, None, :]
            down = max(int(l) - level, 0)
            if down == 0 and not add:
                image[at] = part
                continue
            ratio = np.prod([1 << down if self.exists()[d] else 1 for d in axes])
            pixel = np.broadcast_to(at[0] * image.shape[1] + at[1], part.shape).reshape(-1)
            total = np.bincount(pixel, weights=part.reshape(-1) / ratio, minlength=image.size).reshape(image.shape)
            touched = np.bincount(pixel, minlength=image.size).reshape(image.shape) > 0
            # A pixel covered by several fine blocks of several levels gets one part from each.
            image[touched] = np.nan_to_num(image[touched]) + total[touched]
        return image

    def _smooth(self, blocks, values, axes, level, add):
        """As _paint, level by level from the coarsest: what a level does not know is interpolated from the one below."""
        lowest = min(int(self.level[blocks].min()), level)
        image = self._paint(blocks, values, axes, lowest, add)
        known = np.broadcast_to(self.level[blocks][:, None, None], values.shape)
        for l in range(lowest + 1, level + 1):
            for along, d in ((0, axes[1]), (1, axes[0])):
                image = _double(image, along) if self.exists()[d] else image
            coarse = self._paint(blocks, known, axes, l, False) < l
            image = np.where(coarse, image, self._paint(blocks, values, axes, l, add))
        return image

    def _axes(self, axis):
        if self.dim < 2:
            raise Fault(f'{self.path}: the run is 1-D; take a profile, not a plane')
        if self.dim == 2 and axis != 2:
            raise Fault(f'{self.path}: a 2-D run has one plane, axis z; take a profile along {"xyz"[axis]}')
        return {0: (1, 2), 1: (0, 2), 2: (0, 1)}[axis]

    def _image(self, values, axes, level, axis, position, blocks):
        h, v = axes
        low, high = self.edges(blocks)
        return Image(values, axes, (self.lower[h], self.upper[h], self.lower[v], self.upper[v]), level, axis, position,
                     np.stack([low[:, h], high[:, h], low[:, v], high[:, v]], axis=1))

    def slice(self, name, axis=2, position=None, level=None, smooth=False):
        """The cells cut by the plane at a position along an axis (default: the middle), on a uniform image of the finest level among
        them (less where that is very large) or of the one asked for.  smooth: interpolate linearly in coarse cells, for contours."""
        axes = self._axes(axis)
        position = self.centre()[axis] if position is None else float(position)
        at = self._cell_at(position, axis, self.level)
        blocks = np.flatnonzero(at // self.block[axis] == self.place[:, axis])
        level = self._image_level(level, self.level[blocks].max(), axes)
        values = self._read(name, blocks, axis, at[blocks] % self.block[axis])
        paint = self._smooth if smooth else self._paint
        return self._image(paint(blocks, values, axes, level, False), axes, level, axis, position, blocks)

    def projection(self, name, axis=2, level=None):
        """Integral along an axis (code length times the unit of the field)."""
        axes = self._axes(axis)
        blocks = np.arange(self.blocks)
        level = self._image_level(level, self.max_level, axes)
        values = self._read(name, blocks).sum(axis=3 - axis) * self.width(self.level)[:, axis, None, None]
        return self._image(self._paint(blocks, values, axes, level, True), axes, level, axis, self.centre()[axis], blocks)

    # Lines

    def _pieces(self, start, end):
        """Pieces of the line from start to end in cells: block, cell [.][3], and the ends as fractions of the line, in order."""
        low, high = self.edges()
        way = end - start
        first, last = np.zeros(self.blocks), np.ones(self.blocks)
        for d in range(3):
            if way[d] == 0.0:
                within = (low[:, d] <= start[d]) & ((start[d] < high[:, d]) | ((high[:, d] == self.upper[d]) & (start[d] == high[:, d])))
                last = np.where(within, last, -1.0)
                continue
            a, b = (low[:, d] - start[d]) / way[d], (high[:, d] - start[d]) / way[d]
            first, last = np.maximum(first, np.minimum(a, b)), np.minimum(last, np.maximum(a, b))
        block, cell, from_, to = [], [], [], []
        for b in np.flatnonzero(last - first > 1e-14):
            width = (high[b] - low[b]) / self.block
            t = [first[b], last[b]]
            for d in np.flatnonzero(way):
                faces = (low[b, d] + width[d] * np.arange(1, self.block[d]) - start[d]) / way[d]
                t.extend(faces[(faces > first[b]) & (faces < last[b])])
            t = np.unique(t)
            middle = start + 0.5 * (t[1:] + t[:-1])[:, None] * way
            keep = np.diff(t) > 1e-14
            index = np.clip(np.floor((middle - low[b]) / width), 0, self.block - 1).astype(np.int64)
            block.append(np.full(keep.sum(), b))
            cell.append(index[keep])
            from_.append(t[:-1][keep])
            to.append(t[1:][keep])
        if not block:
            raise Fault(f'{self.path}: the line from {start} to {end} is outside of the box')
        block, cell, from_, to = (np.concatenate(v) for v in (block, cell, from_, to))
        order = np.argsort(from_, kind='stable')
        return block[order], cell[order], from_[order], to[order]

    def _point(self, x):
        """A point of 1 to 3 coordinates; what is not given or not there is in the middle of the box."""
        p = self.centre()
        x = np.atleast_1d(np.asarray(x, float))
        p[:min(len(x), self.dim)] = x[:self.dim]
        return p

    def cell_of(self, x):
        """(block, (k, j, i)) of the cell at a point."""
        x = self._point(x)
        at = np.stack([self._cell_at(x[d], d, self.level) for d in range(3)], axis=1) - self.place * self.block
        block = int(np.flatnonzero(np.all((at >= 0) & (at < self.block), axis=1))[0])
        return block, tuple(int(n) for n in at[block][::-1])

    def ray(self, names, start, end):
        """All cells between two points, in order."""
        start, end = self._point(start), self._point(end)
        block, cell, a, b = self._pieces(start, end)
        cut, which = np.unique(block, return_inverse=True)
        values = {n: self._read(n, cut)[which, cell[:, 2], cell[:, 1], cell[:, 0]] for n in names}
        size = float(np.linalg.norm(end - start))
        n = self.grid(self.level[block])
        x = self.lower + (self.upper - self.lower) * ((self.place[block] * self.block + cell + 0.5) / n)
        return Ray(0.5 * (a + b) * size, (b - a) * size, x, self.width(self.level[block]), self.level[block], values)

    def profile(self, names, axis=0, point=None):
        """The cells on the line along an axis through a point (default: the middle); Ray with s the coordinate along the axis."""
        if axis >= self.dim:
            raise Fault(f'{self.path}: a {self.dim}-D run has no axis {"xyz"[axis]}')
        start = self._point([] if point is None else point)
        for d in range(self.dim):
            if d != axis:
                self._cell_at(start[d], d, 0)   # inside?
        end = start.copy()
        start[axis], end[axis] = self.lower[axis], self.upper[axis]
        ray = self.ray(names, start, end)
        ray.s = ray.x[:, axis]
        return ray

    def radial(self, names, centre=None, bins=None):
        """Means over shells around a point, weighted with volume: (radius, {name: mean}).  Default: shells of the finest cells' width."""
        centre = self._point([] if centre is None else centre)
        c = self.cells(*names)
        r = np.sqrt(sum((c[a] - centre[d])**2 for d, a in enumerate('xyz') if d < self.dim))
        most = min(np.min((self.upper - centre)[:self.dim]), np.min((centre - self.lower)[:self.dim]))
        if bins is None:
            bins = int(np.clip(most / np.min(self.width(self.max_level)[:self.dim]), 8, 512))
        at = np.floor(r / most * bins).astype(np.int64)
        use = at < bins
        at, weight = at[use], c['volume'][use]
        volume = np.bincount(at, weights=weight, minlength=bins)
        full = volume > 0
        mean = {n: np.bincount(at, weights=weight * c[n][use], minlength=bins)[full] / volume[full] for n in names}
        return (np.bincount(at, weights=weight * r[use], minlength=bins)[full] / volume[full]), mean


def number_of(path):
    m = re.search(r'\.(\d+)\.athdf$', path)
    return int(m.group(1)) if m else -1


def find(folder):
    """Snapshots of a run folder in order of their numbers."""
    return sorted((os.path.join(folder, f) for f in os.listdir(folder) if re.search(r'\.\d+\.athdf$', f)), key=lambda p: (number_of(p), p))
