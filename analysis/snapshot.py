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

import h5py
import numpy as np

from analysis import lines, planes
from analysis.fault import Fault, nearest
from analysis.fields import Variable, bins, derived, length_unit, time_unit, usual
from analysis.hdf import text


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
        self.run_name, self.setup, self.version = (text(a[n]) for n in ('run_name', 'setup', 'version'))
        self.parameters = text(a['parameters'])
        self.boundaries = [text(b) for b in a['boundaries']]
        self.physical = text(a['units']) != 'code'
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
        for group in map(text, a['DatasetNames']):
            b = self._file[group].attrs
            for row, (n, u, c, cu, m) in enumerate(zip(b['names'], b['units'], b['cgs'], b['cgs_units'], b['meanings'])):
                self.stored[text(n)] = Variable(text(n), text(u), float(c), text(cu), text(m), group, row)
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

    def read(self, name, blocks, axis=None, index=None):
        """[block][k][j][i] of some blocks in ascending order; with an axis, only cell index[block] along it: [block][.][.]."""
        v = self.variable(name)
        if v.make:
            return v.make(*(self.read(n, blocks, axis, index) for n in v.needs))
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
        return self.read(name, np.arange(self.blocks) if blocks is None else np.asarray(blocks))

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

    # Places

    def centre(self):
        return 0.5 * (self.lower + self.upper)

    def cell_at(self, position, axis, level):
        """Number of the cell that holds a coordinate, counted over the whole box at a level."""
        lo, hi = self.lower[axis], self.upper[axis]
        if not lo <= position <= hi:
            raise Fault(f'{self.path}: {"xyz"[axis]} = {position:g} is outside of the box, {lo:g} to {hi:g}')
        n = self.grid(level)[..., axis]
        at = np.floor((position - lo) / (hi - lo) * n).astype(np.int64)
        return np.clip(at, 0, n - 1)

    def point(self, x):
        """A point of 1 to 3 coordinates; what is not given or not there is in the middle of the box."""
        p = self.centre()
        x = np.atleast_1d(np.asarray(x, float))
        p[:min(len(x), self.dim)] = x[:self.dim]
        return p

    def cell_of(self, x):
        """(block, (k, j, i)) of the cell at a point."""
        x = self.point(x)
        at = np.stack([self.cell_at(x[d], d, self.level) for d in range(3)], axis=1) - self.place * self.block
        block = int(np.flatnonzero(np.all((at >= 0) & (at < self.block), axis=1))[0])
        return block, tuple(int(n) for n in at[block][::-1])

    # Planes and lines

    def slice(self, name, axis=2, position=None, level=None, smooth=False):
        """The cells cut by the plane at a position along an axis (default: the middle), on a uniform image of the finest level among
        them (less where that is very large) or of the one asked for.  smooth: interpolate linearly in coarse cells, for contours."""
        return planes.cut(self, name, axis, position, level, smooth)

    def projection(self, name, axis=2, level=None):
        """Integral along an axis (code length times the unit of the field)."""
        return planes.integral(self, name, axis, level)

    def ray(self, names, start, end):
        """All cells between two points, in order."""
        return lines.ray(self, names, start, end)

    def profile(self, names, axis=0, point=None):
        """The cells on the line along an axis through a point (default: the middle); Ray with s the coordinate along the axis."""
        return lines.profile(self, names, axis, point)

    def radial(self, names, centre=None, bins=None):
        """Means over shells around a point, weighted with volume: (radius, {name: mean}).  Default: shells of the finest cells' width."""
        return lines.radial(self, names, centre, bins)


def number_of(path):
    m = re.search(r'\.(\d+)\.athdf$', path)
    return int(m.group(1)) if m else -1


def find(folder):
    """Snapshots of a run folder in order of their numbers."""
    return sorted((os.path.join(folder, f) for f in os.listdir(folder) if re.search(r'\.\d+\.athdf$', f)), key=lambda p: (number_of(p), p))
