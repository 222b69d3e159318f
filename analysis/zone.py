"""A one-zone run, as it is in zone.h5; and intensities of elements, of anything that has .species and .carbon()."""
import os

import h5py
import numpy as np

from analysis import table
from analysis.fault import Fault
from analysis.hdf import text

# Elements that are made of several species.
PARTS = {'C': ('c', 'cno'), 'B': ('b', 'b10', 'b11'), 'Be': ('be', 'be7', 'be9', 'be10')}


def has(folder):
    return os.path.isfile(os.path.join(folder, 'zone.h5'))


class Zone:
    """What a run left in zone.h5; all of it in memory."""

    def __init__(self, folder):
        self.folder = folder
        path = os.path.join(folder, 'zone.h5')
        try:
            with h5py.File(path, 'r') as f:
                self.attrs = dict(f.attrs)
                self.species = {n: {k: d[...] for k, d in f['species'][n].items()} for n in map(text, np.atleast_1d(f.attrs['species']))}
                self.ratios, self.gamma, self.radio = ({k: d[...] for k, d in f[g].items()} for g in ('ratios', 'gamma', 'radio'))
        except (OSError, KeyError) as e:
            raise Fault(f'{path}: not the file of a whole one-zone run ({e})')
        self.name = text(self.attrs['run_name'])
        self.parameters = table.parameters(text(self.attrs['parameters']))

    def modulation(self, options):
        return self.attrs['modulation_MV'] if options.modulation is None else options.modulation

    def carbon(self):
        return float(self.attrs['carbon_share'])


def intensity(view, what):
    """(t, j) of a species or an element; None: not in this run."""
    have = [n for n in PARTS.get(what, (what,)) if n in view.species]
    if not have:
        return None
    share = {'cno': view.carbon()} if what == 'C' else {}
    t, j = view.species[have[0]]['t'], view.species[have[0]]['j']
    if len(have) == 1:
        return t, share.get(have[0], 1.0) * j
    j = np.zeros_like(t)
    for n in have:
        s = view.species[n]
        good = s['j'] > 0
        if good.any():
            j = j + share.get(n, 1.0) * np.exp(np.interp(np.log(t), np.log(s['t'][good]), np.log(s['j'][good]), left=-np.inf, right=-np.inf))
    return t, j
