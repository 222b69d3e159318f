"""What can be measured of the cosmic rays in many cells at once: the sums of microphysics/observables.h over the power laws in the bins.

    o = Observer(species, carbon=0.325, be9=0.4)        species: {name: rays.Species}
    n, s = o.law('p', lo, hi)                           [bin][cell] populations to numbers and slopes of dN/dln p ~ p^s
    o.density('p', n, s, p)                             [point][cell] dN/dln p in cm^-3 at momenta p (GeV)
    o.mean('p', function)                               tables whose sums over n are integrals of the function over the particles

Lengths in cm, energies and momenta in GeV, kinetic energies per nucleon (of leptons: per particle).
"""
import numpy as np

LIGHT, MILLIBARN = 2.99792458e10, 1e-27
PROTON, PION, THRESHOLD = 0.93827208816, 0.1349768, 0.2797
SECONDARIES, NUCLEI = 2.0 / 3.0, 1.8       # ionisations by secondary electrons; pions of nuclei: cr_observe_defaults
SLOPES = 60.0 * np.sinh(np.linspace(-5.0, 5.0, 801)) / np.sinh(5.0)
_NODE, _WEIGHT = np.polynomial.legendre.leggauss(96)


def shape(s, width, l):
    """dN/dln p over N at l = ln(p / p_lo) of a bin of a power law: s exp(s l) / (exp(s width) - 1)."""
    small = np.abs(s * width) < 1e-6
    t = np.where(small, 1.0, s)
    with np.errstate(over='ignore'):
        full = np.where(t > 0, np.exp(t * (l - width)) * t / -np.expm1(-t * width), np.exp(t * l) * t / np.expm1(t * width))
    return np.where(small, 1.0 / width, full)


def middles(x, per_bin=3):
    """Indices of the points in the middles of bins, where the jumps of the power laws at the edges do not matter; of few bins all points."""
    return np.arange(len(x)) if len(x) <= 2 * per_bin else np.arange(per_bin // 2, len(x), per_bin)


def sigma_ionisation(charge, beta):
    """Of a hydrogen atom, cm^2: Bethe."""
    b2 = beta * beta
    return 1.23e-20 * charge**2 / b2 * np.maximum(6.20 + np.log10(b2 / (1.0 - b2)) - 0.43 * b2, 0.0)


def sigma_inelastic(t):
    """p + p, mb, at kinetic energies above the threshold of pions."""
    x = np.maximum(t / THRESHOLD, 1.0)
    l = np.log(x)
    return (30.7 - 0.96 * l + 0.18 * l * l) * (1.0 - x**-1.9)**3


def _pions(t):
    """Cross-section of neutral pions, mb: Kafexhiu et al. 2014, Eqs. 1-7 and table IV."""
    m, mass, width = PROTON, 1.1883, 0.2264
    s = 2 * m * (t + 2 * m)
    root, m2, g = np.sqrt(s), mass**2, np.sqrt(mass**2 * (mass**2 + width**2))
    k = np.sqrt(8) * mass * width * g / (np.pi * np.sqrt(m2 + g))
    resonance = m * k / (((root - m)**2 - m2)**2 + m2 * width**2)
    q = s - PION**2 - 4 * m * m
    eta = np.sqrt(np.maximum(q * q - 16 * PION**2 * m * m, 0)) / (2 * PION * root)
    low = 7.66e-3 * eta**1.95 * (1 + eta + eta**5) * resonance**1.86 + np.where(t < 0.56, 0, 5.7 / (1 + np.exp(-9.3 * (t - 1.4))))
    q, x = (t - THRESHOLD) / m, np.maximum(t - 3, 1e-9) / m
    quarter = x**0.25
    middle = sigma_inelastic(t) * (-6e-3 + 0.237 * q - 0.023 * q * q)
    geant = sigma_inelastic(t) * 0.728 * x**0.2503 * (1 + np.exp(-0.596 * x**0.117)) * (1 - np.exp(-0.491 * quarter))
    pythia = sigma_inelastic(t) * 0.652 * x**0.1928 * (1 + np.exp(-0.0016 * x**0.483)) * (1 - np.exp(-0.488 * quarter))
    return np.select([t <= THRESHOLD, t < 2, t < 5, t > 50], [0 * t, low, middle, pythia], geant)


def _kafexhiu(t, e):
    m = PROTON
    s = 2 * m * (t + 2 * m)
    root = np.sqrt(s)
    energy, gamma = (s - 4 * m * m + PION**2) / (2 * root), (t + 2 * m) / root
    top = gamma * energy + np.sqrt(gamma**2 - 1) * np.sqrt(np.maximum(energy**2 - PION**2, 0))
    edge = 0.5 * (top + np.sqrt(np.maximum(top**2 - PION**2, 0)))
    y, y_top = e + PION**2 / (4 * e), edge + PION**2 / (4 * edge)
    x = (y - PION) / (y_top - PION)
    inside = (x >= 0) & (x < 1) & (t > THRESHOLD)
    x = np.where(inside, x, 0.0)
    theta, q, c = t / m, (t - 1) / m, 3 * PION / y_top
    mu = np.where(t > 1, 1.25 * np.maximum(q, 0)**1.25 * np.exp(-1.25 * q), 0)
    form = np.select([t <= 1, t <= 4, t <= 20, t <= 50],
                     [(1 - x)**(3.29 - 0.2 * theta**-1.5), (1 - x)**(mu + 2.45) / (1 + x / c)**(mu + 1.45),
                      (1 - x)**(1.5 * mu + 4.95) / (1 + x / c)**(mu + 1.5), (1 - np.sqrt(x))**4.2 / (1 + x / c)],
                     (1 - np.sqrt(x))**4 / (1 + x * 3 / (3.5 * c)))
    peak = np.log(theta)
    height = np.select([t < 1, t < 5, t > 50],
                       [5.9 / top, 9.53 * theta**-0.52 * np.exp(0.054 * peak**2) / m, 9.06 * theta**-0.3795 * np.exp(0.01105 * peak**2) / m],
                       9.13 * theta**-0.35 * np.exp(9.7e-3 * peak**2) / m)
    joined = np.select([(t > a) & (t <= b) for a, b, *_ in _JOINED],
                       [low + (high - low) * np.log(t / a) / np.log(b / a) for a, b, low, high in _JOINED], 1.0)
    return np.where(inside, _pions(t) * height * form * joined, 0.0)


_JOINED = ((9.0, 20.0, 1.0, 1.20), (20.0, 50.0, 1.45, 1.28), (50.0, 100.0, 1.11, 1.05))   # as in microphysics/observables_gamma.c


def _kelner(t, e):
    proton = t + PROTON
    x, l = np.minimum(e / proton, 1 - 1e-12), np.log(proton * 1e-3)
    a, b, k = 1.30 + 0.14 * l + 0.011 * l * l, 1 / (1.79 + 0.11 * l + 0.008 * l * l), 1 / (0.801 + 0.049 * l + 0.014 * l * l)
    xb, lx = x**b, np.log(x)
    rest = -np.expm1(b * lx)
    below = 1 + k * xb * rest
    bracket = 1 / lx - 4 * b * xb / rest - 4 * k * b * xb * (1 - 2 * xb) / below
    return np.where(e < proton, sigma_inelastic(t) / proton * a * lx / x * (rest / below)**4 * bracket, 0.0)


def sigma_gamma(t, e):
    """d sigma / dE of p + p -> gamma, mb/GeV: Kafexhiu et al. 2014 below 100 GeV, Kelner et al. 2006 above."""
    return np.where(t < 100, _kafexhiu(np.minimum(t, 100.0), e), _kelner(np.maximum(t, 100.0), e))


def bremsstrahlung(energy, e):
    """Photons of energy e per s, GeV and H atom by an electron: complete screening, 10 % helium."""
    y = e / energy
    return np.where(y < 1, 7.97e-16 * (4 / 3 * (1 - y) + y * y) / e, 0.0)


def above(rate, least, most=1e3, points=120):
    """The integral of rate(e) over photon energies from least to most."""
    h = np.log(most / least) / points
    return sum(h * e * rate(e) for e in least * np.exp((np.arange(points) + 0.5) * h))


class Observer:
    def __init__(self, species, carbon=0.325, be9=0.4):
        self.species, self.carbon, self.be9 = species, carbon, be9
        self._cache = {}
        self._law = {n: self._shares(s) for n, s in species.items()}

    @staticmethod
    def _nodes(s):
        """p [bin][node], width [bin]."""
        width = np.log(s.momenta[1:] / s.momenta[:-1])
        return s.momenta[:-1, None] * np.exp(0.5 * width[:, None] * (1 + _NODE)), width

    def _weights(self, s):
        """[bin][slope][node] that sum to one over the nodes."""
        if s.name in self._cache:
            return self._cache[s.name]
        _, width = self._nodes(s)
        l = 0.5 * width[:, None, None] * (1 + _NODE)
        w = _WEIGHT * np.exp(SLOPES[:, None] * (l - np.where(SLOPES > 0, 1.0, 0.0)[:, None] * width[:, None, None]))
        self._cache = {s.name: w / w.sum(axis=2, keepdims=True)}     # of the last species only
        return self._cache[s.name]

    def _shares(self, s):
        """[bin][slope] population at the upper edge, as a share."""
        t = s.kinetic(s.momenta)
        return (self.mean_of(s, s.kinetic) - t[:-1, None]) / (t[1:] - t[:-1])[:, None]

    def mean_of(self, s, function):
        return np.einsum('ksn,kn->ks', self._weights(s), function(self._nodes(s)[0]))

    def mean(self, name, function):
        """[bin][slope] of a function of p."""
        return self.mean_of(self.species[name], function)

    def bin_law(self, name, k, lo, hi):
        """(number, slope) of one bin."""
        n = lo + hi
        with np.errstate(invalid='ignore', divide='ignore'):
            share = np.where(n > 0, hi / n, 0.5)
        return n, np.where(n > 0, np.interp(share, self._law[name][k], SLOPES), 0.0)

    def law(self, name, lo, hi):
        both = [self.bin_law(name, k, a, b) for k, (a, b) in enumerate(zip(lo, hi))]
        return np.array([n for n, _ in both]), np.array([s for _, s in both])

    def ends(self, name, n, s):
        """Populations [bin][cell] lo, hi of numbers and slopes."""
        share = np.array([np.interp(a, SLOPES, law) for a, law in zip(s, self._law[name])])
        return n * (1 - share), n * share

    # Rates per particle, to be summed with their numbers

    def ionisation(self, name):
        """[bin][slope] 1/s per H atom, secondary electrons included, by particles above 0.3 MeV per nucleon."""
        s = self.species[name]

        def rate(p):
            t = s.kinetic(p)
            beta = p / (t + s.mass)
            return np.where(t / max(s.nucleons, 1) < 3e-4, 0.0, sigma_ionisation(s.charge, beta) * beta * LIGHT)
        return (1 + SECONDARIES) * self.mean(name, rate)

    def gamma(self, name, least):
        """[bin][slope] photons above an energy per s, sr and H atom; of p through pions, of e- and e+ through bremsstrahlung."""
        s = self.species[name]
        if s.nucleons:
            def rate(p):
                t = s.kinetic(p)
                return NUCLEI * p / (t + s.mass) * LIGHT * MILLIBARN * above(lambda e: sigma_gamma(t, e), least)
        else:
            def rate(p):
                return above(lambda e: bremsstrahlung(np.sqrt(p * p + s.mass**2), e), least)
        return self.mean(name, rate) / (4 * np.pi)

    @staticmethod
    def total(table, n, s):
        """Sum over the bins of number times mean; n, s [bin][cell]."""
        return sum(n[k] * np.interp(s[k], SLOPES, table[k]) for k in range(len(table)))

    # Spectra

    def density(self, name, n, s, p):
        """[point][cell]; 0 outside of the bins."""
        edges = self.species[name].momenta
        out = np.zeros((len(p), *np.shape(n)[1:]))
        at = np.searchsorted(edges, p * (1 + 1e-12), side='right') - 1
        for i, k in enumerate(at):
            if 0 <= k < len(edges) - 1:
                out[i] = n[k] * shape(s[k], np.log(edges[k + 1] / edges[k]), np.log(p[i] / edges[k]))
        return out

    def smooth(self, name, n, s, p):
        """The same without the jumps at the edges of bins: between the middles of bins, linear in logarithms."""
        edges = self.species[name].momenta
        width = np.log(edges[1:] / edges[:-1])
        middle = np.log(edges[:-1]) + 0.5 * width
        out = self.density(name, n, s, p)
        with np.errstate(divide='ignore'):
            y = np.log(n * shape(s, width[:, None], 0.5 * width[:, None]))
        for i, at in enumerate(np.log(p)):
            k = np.searchsorted(middle, at, side='right') - 1
            if 0 <= k < len(middle) - 1:
                with np.errstate(invalid='ignore'):
                    between = np.exp(y[k] + (at - middle[k]) / (middle[k + 1] - middle[k]) * (y[k + 1] - y[k]))
                out[i] = np.where(np.isfinite(y[k]) & np.isfinite(y[k + 1]), between, 0.0)
        return out

    def points(self, name, per_bin=3):
        """Momenta at the middles of parts of the bins."""
        e = self.species[name].momenta
        parts = (np.arange(per_bin) + 0.5) / per_bin
        return (e[:-1, None] * (e[1:] / e[:-1])[:, None]**parts).ravel()

    def momentum(self, name, t):
        s = self.species[name]
        total = t * max(s.nucleons, 1)
        return np.sqrt(total * (total + 2 * s.mass))

    def energy(self, name, p):
        s = self.species[name]
        return s.kinetic(p) / max(s.nucleons, 1)

    def intensity(self, name, n, s, t, smooth=False):
        """j(T) per m^2 s sr GeV/n."""
        p = self.momentum(name, t)
        return (self.smooth if smooth else self.density)(name, n, s, p) * (max(self.species[name].nucleons, 1) * LIGHT / (4 * np.pi) * 1e4 / p)[:, None]

    def intensity_rigidity(self, name, n, s, r, smooth=False):
        """j(R) per m^2 s sr GV."""
        species = self.species[name]
        p = r * abs(species.charge)
        return (self.smooth if smooth else self.density)(name, n, s, p) * (p / (species.kinetic(p) + species.mass) * LIGHT / (4 * np.pi) * 1e4 / r)[:, None]

    def energy_per_log(self, name, n, s, t):
        """de/dln T in eV/cm^3."""
        species, p = self.species[name], self.momentum(name, t)
        total = species.kinetic(p)
        return self.density(name, n, s, p) * (1e9 * total**2 * (total + species.mass) / (p * p))[:, None]

    def ionisation_per_log(self, name, n, s, t):
        """dzeta/dln T in 1/s."""
        species, p = self.species[name], self.momentum(name, t)
        total = species.kinetic(p)
        beta = p / (total + species.mass)
        rate = np.where(t < 3e-4, 0, (1 + SECONDARIES) * sigma_ionisation(species.charge, beta) * beta * LIGHT)
        return self.density(name, n, s, p) * (rate * total / (beta * p))[:, None]

    PARTS = {'B': (('b', 1), ('b10', 1), ('b11', 1)), 'Be9': (('be9', 1), ('be', 'be9')), 'C': (('c', 1), ('cno', 'carbon'))}
    RATIOS = {'B_C': ('B', 'C'), 'Be10_Be9': ('be10', 'Be9'), 'pbar_p': ('pbar', 'p'), 'e+_fraction': ('e+', 'e-'), 'C_H': ('C', 'p'),
              'e-_p': ('e-', 'p')}

    def element(self, what, laws, x, rigidity=False, smooth=False):
        """Intensity of a species, or of an element made of several; None where the run has none.  laws: {species: (n, s)}."""
        sum_ = None
        for name, share in self.PARTS.get(what, ((what, 1),)):
            if name in laws:
                j = (self.intensity_rigidity if rigidity else self.intensity)(name, *laws[name], x, smooth)
                j = j * (getattr(self, share) if isinstance(share, str) else share)
                sum_ = j if sum_ is None else sum_ + j
        return sum_

    def ratio(self, which, laws, x, smooth=True):
        """[point][cell], at equal energy per nucleon, antiprotons at equal rigidity; nan where there is nothing.  None: not in this run."""
        a, b = (self.element(w, laws, x, which == 'pbar_p', smooth) for w in self.RATIOS[which])
        if a is None or b is None:
            return None
        b = a + b if which == 'e+_fraction' else b
        with np.errstate(invalid='ignore', divide='ignore'):
            return np.where((a > 0) & (b > 0), a / b, np.nan)
