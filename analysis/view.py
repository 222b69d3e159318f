"""Cosmic rays somewhere in a snapshot with the face of a one-zone run: spectra, ratios, energy, ionisation."""
import numpy as np

from analysis import observe, rays


class View:
    """laws: {species: (n, slope) [bin][cell]}; middle makes one number of the cells.  Spectra and ratios are those in the middles of bins, joined; spectra go on to the ends."""

    def __init__(self, name, folder, observer, laws, middle, time_Myr):
        self.name, self.folder, self.attrs, self._carbon = name, folder, {'time_Myr': time_Myr}, observer.carbon
        o = observer
        self.species = {}
        for n in laws:
            t = o.energy(n, o.points(n))
            t = t[np.unique(np.r_[0, observe.middles(t), len(t) - 1])]
            self.species[n] = {'t': t, 'j': middle(o.intensity(n, *laws[n], t))}
        x = np.geomspace(0.01, 1e3, 91)
        self.ratios = {'x': x}
        for r in o.RATIOS:
            values = o.ratio(r, laws, x)
            self.ratios[r] = np.zeros_like(x) if values is None else middle(np.nan_to_num(values))
        energy = sum(1e9 * np.dot(o.species[n].kinetic(o.species[n].momenta)[:-1], o.ends(n, *laws[n])[0]) +
                     1e9 * np.dot(o.species[n].kinetic(o.species[n].momenta)[1:], o.ends(n, *laws[n])[1]) for n in laws)
        self.energy = float(middle(energy[None])[0])
        self.ionisation = float(middle(sum(o.total(o.ionisation(n), *laws[n]) for n in laws)[None])[0])

    def carbon(self):
        return self._carbon

    def modulation(self, options):
        return options.modulation or 0.0


def myr(snapshot):
    return snapshot.time * snapshot.units['time_s'] / 3.15576e13


def of_rays(snapshot, folder, region=None, point=None):
    """Mean populations over a region or those at a point, see analysis/rays.py."""
    r = rays.Rays(snapshot, region, point)
    o = observe.Observer(r.species, float(r.parameters.get('cr.carbon_share', 0.325)), float(r.parameters.get('cr.beryllium9_share', 0.4)))
    laws = {n: o.law(n, *(p[:, None] for p in r.populations(n))) for n in r.species}
    return View(snapshot.run_name, folder, o, laws, lambda v: v[..., 0], myr(snapshot))
