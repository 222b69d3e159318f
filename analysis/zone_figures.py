"""Pictures of one-zone runs: spectra of all species, ratios, energy densities, emission and loss times; several runs over one another."""
import os

import matplotlib.pyplot as plt
import numpy as np

from analysis import compare, cr_style, style, table, zone_data
from analysis.fault import Fault
from analysis.zone import Zone, intensity


def spectra(zone, options, name='spectra', where=''):
    modulation = zone.modulation(options)
    found = {w: intensity(zone, w) for which in cr_style.PANELS for w in which}
    panels = [[w for w in which if found[w] is not None] for which in cr_style.PANELS]
    panels = [which for which in panels if which]
    if not panels:
        raise Fault(f'{zone.folder}: no species to draw')
    fig, axes = style.grid(len(panels), 3, 4.3, 3.5)
    told = set()
    for ax, which in zip(axes, panels):
        drawn = []
        for what in which:
            t, j = found[what]
            element = cr_style.element(what)
            line, = ax.plot(t, cr_style.positive(t * t * j), label=cr_style.name(what), color=cr_style.COLOURS[element], zorder=3)
            drawn.append(t * t * j)
            if modulation > 0:
                ax.plot(t, cr_style.positive(t * t * zone_data.at_earth(element, t, j, modulation)), color=line.get_color(), ls='--', lw=1, zorder=3)
            data = zone_data.flux(options.data, element)
            cr_style.points(ax, data, modulation > 0, 2.0, told)
            drawn += [d.x**2 * d.y for d in data]
        cr_style.spectrum_axes(ax, which[0], min(found[w][0].min() for w in which), max(found[w][0].max() for w in which))
        cr_style.limits(ax, drawn, 10 if 'p' in which else 9 if len(which) > 1 and 'e-' not in which else 8)
        ax.legend(loc='best', fontsize=8)
    fig.suptitle(f'{zone.name},  t = {zone.attrs["time_Myr"]:.4g} Myr{", " + where if where else ""}{cr_style.sun(options, modulation)}')
    fig.tight_layout()
    return style.save(fig, zone.folder, name, options.format)


def ratios(zones, options, name='ratios', labels=None):
    have = [r for r in cr_style.RATIOS if any(np.any(z.ratios[r] > 0) for z in zones)]
    if not have:
        return None
    fig, axes = style.grid(len(have), 3, 4.3, 3.4)
    told = set()
    for ax, r in zip(axes, have):
        for i, z in enumerate(zones):
            ax.plot(z.ratios['x'], cr_style.positive(z.ratios[r]), **_line(i, len(zones)), label=labels[i] if labels else None)
        cr_style.points(ax, zone_data.ratio(options.data, r), told=None if labels else told)
        cr_style.ratio_axes(ax, r, [(z.ratios['x'], z.ratios[r]) for z in zones])
    if labels:
        axes[0].legend(fontsize=7, loc='lower left')
    elif told:
        axes[0].legend(loc='lower left')
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
                ax.loglog(v['t'], cr_style.positive(y), color=cr_style.COLOURS[s], label=cr_style.NAMES[s])
                drawn.append(y)
        cr_style.limits(ax, drawn, 7)
        ax.set_xlabel('T [GeV per nucleon; leptons: GeV]')
        ax.set_ylabel(word)
    axes[1].legend(loc='upper right', ncol=2, fontsize=8)
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
            ax.loglog(g['energy'], cr_style.positive(y), label=word)
            drawn.append(y)
    cr_style.limits(ax, drawn, 5)
    ax.set_xlabel(r'E$_\gamma$ [GeV]')
    ax.set_ylabel(r'E$^2$ q / n  [GeV s$^{-1}$ sr$^{-1}$]')
    ax.set_title(f'above 100 MeV from pions: {zone.attrs["gamma_above_100MeV"]:.3g} s$^{{-1}}$ sr$^{{-1}}$ per H')
    ax.legend()
    y = r['emissivity']
    if np.any(y > 0):
        axes[1].loglog(r['frequency'] / 1e9, cr_style.positive(y))
        cr_style.limits(axes[1], [y], 8)
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
                          label=_word(k[5:]) + (' (gain)' if gains else ''))
        bins = np.sqrt(v['edges'][1:] * v['edges'][:-1])
        if np.any(np.isfinite(v['escape_time'])):
            ax.loglog(np.interp(bins, v['p'], v['t']), v['escape_time'], 'k.:', label='escape')
        ax.set_ylim(1e-2, 1e10)
        ax.set_xlabel('T [GeV]' if s in ('p', 'e-') else 'T [GeV per nucleon]')
        ax.set_title(cr_style.NAMES[s])
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
            axes[0].plot(h['time'], cr_style.positive(v), color=cr_style.COLOURS.get(n[7:]), label=cr_style.NAMES.get(n[7:], n[7:]))
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


def _word(process):
    words = {'coulomb': 'Coulomb', 'inverse_compton': 'inverse Compton'}
    return words.get(process, process.replace('_', ' '))


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


def _ends(zones, what):
    t = np.concatenate([f[0] for f in (intensity(z, what) for z in zones) if f is not None])
    return t.min(), t.max()


def overlay(zones, options, folder):
    """Spectra of p, e-, e+ and B of several runs, the first of which is the reference."""
    same = len({z.name for z in zones}) < len(zones)
    labels = [(os.path.basename(os.path.abspath(z.folder)) if same else z.name).replace('_', ' ') for z in zones]
    shown = [s for s in ('p', 'e-', 'e+', 'B', 'be10', 'pbar') if any(intensity(z, s) is not None for z in zones)]
    fig, axes = style.grid(len(shown), 3, 4.5, 3.6)
    for ax, s in zip(axes, shown):
        drawn = []
        for i, z in enumerate(zones):
            found = intensity(z, s)
            if found is None:
                continue
            t, j = found
            ax.plot(t, cr_style.positive(t * t * j), **_line(i, len(zones)), label=labels[i])
            drawn.append((t * t * j)[j > 0])
        data = zone_data.flux(options.data, cr_style.element(s))
        cr_style.points(ax, data, power=2.0)
        cr_style.spectrum_axes(ax, s, *_ends(zones, s))
        cr_style.limits(ax, drawn + [d.x**2 * d.y for d in data], 6)
        ax.set_title(cr_style.name(s))
    axes[0].legend(fontsize=7, loc='lower center')
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
        path = compare.write(compare.OfZone(z), z.name, z.folder, options.data)
        if path:
            compare.tell(path)
            made.append(path)
    return [m for m in made if m]
