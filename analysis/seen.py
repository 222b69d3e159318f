"""Statistics of cosmic rays over the cells of a region: those that the run wrote into observables.h5, or the same from the cells of a snapshot.

    seen = of(g, folder)               g: galaxy.Galaxy; from the file where it has this region at this time, else from the cells
    t, j = seen.spectrum('p')          {'median', 'mean', 2.5, 16, 84, 97.5: [point]}; also of the elements C, B and Be; None: not in this run
    x, r = seen.ratio('B_C')
    for region in regions(folder): File(folder, region, row)
"""
import os

import h5py
import numpy as np

from analysis.fault import Fault
from analysis.hdf import text
from analysis.zone import PARTS

STATISTICS = ('median', 'mean', 2.5, 16, 84, 97.5)     # order in the file
X = np.geomspace(0.01, 1e3, 46)


class Cells:
    """From a galaxy.Galaxy."""

    def __init__(self, g):
        self.g, self.where, self.weight, self.source = g, g.where, g.weight, 'the snapshot'
        self.laws = g.sun_laws()
        of = {'energy': g.energy, 'ionisation': g.zeta, **{f'gamma_{e:g}': v for e, v in g.gamma.items()}}
        self.values = {n: np.array([s[k] for k in STATISTICS]) for n, s in ((n, g.spread(g.of_sun(v))) for n, v in of.items())}

    def spectrum(self, what):
        o = self.g.observer
        have = [n for n in PARTS.get(what, (what,)) if n in self.laws]
        if not have:
            return None
        t = o.energy(have[0], o.points(have[0]))
        share = {'cno': o.carbon} if what == 'C' else {}
        return t, self.g.spread(sum(o.intensity(n, *self.laws[n], t) * share.get(n, 1.0) for n in have))

    def ratio(self, which):
        values = self.g.observer.ratio(which, self.laws, X)
        return None if values is None else (X, self.g.spread(values))


def path_of(folder):
    return os.path.join(folder, 'observables.h5')


def has(folder):
    return os.path.isfile(path_of(folder))


def _open(folder):
    try:
        return h5py.File(path_of(folder), 'r')
    except OSError as e:
        raise Fault(f'{path_of(folder)}: not a file of observables ({e})')


def regions(folder):
    with _open(folder) as f:
        return [n for n, g in f.items() if isinstance(g, h5py.Group)]


def code_Myr(folder):
    """The unit of time."""
    with _open(folder) as f:
        return float(np.atleast_1d(f.attrs['time_s'])[0]) / 3.15576e13


def times(folder):
    with _open(folder) as f:
        return f['time'][...]


class File:
    """Row (-1: the last) of a region of observables.h5."""

    def __init__(self, folder, region, row=-1):
        self.folder, self.region, self.row, self.source = folder, region, row, 'observables.h5'
        with _open(folder) as f:
            g = f[region]
            self.name, self.time, self.cells = text(f.attrs['run_name']), float(f['time'][row]), float(g['cells'][row])
            self.parameters = text(f.attrs['parameters'])
            self.limits = {n: g.attrs[n] for n in ('radius_kpc', 'height_kpc', 'density_cm3', 'temperature_K', 'ionised')}
            self.weight = text(g.attrs['weight'])
            self.spectra = {n: (s['t'][...], s['j'][row]) for n, s in g['spectra'].items()}
            self.x = g['ratios/x'][...] if 'ratios' in g else X
            self.ratios = {n: r[row] for n, r in g['ratios'].items() if n != 'x'} if 'ratios' in g else {}
            self.values = {'energy': g['energy/all'][row], 'ionisation': g['ionisation'][row]}
            self.values |= {f'gamma_{e:g}': v for e, v in zip(g['gamma_above_GeV'][...], g['gamma_above'][row])}
        self.where = self._where()

    def _where(self):
        shown = []
        for key, word, unit in (('radius_kpc', 'R', 'kpc'), ('height_kpc', '|z|', 'kpc'), ('density_cm3', 'n', 'cm$^{-3}$'), ('temperature_K', 'T', 'K'),
                                ('ionised', 'ionised', '')):
            low, high = self.limits[key]
            if high < 1e8 and (low > 0 or key != 'ionised'):
                shown.append(f'{word} < {high:g} {unit}' if low <= 0 else f'{word} = {low:g}-{high:g} {unit}')
        return ', '.join(shown) or 'the whole domain'

    def is_of(self, region, weight, time):
        """Is it what galaxy.Region asks for?"""
        asked = {'radius_kpc': region.ring, 'height_kpc': (0.0, region.height), 'density_cm3': region.density,
                 'temperature_K': (region.temperature[0], min(region.temperature[1], 1e30)), 'ionised': (-1, 2)}
        same = all(np.allclose(self.limits[k], v, rtol=1e-9, atol=1e-12) for k, v in asked.items())
        return same and self.weight == weight and self.cells > 0 and abs(self.time - time) <= 1e-12 * max(abs(time), 1e-300)

    def spectrum(self, what):
        if what not in self.spectra:
            return None
        t, j = self.spectra[what]
        return t, dict(zip(STATISTICS, j.T))

    def ratio(self, which):
        return (self.x, dict(zip(STATISTICS, self.ratios[which].T))) if which in self.ratios else None


def of(g, folder, weight='mass'):
    if has(folder):
        time = g.snapshot.time
        rows = np.flatnonzero(np.abs(times(folder) - time) <= 1e-12 * max(abs(time), 1e-300))
        for region in regions(folder) if len(rows) else ():
            found = File(folder, region, int(rows[0]))
            if found.is_of(g.region, weight, time):
                return found
    return Cells(g)


def history(folder, region):
    """(time [row], {name: [row][statistic]}) of numbers of a region over the whole run."""
    with _open(folder) as f:
        g = f[region]
        out = {'energy': g['energy/all'][...], 'ionisation': g['ionisation'][...]}
        out |= {f'gamma_{e:g}': g['gamma_above'][:, i] for i, e in enumerate(g['gamma_above_GeV'][...])}
        at = {} if 'ratios' not in g else {n: int(np.argmin(np.abs(np.log(g['ratios/x'][...] / (10.0 if n != 'Be10_Be9' else 1.0))))) for n in g['ratios']}
        out |= {n: g['ratios'][n][:, i] for n, i in at.items() if n != 'x'}
        return f['time'][...], out
