"""Pictures of one-zone runs: spectra of all species, ratios, energy densities, emission and loss times; several runs over one another."""
import os

import h5py
import matplotlib.pyplot as plt
import numpy as np

from analysis import style, table, zone_data
from analysis.fault import Fault
from analysis.snapshot import _text

NAMES = {'p': 'p', 'he': 'He', 'cno': 'CNO', 'c': 'C', 'n': 'N', 'o': 'O', 'b': 'B', 'b10': r'$^{10}$B', 'b11': r'$^{11}$B', 'be': r'$^{7,9}$Be',
         'be7': r'$^7$Be', 'be9': r'$^9$Be', 'be10': r'$^{10}$Be', 'pbar': r'$\bar{p}$', 'e-': r'$e^-$', 'e+': r'$e^+$'}
COLOURS = dict(zip(NAMES, ['#0072B2', '#56B4E9', '#D55E00', '#D55E00', '#E69F00', '#882255', '#009E73', '#44AA99', '#117733', '#CC79A7', '#AA4499',
                           '#CC79A7', '#999933', '#555555', '#000000', '#CC3311']))
RATIOS = {'B_C': ('B/C', (0.02, 0.6)), 'Be10_Be9': (r'$^{10}$Be/$^9$Be', (0.03, 1.2)), 'pbar_p': (r'$\bar{p}/p$', (1e-6, 1e-3)),
          'e+_fraction': (r'$e^+/(e^+ + e^-)$', (0.01, 1)), 'C_H': ('C/H', (1e-4, 1e-2)), 'e-_p': (r'$e^-/p$', (1e-4, 100))}
MODULATED = 10.0      # GV: below it data are pale, unless a modulation is given


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
                self.species = {n: {k: d[...] for k, d in f['species'][n].items()} for n in map(_text, np.atleast_1d(f.attrs['species']))}
                self.entries = [_text(n) for n in f.attrs['entries']]
                self.ratios, self.gamma, self.radio, self.ledger = ({k: d[...] for k, d in f[g].items()}
                                                                    for g in ('ratios', 'gamma', 'radio', 'ledger'))
        except (OSError, KeyError) as e:
            raise Fault(f'{path}: not the file of a whole one-zone run ({e})')
        self.name = _text(self.attrs['run_name'])
        self.parameters = table.parameters(_text(self.attrs['parameters']))

    def edges(self, species):
        """Of the bins of all points: where lines are to be broken."""
        s = self.species[species]
        return len(s['t']) // (len(s['edges']) - 1)

    def modulation(self, options):
        return self.attrs['modulation_MV'] if options.modulation is None else options.modulation

    def carbon(self):
        return float(self.attrs['carbon_share'])


def _intensity(zone, which):
    """(t, j) of a species, or of an element made of several: 'C' from cno or c, 'B', 'Be'."""
    s = zone.species
    if which in s and which not in ('b', 'be'):
        return s[which]['t'], s[which]['j']
    parts = {'c': [('cno', zone.carbon())], 'b': [('b', 1), ('b10', 1), ('b11', 1)], 'be': [('be', 1), ('be7', 1), ('be9', 1), ('be10', 1)]}
    have = [(n, w) for n, w in parts.get(which, []) if n in s]
    if not have:
        return None
    t = s[have[0][0]]['t']
    j = np.zeros_like(t)
    for n, w in have:
        other = s[n]
        good = other['j'] > 0
        if good.any():
            j = j + w * np.exp(np.interp(np.log(t), np.log(other['t'][good]), np.log(other['j'][good]), left=-np.inf, right=-np.inf))
    return t, j


def _draw_data(ax, points, options, modulated, power=0.0, seen=None):
    """Measured points; those that the Sun has changed are pale where nothing is done about it."""
    marks = {'AMS-02': 'o', 'Voyager 1': 's'}
    for d in points:
        faint = (d.rigidity < MODULATED) & (not modulated)
        for some, alpha in ((~faint, 1.0), (faint, 0.25)):
            if some.any():
                label = d.name if seen is not None and d.name not in seen and (alpha == 1.0 or faint.all()) else None
                if label:
                    seen.add(d.name)
                scale = d.x[some] ** power
                ax.errorbar(d.x[some], d.y[some] * scale, d.error[some] * scale, fmt=marks.get(d.name, 'D'), ms=2.6, color='0.25', mfc='white', mew=0.7,
                            elinewidth=0.7, alpha=alpha, label=label, zorder=1)


def _limits(ax, values, decades):
    good = np.concatenate([v[np.isfinite(v) & (v > 0)] for v in values]) if values else np.array([])
    if good.size:
        top = good.max() * 3
        ax.set_ylim(max(good.min() / 2, top * 10.0 ** -decades), top)


PANELS = (('protons', ('p', 'pbar')), ('leptons', ('e-', 'e+')), ('carbon', ('c',)), ('boron', ('b',)), ('beryllium', ('be', 'be10')),
          ('helium', ('he',)), ('oxygen', ('o',)))


def spectra(zone, options, name='spectra', where=''):
    modulation = zone.modulation(options)
    panels = [(n, [s for s in w if _intensity(zone, s) is not None]) for n, w in PANELS]
    panels = [(n, w) for n, w in panels if w]
    if not panels:
        raise Fault(f'{zone.folder}: no species to draw')
    columns = min(3, len(panels))
    rows = -(-len(panels) // columns)
    fig, axes = plt.subplots(rows, columns, figsize=(4.3 * columns, 3.5 * rows + 0.3), squeeze=False)
    seen = set()
    for ax, (panel, which) in zip(axes.flat, panels):
        drawn = []
        for s in which:
            t, j = _intensity(zone, s)
            label = {'c': 'C', 'b': 'B', 'be': 'Be'}.get(s, NAMES[s])
            line, = ax.loglog(t, np.where(j > 0, t * t * j, np.nan), label=label, color=COLOURS[s], zorder=3)
            drawn.append(t * t * j)
            if modulation > 0:
                a, z, _ = zone_data.NUCLEI.get(s, (10, 4, ''))
                earth = zone_data.force_field(t, j, a, z, modulation)
                ax.loglog(t, np.where(earth > 0, t * t * earth, np.nan), color=line.get_color(), ls='--', lw=1, zorder=3)
            data = zone_data.flux(options.data, s)
            _draw_data(ax, data, options, modulation > 0, 2.0, seen)
            drawn += [d.x ** 2 * d.y for d in data]
        _limits(ax, drawn, 8 if len(which) == 1 or panel == 'leptons' else 9)
        ax.set_xlabel('T [GeV]' if panel in ('leptons', 'protons') else 'T [GeV per nucleon]')
        ax.set_ylabel(r'T$^2$ j  [GeV m$^{-2}$ s$^{-1}$ sr$^{-1}$]')
        ax.legend(loc='upper left' if panel == 'protons' else 'lower center' if panel != 'leptons' else 'lower left', fontsize=8)
        low = min(_intensity(zone, s)[0].min() for s in which)
        high = max(_intensity(zone, s)[0].max() for s in which)
        ax.set_xlim(low, 1.5e3 if low < 1.5e3 else 1.5 * high)
    for ax in axes.flat[len(panels):]:
        ax.remove()
    note = f';  dashed: behind {modulation:.0f} MV of the Sun' if modulation > 0 else ''
    fig.suptitle(f'{zone.name},  t = {zone.attrs["time_Myr"]:.4g} Myr{", " + where if where else ""}{note}')
    fig.tight_layout()
    return style.save(fig, zone.folder, name, options.format)


def ratios(zones, options, name='ratios', labels=None):
    have = [r for r in RATIOS if any(np.any(z.ratios[r] > 0) for z in zones)]
    if not have:
        return None
    columns = min(3, len(have))
    rows = -(-len(have) // columns)
    fig, axes = plt.subplots(rows, columns, figsize=(4.3 * columns, 3.4 * rows + 0.3), squeeze=False)
    seen = set()
    for ax, r in zip(axes.flat, have):
        for i, z in enumerate(zones):
            x, y = z.ratios['x'], z.ratios[r]
            ax.loglog(x, np.where(y > 0, y, np.nan), **_line(i, len(zones)), label=labels[i] if labels else None)
        _draw_data(ax, zone_data.ratio(options.data, r), options, False, 0.0, seen if not labels else None)
        ax.set_ylabel(RATIOS[r][0])
        ax.set_ylim(*RATIOS[r][1])
        ax.set_xlim(0.05, 1e3)
        ax.set_xlabel('R [GV]' if r == 'pbar_p' else 'T [GeV]' if r in ('e+_fraction', 'e-_p') else 'T [GeV per nucleon]')
    if labels:
        axes.flat[0].legend(fontsize=7, loc='lower left')
    elif seen:
        axes.flat[0].legend(loc='lower left')
    for ax in axes.flat[len(have):]:
        ax.remove()
    fig.suptitle(f'{zones[0].name}' + (' and variants' if labels else f',  t = {zones[0].attrs["time_Myr"]:.4g} Myr'))
    fig.tight_layout()
    return style.save(fig, zones[0].folder, name, options.format)


def energies(zone, options):
    fig, axes = plt.subplots(1, 2, figsize=(11, 4.4))
    for ax, key, word in ((axes[0], 'energy_per_log', r'de/dlnT  [eV cm$^{-3}$]'), (axes[1], 'ionisation_per_log', r'd$\zeta$/dlnT  [s$^{-1}$]')):
        drawn = []
        for s, v in zone.species.items():
            y = v[key]
            if np.any(y > 0):
                ax.loglog(v['t'], np.where(y > 0, y, np.nan), color=COLOURS[s], label=NAMES[s])
                drawn.append(y)
        _limits(ax, drawn, 7)
        ax.set_xlabel('T [GeV per nucleon; leptons: GeV]')
        ax.set_ylabel(word)
    axes[0].legend(loc='lower center', ncol=4, fontsize=8)
    zeta = np.sum(zone.attrs['ionisation_rate'])
    axes[0].set_title(f'all: {zone.attrs["energy_eV_cm3"]:.3g} eV/cm$^3$')
    axes[1].set_title(rf'all: $\zeta$ = {zeta:.3g} /s per H')
    fig.suptitle(f'{zone.name},  t = {zone.attrs["time_Myr"]:.4g} Myr')
    fig.tight_layout()
    return style.save(fig, zone.folder, 'energies', options.format)


def emission(zone, options):
    g, r = zone.gamma, zone.radio
    kinds = {'pion': r'$\pi^0$', 'bremsstrahlung': 'bremsstrahlung', 'compton': 'inverse Compton'}
    if not any(np.any(g[k] > 0) for k in kinds) and not np.any(r['emissivity'] > 0):
        return None
    fig, axes = plt.subplots(1, 2, figsize=(10.5, 4.2))
    ax, drawn = axes[0], []
    density = float(zone.attrs['n_nucleon'])
    for k, word in kinds.items():
        y = g['energy'] ** 2 * g[k] / (density if k == 'compton' else 1.0)
        if np.any(y > 0):
            ax.loglog(g['energy'], np.where(y > 0, y, np.nan), label=word)
            drawn.append(y)
    _limits(ax, drawn, 5)
    ax.set_xlabel(r'E$_\gamma$ [GeV]')
    ax.set_ylabel(r'E$^2$ q / n  [GeV s$^{-1}$ sr$^{-1}$]')
    ax.set_title(f'above 100 MeV from pions: {zone.attrs["gamma_above_100MeV"]:.3g} s$^{{-1}}$ sr$^{{-1}}$ per H')
    ax.legend()
    y = r['emissivity']
    if np.any(y > 0):
        axes[1].loglog(r['frequency'] / 1e9, np.where(y > 0, y, np.nan))
        _limits(axes[1], [y], 8)
    axes[1].set_xlabel(r'$\nu$ [GHz]')
    axes[1].set_ylabel(r'j$_\nu$  [erg s$^{-1}$ cm$^{-3}$ sr$^{-1}$ Hz$^{-1}$]')
    axes[1].set_title(f'synchrotron, B = {zone.attrs["field_uG"]:.3g} $\\mu$G')
    fig.suptitle(f'{zone.name},  t = {zone.attrs["time_Myr"]:.4g} Myr')
    fig.tight_layout()
    return style.save(fig, zone.folder, 'emission', options.format)


def losses(zone, options):
    """Times of all processes for p, C or CNO, and e-."""
    wanted = [s for s in ('p', 'cno', 'c', 'be10', 'e-') if s in zone.species][:4]
    wanted = wanted or list(zone.species)[:3]
    fig, axes = plt.subplots(1, len(wanted), figsize=(4.3 * len(wanted), 4.2), squeeze=False, sharey=True)
    for ax, s in zip(axes.flat, wanted):
        v = zone.species[s]
        for i, k in enumerate(sorted(k for k in v if k.startswith('time_'))):
            y = v[k]
            if np.any(np.isfinite(y) & (y != 0)):
                gains = np.all(y[np.isfinite(y)] < 0)
                ax.loglog(v['t'], np.where(np.isfinite(y), np.abs(y), np.nan), color=_colour(i), ls=_dashes(i + (7 if gains else 0)),
                          label=k[5:].replace('_', ' ') + (' (gain)' if gains else ''))
        bins = np.sqrt(v['edges'][1:] * v['edges'][:-1])
        if np.any(np.isfinite(v['escape_time'])):
            ax.loglog(np.interp(bins, v['p'], v['t']), v['escape_time'], 'k.:', label='escape')
        ax.set_ylim(1e-2, 1e8)
        ax.set_xlabel('T [GeV]' if s in ('p', 'e-') else 'T [GeV per nucleon]')
        ax.set_title(NAMES[s])
        ax.legend(fontsize=7, loc='upper left')
    axes[0, 0].set_ylabel('time [Myr]')
    fig.suptitle(f'{zone.name}:  loss times')
    fig.tight_layout()
    return style.save(fig, zone.folder, 'losses', options.format)


def history(zone, options):
    h = table.read(os.path.join(zone.folder, 'history.txt'))
    if h.rows < 3:
        return None
    fig, axes = plt.subplots(1, 2, figsize=(10.5, 4.0))
    for n, v in h.columns.items():
        if n.startswith('energy_') and np.any(v > 0):
            axes[0].plot(h['time'], np.where(v > 0, v, np.nan), color=COLOURS.get(n[7:]), label=NAMES.get(n[7:], n[7:]))
    axes[0].set_yscale('log')
    axes[0].set_ylabel(r'energy density [eV cm$^{-3}$]')
    low, high = axes[0].get_ylim()
    axes[0].set_ylim(max(low, 1e-9 * high), 30 * high)
    axes[0].legend(ncol=3, fontsize=8, loc='upper right')
    axes[1].semilogy(h['time'], np.maximum(h['imbalance'], 1e-17))
    axes[1].set_ylabel('what the ledger lacks')
    axes[1].set_ylim(1e-17, max(1e-12, 3 * h['imbalance'].max()))
    for ax in axes:
        ax.set_xlabel('t [Myr]')
    fig.suptitle(f'{zone.name}:  history')
    fig.tight_layout()
    return style.save(fig, zone.folder, 'history', options.format)


def _colour(i):
    return style.CYCLE[i % len(style.CYCLE)]


def _dashes(i):
    return ('-', '--', ':', '-.')[(i // len(style.CYCLE)) % 4]


def _line(i, runs):
    """Of several runs the first is the thick one below the others."""
    if runs > 1 and i == 0:
        return {'color': '0.1', 'lw': 3.0, 'zorder': 2}
    i -= runs > 1
    return {'color': _LINES[i % len(_LINES)], 'ls': ('-', '--', ':')[i // len(_LINES) % 3], 'lw': 1.2 if runs > 1 else 1.6, 'zorder': 3}


_LINES = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9']


def overlay(zones, options, folder):
    """Spectra of p, e-, e+ and B of several runs, the first of which is the reference."""
    labels = [z.name.replace('_', ' ') for z in zones]
    shown = [s for s in ('p', 'e-', 'e+', 'b', 'be10', 'pbar') if any(_intensity(z, s) is not None for z in zones)]
    columns = min(3, len(shown))
    rows = -(-len(shown) // columns)
    fig, axes = plt.subplots(rows, columns, figsize=(4.5 * columns, 3.6 * rows + 0.3), squeeze=False)
    for ax, s in zip(axes.flat, shown):
        drawn = []
        for i, z in enumerate(zones):
            found = _intensity(z, s)
            if found is None:
                continue
            t, j = found
            ax.loglog(t, np.where(j > 0, t * t * j, np.nan), **_line(i, len(zones)), label=labels[i])
            drawn.append((t * t * j)[j > 0])
        data = zone_data.flux(options.data, s)
        _draw_data(ax, data, options, False, 2.0)
        _limits(ax, drawn + [d.x ** 2 * d.y for d in data], 6)
        ax.set_title({'b': 'B'}.get(s, NAMES[s]))
        ax.set_xlabel('T [GeV per nucleon]' if s in ('b', 'be10') else 'T [GeV]')
        ax.set_ylabel(r'T$^2$ j  [GeV m$^{-2}$ s$^{-1}$ sr$^{-1}$]')
    axes.flat[0].legend(fontsize=7, loc='lower center')
    for ax in axes.flat[len(shown):]:
        ax.remove()
    fig.tight_layout()
    zones[0].folder = folder
    return [style.save(fig, folder, 'overlay_spectra', options.format), ratios(zones, options, 'overlay_ratios', labels)]


def plot(folders, options):
    """crux plot for folders with zone.h5."""
    if options.data:
        zone_data.check(options.data)
    zones = [Zone(f) for f in folders]
    if len(zones) > 1:
        return overlay(zones, options, folders[0])
    z = zones[0]
    made = [spectra(z, options), ratios([z], options), energies(z, options), emission(z, options), losses(z, options), history(z, options)]
    if options.data is not False:
        from analysis import compare
        path = compare.write(compare.OfZone(z), z.name, z.folder, options.data)
        if path:
            compare.tell(path)
            made.append(path)
    return [m for m in made if m]
