"""The cosmic rays of a galaxy in a snapshot: its cells, the region of the Sun, means in rings and layers, statistics over cells.

    with Snapshot(path) as s:
        g = Galaxy(s, Region(ring=(7, 9), height=0.3, density=(0.3, 3)))
        g.laws['p']                     (n, slope) [bin][cell] of the cells of the ring, g.sun says which of them are in the region
        g.spread(values)                quantiles of [point][cell] over the region: {'median', 'mean', 16, 84, 2.5, 97.5}
        g.zeta, g.gamma[0.1]            of all cells: ionisations per s and H atom, photons above 0.1 GeV per s, sr and H atom

Lengths are in kpc from the centre, n = rho / m_p in cm^-3, energies in eV/cm^3, the magnetic field in uG.
"""
from dataclasses import dataclass

import numpy as np

from analysis import observe, rays, table
from analysis.fault import Fault

KPC, PROTON_g, BOLTZMANN, EV = 3.0856775814913673e21, 1.67262192369e-24, 1.380649e-16, 1.602176634e-12
QUANTILES = (2.5, 16, 50, 84, 97.5)
MU = 0.6                                  # of the temperature: ionised gas
LAYER = 1.0                               # kpc: half the thickness of the disc in means over rings


@dataclass
class Region:
    """Gas of the solar circle, Hopkins et al. 2022."""
    ring: tuple = (7.0, 9.0)              # kpc
    height: float = 0.3                   # kpc: |z| below it
    density: tuple = (0.3, 3.0)           # cm^-3
    temperature: tuple = (0.0, np.inf)    # K


def quantiles(values, weights, percent=QUANTILES):
    """[percent][...] of values [...][cell] with weights: where the sum of the weights of smaller values is that part of all."""
    order = np.argsort(values, axis=-1)
    v, w = np.take_along_axis(values, order, -1), np.asarray(weights)[order]
    below = np.cumsum(w, axis=-1) - 0.5 * w
    below = below / np.sum(w, axis=-1, keepdims=True)
    flat_v, flat_b = v.reshape(-1, v.shape[-1]), below.reshape(-1, v.shape[-1])
    out = np.array([np.interp(np.array(percent) / 100, b, x) for b, x in zip(flat_b, flat_v)])
    return np.moveaxis(out.reshape(*v.shape[:-1], len(percent)), -1, 0)


def binned(x, edges, values, weights, percent=(16, 50, 84), least=1):
    """(middle [bin], [percent][bin], mean [bin]) of values in bins of x; bins with fewer cells are left out."""
    at = np.digitize(x, edges) - 1
    out, mean = np.full((len(percent), len(edges) - 1), np.nan), np.full(len(edges) - 1, np.nan)
    middle = 0.5 * (edges[1:] + edges[:-1])
    for b in range(len(edges) - 1):
        of = at == b
        if np.count_nonzero(of) >= least and np.sum(weights[of]) > 0:
            out[:, b] = quantiles(values[of], weights[of], percent)
            mean[b] = np.average(values[of], weights=weights[of])
            middle[b] = np.average(x[of], weights=weights[of])
    full = np.isfinite(mean)
    return middle[full], out[:, full], mean[full]


def kiloparsecs(text):
    """Of a parameter such as '4 kpc'; None: another unit."""
    number, _, unit = text.partition(' ')
    scale = {'pc': 1e-3, 'kpc': 1.0, 'Mpc': 1e3}.get(unit.strip())
    return float(number) * scale if scale else None


class Galaxy:
    def __init__(self, snapshot, region=None, centre=None, mass_weighted=True):
        s = snapshot
        if not s.physical or s.dim != 3:
            raise Fault(f'{s.path}: the pictures of a galaxy need a 3-D run with physical units')
        self.snapshot, self.region = s, region or Region()
        species = rays.species_of(s)
        par = table.parameters(s.parameters)
        self.parameters, self.name = par, s.run_name
        self.observer = observe.Observer(species, float(par.get('cr.carbon_share', 0.325)), float(par.get('cr.beryllium9_share', 0.4)))
        self.species = species
        self._place(centre)
        self.weight = 'mass' if mass_weighted else 'volume'
        self.weights = (self.n if mass_weighted else np.ones_like(self.n)) * self.volume
        self.in_ring = (self.R >= self.region.ring[0]) & (self.R <= self.region.ring[1])
        if not self.in_ring.any():
            raise Fault(f'{s.path}: no cell at R = {self.region.ring[0]:g} to {self.region.ring[1]:g} kpc')
        self._choose()
        self._read()

    def _place(self, centre):
        s = self.snapshot
        c = s.cells('rho', 'press', *(n for n in ('Bcc1', 'Bcc2', 'Bcc3') if n in s.stored))
        kpc = s.units['length_cm'] / KPC
        if centre is None:
            centre = np.where((s.lower <= 0) & (s.upper >= 0), 0.0, s.centre())
        x, y, z = (kpc * (c[a] - centre[d]) for d, a in enumerate('xyz'))
        self.R, self.z, self.volume = np.hypot(x, y), z, c['volume'] * kpc**3
        self.dz = kpc * c['dz']
        self.n = c['rho'] * s.units['density_g_cm3'] / PROTON_g
        self.thermal = 1.5 * c['press'] * s.units['pressure_erg_cm3'] / EV
        self.T = c['press'] * s.units['pressure_erg_cm3'] * MU * PROTON_g / (c['rho'] * s.units['density_g_cm3'] * BOLTZMANN)
        b2 = sum(c[f'Bcc{d}']**2 for d in (1, 2, 3)) if 'Bcc1' in c else 0 * self.n
        self.B = np.sqrt(b2) * s.units['field_G'] * 1e6
        self.magnetic = (self.B * 1e-6)**2 / (8 * np.pi) / EV
        self.reach = kpc * min(np.min(s.upper[:2] - centre[:2]), np.min(centre[:2] - s.lower[:2]))
        self.top = kpc * min(s.upper[2] - centre[2], centre[2] - s.lower[2])

    def radiation(self):
        """Energy density in all cells of the CMB, dust and stars, as cosmic rays meet it; None where parameters are in units that are not known here."""
        par = self.parameters
        bands = [float(u) for u in par.get('medium.radiation_eV_cm3', '').strip('[]').split(',') if u.strip()][:int(par.get('cr_losses.bands', 3))]
        name = self.snapshot.setup
        if name not in ('milkyway', 'restart') or len(bands) < 2:
            return sum(bands) + 0 * self.n
        at_sun = sum(bands[1:]) if name == 'restart' else float(par['milkyway.dust']) + float(par['milkyway.stars'])
        sun, radius, height = (kiloparsecs(par.get(f'{name}.{k}', '')) for k in ('sun' if name == 'milkyway' else 'light_sun', 'light_radius', 'light_height'))
        if None in (sun, radius, height):
            return None
        return bands[0] + at_sun * np.exp(-(self.R - sun) / radius) / (1 + (self.z / height)**2)   # as in setups/disc_light.h

    def _choose(self):
        """The region; where no cell is below its height, the cells nearest to the plane, and where none there has such gas, without its limits on the gas."""
        r = self.region
        ring = self.in_ring
        z = np.abs(self.z[ring])
        low, height = z <= r.height, f'|z| < {r.height:g} kpc'
        if not np.any(low):
            low, height = z <= z.min() * (1 + 1e-9), f'|z| = {z.min():.3g} kpc (no cell below {r.height:g} kpc)'
        n, T = self.n[ring], self.T[ring]
        gas = (n >= r.density[0]) & (n <= r.density[1]) & (T >= r.temperature[0]) & (T <= r.temperature[1])
        where = f'R = {r.ring[0]:g}-{r.ring[1]:g} kpc, '
        limits = f'n = {r.density[0]:g}-{r.density[1]:g} cm$^{{-3}}$'
        if r.temperature != (0.0, np.inf):
            limits += f', T = {r.temperature[0]:g}-{r.temperature[1]:g} K'
        if np.any(low & gas):
            self.sun, self.where = low & gas, where + f'{height}, {limits}'
        else:
            self.sun, self.where = low, where + f'{height} (no cell there has {limits})'
        self.sun_weights = self.weights[ring][self.sun]

    def _layers(self):
        """Faces of layers that no cell of the ring sticks out of: where levels meet, those of the coarse cells."""
        half = 0.5 * self.dz[self.in_ring]
        faces = np.round(np.abs(self.z[self.in_ring])[:, None] + half[:, None] * [-1, 1], 9)
        low, high = np.unique(np.maximum(faces, 0), axis=0).T
        edges = [0.0]
        while np.any(low >= edges[-1]):
            top = np.min(high[low >= edges[-1]])
            while np.any((low < top) & (high > top)):
                top = np.max(high[low < top])
            edges.append(top)
        if len(edges) > 64:
            edges = edges[:1] + [e for n, e in enumerate(edges[1:]) if n % (len(edges) // 32) == 0 or e == edges[-1]]
        return np.array(edges)

    def _rings(self):
        """Numbers of the rings of the disc and of the layers at the Sun's distance, for means; -1: in none."""
        self.ring_edges = np.linspace(0, self.reach, max(int(round(self.reach)), 4) + 1)
        edges = self._layers()
        self.layer_edges = edges
        ring = np.digitize(self.R, self.ring_edges) - 1
        inside = (np.abs(self.z) <= max(LAYER, np.abs(self.z).min() * (1 + 1e-9))) & (ring < len(self.ring_edges) - 1)
        layer = np.digitize(np.abs(self.z), edges) - 1
        at_sun = self.in_ring & (layer < len(edges) - 1)
        return np.where(inside, ring, -1), np.where(at_sun, layer, -1)

    def _mean(self, index, count, values):
        use = index >= 0
        weight = np.bincount(index[use], self.volume[use], count)
        with np.errstate(invalid='ignore', divide='ignore'):
            return np.bincount(index[use], self.volume[use] * values[use], count) / weight

    def _read(self):
        """One bin after another: all of them would not fit."""
        s, o = self.snapshot, self.observer
        ring, layer = self._rings()
        nr, nz = len(self.ring_edges) - 1, len(self.layer_edges) - 1
        self.ring_R, self.layer_z = self._mean(ring, nr, self.R), self._mean(layer, nz, np.abs(self.z))
        self.zeta, self.zeta_leptons = np.zeros_like(self.n), np.zeros_like(self.n)
        self.gamma = {e: np.zeros_like(self.n) for e in (0.1, 1.0)}
        self.energies, self.laws, self.ring_laws, self.layer_laws = {}, {}, {}, {}
        for name, species in self.species.items():
            ionise = o.ionisation(name)
            gamma = {e: o.gamma(name, e) for e in self.gamma} if name in ('p', 'e-', 'e+') else {}
            energy, t = np.zeros_like(self.n), species.kinetic(species.momenta)
            here, rings, layers = [], [], []
            for k in range(len(species.edges) - 1):
                ends = [rays.population(name, k, end) for end in ('lo', 'hi')]
                for e in ends:
                    if e not in s.stored:
                        raise Fault(f'{s.path}: it has no {e}; spectra need the populations of all bins (output.fields)')
                lo, hi = (s.field(e).reshape(-1).astype(float) for e in ends)
                n, slope = o.bin_law(name, k, lo, hi)
                energy += 1e9 * (t[k] * lo + t[k + 1] * hi)
                zeta = n * np.interp(slope, observe.SLOPES, ionise[k])
                self.zeta += zeta
                if not species.nucleons:
                    self.zeta_leptons += zeta
                for e, of in gamma.items():
                    self.gamma[e] += n * np.interp(slope, observe.SLOPES, of[k])
                here.append((n[self.in_ring], slope[self.in_ring]))
                rings.append([self._mean(ring, nr, v) for v in (lo, hi)])
                layers.append([self._mean(layer, nz, v) for v in (lo, hi)])
            self.energies[name] = energy
            self.laws[name] = tuple(np.array([h[i] for h in here]) for i in (0, 1))
            self.ring_laws[name], self.layer_laws[name] = (o.law(name, *np.nan_to_num(np.array(v)).transpose(1, 0, 2)) for v in (rings, layers))
        self.energy = sum(self.energies.values())

    # Of the region of the Sun

    def sun_laws(self, name=None):
        def of(name):
            return tuple(a[:, self.sun] for a in self.laws[name])
        return of(name) if name else {n: of(n) for n in self.laws}

    def mean_laws(self, name, of):
        """(n, slope) [bin][1] of the mean populations over some cells of the ring, weighted; of: [cell of the ring]."""
        w = self.weights[self.in_ring] * of
        lo, hi = (v @ w / w.sum() for v in self.observer.ends(name, *self.laws[name]))
        return self.observer.law(name, lo[:, None], hi[:, None])

    def of_sun(self, values):
        """[cell] of a quantity of all cells."""
        return values[self.in_ring][self.sun]

    def spread(self, values):
        """{'median', 'mean', 2.5, 16, 84, 97.5} of [...][cell], cells that are nan left out where all are."""
        v = np.asarray(values, float)
        q = quantiles(np.nan_to_num(v), self.sun_weights)
        out = dict(zip(QUANTILES, q))
        return {'median': out.pop(50), 'mean': np.nan_to_num(v) @ self.sun_weights / self.sun_weights.sum(), **out}


RATIO_AT = {'B_C': (1, 10, 100), 'Be10_Be9': (0.1, 1, 10), 'pbar_p': (10, 50), 'e+_fraction': (1, 10, 100), 'C_H': (1, 10, 100), 'e-_p': (1, 10)}
COLUMNS = ('median', 'mean', 2.5, 16, 84, 97.5)


def statistics(g):
    """[(name, unit, x, {statistic: value})] over the region of the Sun."""
    o, laws = g.observer, g.sun_laws()
    out = [(f'energy_{n}', 'eV/cm^3', np.nan, g.spread(g.of_sun(e))) for n, e in g.energies.items()]
    out.insert(0, ('energy', 'eV/cm^3', np.nan, g.spread(g.of_sun(g.energy))))
    out.append(('ionisation', '1/s', np.nan, g.spread(g.of_sun(g.zeta))))
    out += [('gamma_above_GeV', '1/s/sr/H', e, g.spread(g.of_sun(v))) for e, v in g.gamma.items()]
    for r, x in RATIO_AT.items():
        values = o.ratio(r, laws, np.array(x, float))
        if values is not None:
            spread = g.spread(values)
            out += [(r, '1', x[i], {k: v[i] for k, v in spread.items()}) for i in range(len(x)) if spread['median'][i] > 0]
    for n in laws:
        t = o.energy(n, o.points(n))
        spread = g.spread(o.intensity(n, *laws[n], t))
        out += [(f'intensity_{n}', '1/(m^2_s_sr_GeV/n)', t[i], {k: v[i] for k, v in spread.items()}) for i in range(len(t))]
    return out


def write(g, path):
    with open(path, 'w') as f:
        f.write(f'# Cosmic rays of {g.name} at {g.where.replace("$", "").replace("^{-3}", "^-3")}; {np.count_nonzero(g.sun)} cells, percentiles over their {g.weight}\n'
                '# x: kinetic energy in GeV per nucleon, of leptons in GeV; of pbar_p rigidity in GV\n'
                f'# {"quantity":<18} {"unit":<20} {"x":>12}' + ''.join(f'{c if isinstance(c, str) else f"{c:g}%":>13}' for c in COLUMNS) + '\n')
        for name, unit, x, v in statistics(g):
            f.write(f'{name:<20} {unit:<20} {x:12.5g}' + ''.join(f'{float(v[c]):13.5e}' for c in COLUMNS) + '\n')
    print(path, flush=True)
    return path
