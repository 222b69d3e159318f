"""How good a model is: cosmic rays of a run over what is measured, at some energies, as a table for people and programs.

A line says whether the ratio of the model (the median of the cells) to the measurement is inside of a band.  Bands are ours: about what models of the Galaxy
reach without being fitted, wider where sources, cross-sections or the Sun are not known well; they are no errors of measurements."""
import os

import numpy as np

from analysis import cr_style, measured, observe, zone_data
from analysis.zone import intensity

NAME = 'comparison.txt'
# Totals are those of all cosmic rays where protons have at least this range, GeV.
NEEDS = {'energy': (0.2, 50), 'ionisation': (0.02, 1), 'gamma': (1, 50)}
# Quantity: (energies in GeV per nucleon, leptons GeV, of pbar_p GV; highest ratio inside of the band, whose lowest is one over it).
SPECTRA = {'p': ((0.02, 0.1, 0.3, 20, 100, 300), 1.4), 'he': ((0.02, 0.1, 10, 100), 1.6), 'C': ((0.02, 0.1, 10, 100), 1.6), 'o': ((0.02, 0.1, 10, 100), 1.6),
           'B': ((0.03, 0.1, 10, 100), 1.6), 'Be': ((0.08, 10, 100), 1.8), 'e-': ((20, 50, 100), 1.6), 'e+': ((20, 50), 2.0), 'pbar': ((10, 50), 1.6)}
RATIOS = {'B_C': ((0.05, 0.1, 5, 10, 50, 100), 1.3), 'Be10_Be9': ((1, 3, 10), 1.5), 'pbar_p': ((20, 50, 100), 1.4), 'e+_fraction': ((10, 20), 1.5),
          'C_H': ((0.05, 0.1, 10, 50, 100), 1.5), 'e-_p': ((20, 50), 1.6)}


def at(x, y, wanted):
    """Between points, logarithmic; nan outside of them."""
    good = np.isfinite(y) & (y > 0)
    if np.count_nonzero(good) < 2 or not x[good][0] * 0.999 <= wanted <= x[good][-1] * 1.001:
        return np.nan
    return float(np.exp(np.interp(np.log(wanted), np.log(x[good]), np.log(y[good]))))


def of_data(points, wanted, sun_matters=True):
    """(value, error, experiment) of the first one with points on both sides of the energy; those below 10 GV that the Sun changes do not count."""
    for d in points:
        use = (d.rigidity >= 10) if sun_matters else np.ones(len(d.x), bool)
        value = at(d.x[use], d.y[use], wanted)
        if np.isfinite(value):
            return value, value * at(d.x[use], d.error[use] / d.y[use], wanted), d.name
    return None


def lines(seen, options_data=None):
    """[(quantity, x, unit, model, measured, error, who, ratio, highest, inside)] of all that the run has."""
    out = []

    def add(quantity, x, unit, model, data, highest):
        if data is None or not np.isfinite(model) or not model > 0:
            return
        ratio = model / data[0]
        out.append((quantity, x, unit, model, *data, ratio, highest, 1 / highest <= ratio <= highest))
    for what, (energies, highest) in SPECTRA.items():
        found = seen.spectrum(what)
        if found is None:
            continue
        t, j = found[0], found[1]['median']
        middle = observe.middles(t)
        for x in energies:
            add(f'j_{what}', x, 'GeV' if what in ('e-', 'e+') else 'GeV/n', at(t[middle], j[middle], x), of_data(zone_data.flux(options_data, cr_style.element(what)), x),
                highest)
    for which, (energies, highest) in RATIOS.items():
        found = seen.ratio(which)
        if found is None:
            continue
        for x in energies:
            add(which, x, cr_style.RATIOS[which].unit, at(found[0], found[1]['median'], x), of_data(zone_data.ratio(options_data, which), x, which != 'Be10_Be9'), highest)
    partial = left_out(seen)
    for name, (value, error, who, highest) in measured.LOCAL.items():
        if options_data is not False and name in seen.values and name not in partial:
            add(name, np.nan, '-', float(np.atleast_1d(seen.values[name])[0]), (value, error, who), highest)
    return out


def left_out(seen):
    """Totals that are not compared, as the network of the run lacks the protons that make most of them."""
    found = seen.spectrum('p')
    low, high = (found[0][0], found[0][-1]) if found is not None else (np.inf, 0)
    need = {n: NEEDS[n.split('_')[0]] for n in measured.LOCAL}
    return [n for n in measured.LOCAL if n in seen.values and not (low <= need[n][0] and high >= need[n][1])]


def write(seen, name, folder, options_data=None):
    """FOLDER/figures/comparison.txt; returns its path, None where there is nothing to compare."""
    found = lines(seen, options_data)
    if not found:
        return None
    path = os.path.join(folder, 'figures', NAME)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    inside = sum(x[-1] for x in found)
    where = seen.where.replace('$', '').replace('^{-3}', '^-3')
    partial = left_out(seen)
    head = [f'{name}: {where}; median of the cells over what is measured',
            *([f'not compared, as protons here do not have the energies that make most of them: {", ".join(partial)}'] if partial else []),
            'intensities per m^2 s sr GeV/n; energy eV/cm^3, ionisation 1/s per H, gamma_E photons above E GeV per s sr H; band: 1/x to x']
    with open(path, 'w') as f:
        f.write(''.join(f'# {h}\n' for h in head) + f'# {"quantity":<12} {"at":>8} {"unit":>6} {"model":>11} {"measured":>11} {"error":>10} {"ratio":>7} {"band":>5} inside  who\n')
        for q, x, unit, model, value, error, who, ratio, highest, good in found:
            f.write(f'{q:<14} {x:8.4g} {unit:>6} {model:11.4e} {value:11.4e} {error:10.2e} {ratio:7.3f} {highest:5.2f} {"yes" if good else "no":>6}  {who}\n')
        f.write(f'# inside of the band: {inside} of {len(found)}\n')
    return path


def tell(path):
    with open(path) as f:
        print(f.read(), end='')
    print(path, flush=True)


class OfZone:
    """A one-zone run with the face of analysis/seen.py."""

    def __init__(self, z):
        self.zone, self.where = z, 'one zone'
        self.values = {'energy': z.attrs['energy_eV_cm3'], 'ionisation': np.sum(z.attrs['ionisation_rate'])}
        self.values |= {f'gamma_{e}': z.attrs[k] for e, k in (('0.1', 'gamma_above_100MeV'),) if k in z.attrs}

    def spectrum(self, what):
        found = intensity(self.zone, what)
        return found and (found[0], {'median': found[1]})

    def ratio(self, which):
        y = self.zone.ratios[which]
        return (self.zone.ratios['x'], {'median': y}) if np.any(y > 0) else None
