"""What cosmic rays of the independent solution slab.py meet: cross-sections and the composition of their sources, typed from the papers."""
import math

import numpy as np

C, PC, YEAR = 2.99792458e10, 3.0856775814913673e18, 3.15576e7
GEV_ERG, MB = 1.602176634e-3, 1e-27
MP, ME = 0.93827208816, 0.51099895e-3
SIGMA_T, R_E, ALPHA = 6.6524587321e-25, 2.8179403262e-13, 7.2973525693e-3
KPC = 1e3 * PC

# Nucleons, charge; leptons have A = 0.
SPECIES = {'p': (1, 1), 'cno': (14.8, 7.4), 'b': (10.8, 5), 'be10': (10, 4), 'be': (9, 4), 'pbar': (1, 1), 'e-': (0, 1), 'e+': (0, 1)}

# Evoli et al. 2019, mb at GeV per nucleon of the first row.
_T = [0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10, 30, 100]
_SIGMA = {
    ('C', 'B'): [84.70, 80.93, 80.09, 79.45, 78.05, 75.21, 73.38, 71.75, 70.81, 70.51, 70.47],
    ('N', 'B'): [50.98, 39.85, 36.87, 35.08, 34.08, 33.87, 33.80, 33.73, 33.83, 33.87, 33.87],
    ('O', 'B'): [59.53, 43.72, 40.63, 39.46, 39.19, 38.54, 38.01, 37.52, 37.26, 37.23, 37.25],
    ('C', 'Be'): [13.14, 12.55, 12.84, 13.36, 14.21, 15.25, 15.84, 16.38, 16.68, 16.81, 16.83],
    ('N', 'Be'): [14.63, 12.02, 11.92, 12.28, 13.14, 14.03, 14.48, 14.63, 14.81, 14.89, 14.91],
    ('O', 'Be'): [2.72, 7.06, 9.48, 11.85, 13.53, 13.39, 12.87, 12.35, 12.08, 12.04, 12.07],
    ('C', '10Be'): [0.54, 1.57, 2.14, 2.70, 3.22, 3.59, 3.76, 3.90, 3.99, 4.05, 4.06],
    ('N', '10Be'): [0.45, 0.83, 0.99, 1.16, 1.45, 1.92, 2.21, 2.47, 2.63, 2.70, 2.71],
    ('O', '10Be'): [0.51, 0.90, 1.07, 1.29, 1.76, 2.62, 3.16, 3.65, 3.94, 4.06, 4.08],
    ('10Be', 'Be'): [35.22, 34.98, 36.03, 37.23, 38.00, 36.38, 36.37, 36.37, 36.37, 36.37, 36.37],
}
# Below 0.1 GeV/n the energy dependence is that of their direct fits: threshold, sigma0, M, width, sigma1, xi, delta; MeV.  Isotopes
# are scaled one by one.
_ISOTOPES = {
    ('C', '10B'): (23.40, [(21.346, 35.8, 48.2, 45.3, 17.6, .69, -.1)]),
    ('C', '11B'): (61.30, [(20, 0, 1, 1, 30, 0, -.11), (17.881, 44.7, 19, 100, 30.3, 0, -.15)]),
    ('N', '10B'): (10.77, []), ('N', '11B'): (40.21, [(13, 1000, 17.5, 3.7, 11.5, 0, .1)]),
    ('O', '10B'): (30.13, [(26.859, 141.6, 56.4, 19.5, 13, 4, -.3)]),
    ('O', '11B'): (29.40, [(26.033, 0, 1, 1, 15.8, 0, 0), (23.582, 37.3, 52.5, 44.7, 11, 2, 0)]),
    ('C', '7Be'): (9.50, [(24.462, 66.5, 31.8, 43.9, 10.0, 2.5, -.05)]), ('C', '9Be'): (3.64, [(31.85, 0, 1, 1, 4.2, .38, .7)]),
    ('N', '7Be'): (12.69, [(11.318, 275, 17.7, 7.9, 11.1, 5.3, .1)]), ('N', '9Be'): (1.94, []),
    ('O', '7Be'): (1.70, [(26.859, 9.6, 21.7, 100, 11.5, 6.6, -.24)]), ('O', '9Be'): (1.02, [(33.716, 0, 1, 1, 5.3, 4, -.4)]),
    ('C', '10Be'): (0.54, [(36.84, 0, 1, 1, 3.7, 4.2, .1)]), ('N', '10Be'): (0.45, [(42.44, 0, 1, 1, 1.29, 1.9, 1.1)]),
    ('O', '10Be'): (0.51, [(40.109, 0, 1, 1, 1.36, 1.94, 2)]), ('10Be', '9Be'): (35.22, []),
}
_PARTS = {'B': ('10B', '11B'), 'Be': ('7Be', '9Be'), '10Be': ('10Be',)}


def _fit(rows, t):
    out = np.zeros_like(t)
    for threshold, s0, m, w, s1, xi, delta in rows:
        over = np.maximum(t - threshold, 0.0)
        out += np.where(over > 0, s1 * (over / t)**xi * (1 + delta / (1 + 4e6 / t**2)) + s0 * (w * over)**2 / ((t * t - m * m)**2 + (w * m)**2), 0.0)
    return out


def sigma_nuclear(parent, child, t):
    """mb at t GeV per nucleon."""
    t = np.asarray(t, float)
    high = np.interp(np.log(t), np.log(_T), _SIGMA[parent, child])
    low = np.zeros_like(t)
    for iso in _PARTS[child]:
        if (parent, iso) not in _ISOTOPES:
            continue
        s, rows = _ISOTOPES[parent, iso]
        low += s * (_fit(rows, 1e3 * t) / _fit(rows, np.array([100.0])) if rows else 1.0)
    return np.where(t < 0.1, low, high)


def sigma_cno(child, t):
    return 0.325 * sigma_nuclear('C', child, t) + 0.082 * sigma_nuclear('N', child, t) + 0.593 * sigma_nuclear('O', child, t)


def sigma_fragmentation(a, t):
    """Letaw, Silberberg & Tsao 1983 with the phase of Hopkins et al. 2022, mb."""
    s = 45 * a**0.7 * (1 + 0.016 * np.sin(1.3 - 2.63 * np.log(a)))
    return s * np.where(t < 2.0, 1 - 0.62 * np.exp(-t / 0.2) * np.sin(1.57553 * t**-0.28), 1.0)


_WINKLER = np.array([(7.24, 2.2e-5, .168), (9.55, 3.28e-3, .166), (20, .134, .146), (50.1, .775, .112), (95.5, 1.90, .092), (288, 5.15, .0654),
                     (955, 10.6, .0462), (2880, 17.5, .0339), (9550, 26.1, .0173)])


def antiprotons(t):
    """Cross-section in mb and the mean share of the energy of the proton, t GeV."""
    x = np.log(_WINKLER[:, 0])
    at = np.log(np.asarray(t, float))
    s, f = (np.exp(np.interp(at, x, np.log(_WINKLER[:, i]))) for i in (1, 2))
    return np.where(at < x[0], 0.0, s), f


def sigma_annihilation(g):
    u = np.sqrt(g * g - 1)
    return math.pi * R_E**2 / MB / (g + 1) * ((g * g + 4 * g + 1) / (g * g - 1) * np.log(g + u) - (g + 3) / u)


def sigma_antiproton_loss(p):
    x = np.log(np.maximum(p, 0.1))
    return 1.5 * np.maximum(-107.9 + 29.43 * x - 1.655 * x * x + 189.9 * np.exp(-x / 3), 0.0)


def sources(psi=4.2, electrons=0.02, positrons=1e-10, ia=0.15, winds=0.19, edges=None):
    """Shares: {species: K} with dN/dR = K R^(2 - psi) per GeV of cosmic rays, R in GV; edges: {species: (lowest, highest) rigidity}."""
    sun = {'H': 1.0, 'He': 0.0851, 'C': 2.69e-4, 'N': 6.76e-5, 'O': 4.90e-4, 'X': 1e-4}
    mass = {'H': 1, 'He': 4, 'C': 12, 'N': 14, 'O': 16, 'X': 30}
    cc = {'He': 3.87, 'C': 0.133, 'N': 0.0479 * 1.65, 'O': 1.17, 'X': 0.6104}
    cc['H'] = 10.5 - 3.87 - 0.133 - 0.0479 - 1.17 - 0.6104
    sn1a = {'H': 0.0, 'He': 0.0, 'C': 0.049, 'N': 1.2e-6, 'O': 0.143, 'X': 1.4 - 0.192}
    gas = sum(sun[e] * mass[e] for e in sun)
    out = {s: 0.0 for s in edges}

    def energy(s):
        a, z = SPECIES[s]
        r = np.geomspace(*edges[s], 20001)
        p, m = z * r, a * MP if a else ME
        return np.trapezoid(r**(2 - psi) * (np.sqrt(p * p + m * m) - m), r) if hasattr(np, 'trapezoid') else np.trapz(
            r**(2 - psi) * (np.sqrt(p * p + m * m) - m), r)
    for share, ejecta in ((1 - ia - winds, cc), (ia, sn1a), (winds, None)):
        # Numbers of atoms behind the shock: the ejecta and as much gas.
        total = sum(ejecta.values()) if ejecta else 1.0
        n = {e: (ejecta[e] / mass[e] if ejecta else 0.0) + total * sun[e] / gas for e in sun}
        k = {'p': 1.0, 'cno': (n['C'] + n['N'] + n['O']) / max(n['H'], 1e-3 * (n['C'] + n['O'] + n['X'])) * 2.0**(psi - 3)}
        hadrons = sum(k[s] * energy(s) for s in k if s in edges)
        for s in edges:
            if s in k and hadrons:
                out[s] += share * (1 - electrons) * k[s] / hadrons
            elif SPECIES[s][0] == 0:
                out[s] += share * electrons / (1 + positrons) * (positrons if s == 'e+' else 1.0) / energy(s)
    return out
