"""Cosmic rays in snapshots: spectra of all species, averaged over a region or in the cell at a point.

    with Snapshot(path) as s:
        r = Rays(s, region)
        r.species['b'].edges             GV
        lo, hi = r.populations('b')      [bin] cm^-3: edge populations of the bins
        n, e = r.sums('b')               [bin] cm^-3 and GeV cm^-3: number and kinetic energy
        t, j = r.intensity('b')          kinetic energy per nucleon (leptons: energy) in GeV; per m^2 s sr GeV/n

A region is a function of the cells {'x', 'y', 'z', 'volume', ...} that says which of them count; None: all of them.
"""
from dataclasses import dataclass

import numpy as np

from analysis import table
from analysis.fault import Fault
from analysis.hdf import text

LIGHT = 2.99792458e10
POINTS = 6                 # per bin
_NODE, _WEIGHT = np.polynomial.legendre.leggauss(32)


@dataclass
class Species:
    name: str
    edges: np.ndarray      # GV
    mass: float            # GeV
    charge: float
    nucleons: float        # 0: lepton
    meaning: str

    @property
    def momenta(self):
        return self.edges * abs(self.charge)

    def kinetic(self, p):
        return p * p / (np.sqrt(p * p + self.mass**2) + self.mass)


def _group(snapshot):
    return snapshot.extra('cosmic_rays')


def has(snapshot):
    return _group(snapshot) is not None


def species_of(snapshot):
    """{name: Species} in the order of the file."""
    g = _group(snapshot)
    if g is None:
        raise Fault(f'{snapshot.path}: this run has no cosmic rays')
    out = {}
    for n in map(text, np.atleast_1d(g.attrs['species'])):
        a = g[n].attrs
        out[n] = Species(n, g[n][...], float(a['mass_GeV']), float(a['charge']), float(a['nucleons']), text(a.get('name', n)))
    return out


def population(name, k, end):
    """Of the file: bin k of the species, end 'lo' or 'hi'."""
    return f'{name[:6]}_{k:02d}_{end}'


def slope(species, lo, hi):
    """s of dN/dln p ~ p^s in each bin, from its populations; by bisection on the mean energy."""
    p = species.momenta
    width = np.log(p[1:] / p[:-1])
    l = 0.5 * width[:, None] * (1 + _NODE)
    t = species.kinetic(p[:-1, None] * np.exp(l))
    t_lo, t_hi = species.kinetic(p[:-1]), species.kinetic(p[1:])
    with np.errstate(invalid='ignore', divide='ignore'):
        wanted = t_lo + (t_hi - t_lo) * hi / (lo + hi)
    low, high = np.full(len(lo), -60.0), np.full(len(lo), 60.0)
    for _ in range(60):
        s = 0.5 * (low + high)
        w = _WEIGHT * np.exp(s[:, None] * (l - np.where(s > 0, width, 0.0)[:, None]))
        mean = np.sum(w * t, axis=1) / np.sum(w, axis=1)
        low, high = np.where(mean < wanted, s, low), np.where(mean < wanted, high, s)
    return np.where(lo + hi > 0, 0.5 * (low + high), 0.0)


def density(species, lo, hi, points=POINTS):
    """(p in GeV, dN/dln p in cm^-3) at the middles of parts of every bin."""
    p = species.momenta
    width, s = np.log(p[1:] / p[:-1])[:, None], slope(species, lo, hi)[:, None]
    l = width * (np.arange(points) + 0.5) / points
    # The whole bin is one: int exp(s l) dl = (exp(s w) - 1) / s.
    small = np.abs(s * width) < 1e-6
    with np.errstate(invalid='ignore', divide='ignore', over='ignore'):
        shape = np.where(s > 0, np.exp(s * (l - width)) * s / -np.expm1(-s * width), np.exp(s * l) * s / np.expm1(s * width))
    shape = np.where(small, 1 / width, shape)
    return (p[:-1, None] * np.exp(l)).ravel(), ((lo + hi)[:, None] * shape).ravel()


class Rays:
    """point: the cell there; region: see above, a mean weighted with volume."""

    def __init__(self, snapshot, region=None, point=None):
        self.snapshot, self.species = snapshot, species_of(snapshot)
        self.parameters = table.parameters(snapshot.parameters)
        self._blocks = None
        if point is not None:
            block, self._cell = snapshot.cell_of(point)
            self._blocks = np.array([block])
            return
        c = snapshot.cells()
        weight = c['volume'] * (region(c) if region else 1.0)
        if not np.any(weight):
            raise Fault(f'{snapshot.path}: no cell in the region of the spectra')
        self._weight = weight / weight.sum()

    def _mean(self, name):
        if name not in self.snapshot.stored:
            raise Fault(f'{self.snapshot.path}: it has no {name}; spectra need the populations of all bins (output.fields)')
        v = self.snapshot.field(name, self._blocks)
        return float(v[0][self._cell]) if self._blocks is not None else float(np.dot(v.ravel(), self._weight))

    def populations(self, name):
        bins = range(len(self.species[name].edges) - 1)
        return tuple(np.array([self._mean(population(name, k, end)) for k in bins]) for end in ('lo', 'hi'))

    def sums(self, name):
        lo, hi = self.populations(name)
        t = self.species[name].kinetic(self.species[name].momenta)
        return lo + hi, t[:-1] * lo + t[1:] * hi

    def intensity(self, name):
        species = self.species[name]
        p, n = density(species, *self.populations(name))
        # j = v / 4 pi dn/dT and dT = beta dp; per GeV per nucleon and m^2.
        return species.kinetic(p) / max(species.nucleons, 1.0), LIGHT / (4 * np.pi) * n / p * max(species.nucleons, 1.0) * 1e4
