"""Measured spectra and ratios of cosmic rays, to be drawn over those of a run: those of measured.py, or from a folder of tables (--data).

Fluxes are per m^2 s sr and GeV per nucleon over kinetic energy per nucleon (leptons: energy); ratios over what they were measured in.
What is missing in the folder is left out.  A folder that is False stands for no data at all."""
import os
from dataclasses import dataclass

import numpy as np

from analysis import measured
from analysis.fault import Fault

PROTON, ELECTRON = 0.93827208816, 0.51099895e-3   # GeV
LIGHT_m_s = 299792458.0
# A, Z and the name in the tables of AMS-02 for species and for sums of species.
NUCLEI = {'p': (1, 1, 'H'), 'he': (4, 2, 'He'), 'c': (12, 6, 'C'), 'n': (14, 7, 'N'), 'o': (16, 8, 'O'), 'b': (10.8, 5, 'B'), 'be': (9, 4, 'Be'),
          'pbar': (1, 1, 'pbar'), 'e-': (0, 1, 'e-'), 'e+': (0, 1, 'e+')}


@dataclass
class Points:
    name: str          # of the experiment
    x: np.ndarray
    y: np.ndarray
    error: np.ndarray
    rigidity: np.ndarray   # GV: solar modulation matters below about 10


def momentum(t, a):
    """Of kinetic energy t per nucleon, per particle."""
    m, total = (a * PROTON, a * t) if a else (ELECTRON, t)
    return np.sqrt(total * (total + 2 * m))


def energy_per_log(species, t, j):
    """de/dln T in eV/cm^3 of intensities per m^2 s sr GeV/n over t in GeV per nucleon."""
    a = NUCLEI[species][0]
    m, total, p = (a * PROTON, a * t, momentum(t, a)) if a else (ELECTRON, t, momentum(t, a))
    return 4 * np.pi * 1e3 * total * t * j * (total + m) / (LIGHT_m_s * p)


def kinetic(r, a, z):
    """Kinetic energy per nucleon and velocity at rigidity r."""
    m, p = a * PROTON if a else ELECTRON, z * r
    e = np.sqrt(p * p + m * m)
    return p * p / (e + m) / (a or 1), p / e


def _table(path, columns):
    if not os.path.isfile(path):
        return None
    rows = []
    with open(path, errors='replace') as f:
        for line in f:
            words = line.split('#')[0].split()
            if len(words) >= columns:
                try:
                    rows.append([float(w) for w in words[:columns]])
                except ValueError:
                    pass
    return np.array(rows) if rows else None


def _crdb(folder, name):
    """x, y and the larger error, statistical and systematic added in squares."""
    t = _table(os.path.join(folder, 'kiss_crdb', name + '.txt'), 6)
    return None if t is None else (t[:, 0], t[:, 1], np.hypot(np.maximum(t[:, 2], t[:, 3]), np.maximum(t[:, 4], t[:, 5])))


def check(folder):
    if not os.path.isdir(os.path.join(folder, 'kiss_crdb')):
        raise Fault(f'--data {folder}: no folder kiss_crdb with tables of measurements there')


def flux(folder, species):
    """[Points] of a species."""
    out = []
    if folder is False or species not in NUCLEI:
        return out
    a, z, symbol = NUCLEI[species]
    ams = measured.points(measured.AMS[species]) if folder is None else _crdb(folder, f'AMS-02_{symbol}_rigidity')
    if ams is not None:
        t, beta = kinetic(ams[0], a, z)
        jacobian = (a or 1) / (z * beta)      # dR / d(T per nucleon)
        out.append(Points('AMS-02', t, ams[1] * jacobian, ams[2] * jacobian, ams[0]))
    if folder is None:
        if species in measured.VOYAGER:
            x, y, error = measured.points(measured.VOYAGER[species])
            out.append(Points('Voyager 1', x, y, error, np.full(len(x), np.inf)))
        return out
    voyager = {'p': 'Voyager1_2012_Proton.dat', 'he': 'Voyager_He_2012.dat'}.get(species)
    if voyager:
        v = _table(os.path.join(folder, 'dragon2', voyager), 10)
        if v is not None:
            out.append(Points('Voyager 1', v[:, 0], v[:, 3], v[:, 9], np.full(len(v), np.inf)))
    elif a:
        v = _voyager_nuclei(os.path.join(folder, 'dragon2', 'apjaa2409t9_ascii.txt'), z)
        if v is not None:
            out.append(Points('Voyager 1', *v, np.full(len(v[0]), np.inf)))
    return out


def _voyager_nuclei(path, z):
    """Cummings et al. 2016, Table 9: two blocks of Z, E_min, E_max (MeV/n), J per MeV/n, sigma, systematic error, counts, type."""
    if not os.path.isfile(path):
        return None
    rows = []
    with open(path, errors='replace') as f:
        for line in f:
            words = line.split()
            for at in (0, 8):
                try:
                    row = [float(w) for w in words[at:at + 6]]
                except ValueError:
                    continue
                if len(row) == 6 and row[0] == z:
                    rows.append((1e-3 * np.sqrt(row[1] * row[2]), 1e3 * row[3], 1e3 * np.hypot(row[4], row[5])))
    if not rows:
        return None
    rows = np.array(sorted(rows))
    return rows[:, 0], rows[:, 1], rows[:, 2]


def ratio(folder, name):
    """[Points] of B_C, Be10_Be9, pbar_p, e+_fraction, C_H, e-_p."""
    if folder is False:
        return []
    return _ams_ratio(folder, name) + _voyager_ratio(folder, name)


def _voyager_ratio(folder, name):
    """Of intensities of Voyager 1, those below put at the energies of those above, where they reach."""
    pair = {'B_C': ('b', 'c'), 'C_H': ('c', 'p')}.get(name)
    above, below = (next((p for p in flux(folder, s) if p.name == 'Voyager 1'), None) for s in pair) if pair else (None, None)
    if above is None or below is None:
        return []
    use = (above.x >= below.x[0]) & (above.x <= below.x[-1])
    y, relative = (np.exp(np.interp(np.log(above.x[use]), np.log(below.x), np.log(v))) for v in (below.y, below.error / below.y))
    value = above.y[use] / y
    return [Points('Voyager 1', above.x[use], value, value * np.hypot(above.error[use] / above.y[use], relative), above.rigidity[use])]


def _ams_ratio(folder, name):
    if folder is None and name == 'Be10_Be9':
        both = (('AMS-02, preliminary', measured.RATIOS[name]), ('ISOMAX', measured.ISOMAX))
        return [Points(n, x, y, e, momentum(x, 9.5) / 4) for n, (x, y, e) in ((n, measured.points(t)) for n, t in both)]
    if name == 'B_C':
        d, a, z = measured.points(measured.RATIOS[name]) if folder is None else _crdb(folder, 'AMS-02_B_C_kineticEnergyPerNucleon'), 2, 1
        return [] if d is None else [Points('AMS-02', *d, momentum(d[0], a) / z)]
    if name == 'Be10_Be9':
        d = _table(os.path.join(folder, 'nlbm', 'Be10_Be9_AMS02_TeVPA2024.txt'), 4)
        if d is None:
            return []
        return [Points('AMS-02, preliminary', d[:, 0], d[:, 1], 0.5 * (d[:, 3] - d[:, 2]), momentum(d[:, 0], 9.5) / 4)]
    if name == 'e+_fraction':
        d = measured.points(measured.RATIOS[name]) if folder is None else _crdb(folder, 'AMS-02_posfraction_rigidity')
        return [] if d is None else [Points('AMS-02', *d, d[0])]
    pair = {'pbar_p': ('pbar', 'p'), 'C_H': ('c', 'p'), 'e-_p': ('e-', 'p')}.get(name)
    if pair is None:
        return []
    if name == 'pbar_p':      # over rigidity
        above, below = (measured.points(measured.AMS[s]) if folder is None else _crdb(folder, f'AMS-02_{NUCLEI[s][2]}_rigidity') for s in pair)
        if above is None or below is None:
            return []
        x, y = above[0], np.exp(np.interp(np.log(above[0]), np.log(below[0]), np.log(below[1])))
        return [Points('AMS-02', x, above[1] / y, above[2] / y, x)]
    above, below = (next((p for p in flux(folder, s) if p.name == 'AMS-02'), None) for s in pair)
    if above is None or below is None:
        return []
    y = np.exp(np.interp(np.log(above.x), np.log(below.x), np.log(below.y)))
    return [Points('AMS-02', above.x, above.y / y, above.error / y, above.rigidity)]


def force_field(t, j, a, z, potential_MV):
    """Intensity at the Earth of an interstellar one (Gleeson & Axford 1968), at energies t per nucleon."""
    if potential_MV <= 0:
        return j
    shift, m = 1e-3 * potential_MV * z / (a or 1), PROTON if a else ELECTRON
    good = j > 0
    if good.sum() < 2:
        return j
    outside = np.interp(np.log(t + shift), np.log(t[good]), np.log(j[good]), right=-np.inf)
    return np.exp(outside) * t * (t + 2 * m) / ((t + shift) * (t + shift + 2 * m))


def at_earth(species, t, j, potential_MV):
    """The same of a species."""
    a, z, _ = NUCLEI.get(species, (10, 4, ''))
    return force_field(t, j, a, z, potential_MV)
