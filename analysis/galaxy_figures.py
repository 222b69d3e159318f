"""Pictures of the cosmic rays at the Sun's distance: spectra, ratios, energies over density, environments.  After Hopkins et al. 2022, Figs. 2, 6-9."""
import matplotlib.pyplot as plt
import numpy as np

from analysis import cr_style, galaxy, measured, observe, style, zone_data
from analysis import seen as seen_of

PER_LOG = r'de/dlnT  [eV cm$^{-3}$]'
N = r'n  [cm$^{-3}$]'


def title(fig, g, text):
    fig.suptitle(f'{g.name}:  {text}', fontsize=11)


def save(fig, g, name, options):
    fig.tight_layout()
    return style.save(fig, options.folder, f'galaxy_{name}.{g.snapshot.tag}', options.format)


def band(ax, x, spread, colour, label=None, outer=False, mean=False):
    """Median and the range of 68 % (and 95 %) of the cells."""
    good = spread['median'] > 0

    def shown(key):
        return np.where(good & (spread[key] > 0), spread[key], np.nan)
    if outer:
        ax.fill_between(x, shown(2.5), shown(97.5), color=colour, alpha=0.15, lw=0, zorder=2)
    ax.fill_between(x, shown(16), shown(84), color=colour, alpha=0.3, lw=0, zorder=2.5)
    if mean:
        ax.plot(x, shown('mean'), color=colour, ls=':', lw=1, zorder=3)
    ax.plot(x, shown('median'), color=colour, label=label, zorder=3)
    return [v[good] for v in (spread['median'], spread[84])]


def spectra(g, options):
    return save(draw_spectra(_seen(g, options), g.name, options), g, 'spectra', options)


def ratios(g, options):
    fig = draw_ratios(_seen(g, options), g.name, options)
    return fig and save(fig, g, 'ratios', options)


def _seen(g, options):
    return seen_of.of(g, options.folder, options.weight)


def draw_spectra(seen, name, options):
    """seen: as of analysis/seen.py."""
    found = {w: seen.spectrum(w) for which in cr_style.PANELS for w in which}
    panels = [[w for w in which if found[w] is not None] for which in cr_style.PANELS]
    panels = [which for which in panels if which]
    fig, axes = style.grid(len(panels) + 1, 3, 4.3, 3.5)
    _energies_of_species(axes[-1], {w: found[w] for which in panels for w in which if cr_style.element(w) in zone_data.NUCLEI})
    told, modulation = set(), options.modulation or 0.0
    for ax, which in zip(axes, panels):
        drawn = []
        for what in which:
            t, j = found[what]
            at = observe.middles(t)
            element = cr_style.element(what)
            colour = cr_style.COLOURS[element]
            spread = {k: t[at]**2 * v[at] for k, v in j.items()}
            drawn += band(ax, t[at], spread, colour, cr_style.name(what), outer=True, mean=True)
            if modulation > 0:
                earth = zone_data.at_earth(element, t[at], spread['median'] / t[at]**2, modulation)
                ax.plot(t[at], cr_style.positive(t[at]**2 * earth), color=colour, ls='--', lw=1, zorder=3)
            fit = measured.interstellar(element, t) if options.data is not False else None
            if fit is not None:
                ax.plot(t, t * t * fit, color='0.45', ls='-.', lw=0.8, zorder=1.5, label='local interstellar fits' if 'fit' not in told else None)
                told.add('fit')
                drawn.append(t * t * fit)
            data = zone_data.flux(options.data, element)
            cr_style.points(ax, data, modulation > 0, 2.0, told)
            drawn += [d.x**2 * d.y for d in data]
        cr_style.spectrum_axes(ax, which[0], min(found[w][0].min() for w in which), max(found[w][0].max() for w in which))
        cr_style.limits(ax, drawn, 6 if len(which) == 1 else 10 if 'p' in which else 7)
        ax.legend(loc='best', fontsize=8)
    fig.suptitle(f'{name}:  {seen.where}\nline: median, dotted: mean, shaded: 68 % and 95 % of the {cr_style.weighted(seen)}' +
                 cr_style.sun(options, modulation), fontsize=11)
    return fig


def _energies_of_species(ax, found):
    """Kinetic energy per ln T, medians."""
    drawn = []
    for what, (t, j) in found.items():
        at, element = observe.middles(t), cr_style.element(what)
        y = zone_data.energy_per_log(element, t[at], j['median'][at])
        ax.loglog(t[at], cr_style.positive(y), color=cr_style.COLOURS[element], label=cr_style.name(what))
        drawn.append(y)
    cr_style.limits(ax, drawn, 6)
    ax.set_xlabel('T [GeV per nucleon; leptons: GeV]')
    ax.set_ylabel(PER_LOG)
    ax.legend(fontsize=7, loc='best', ncol=2)


def draw_ratios(seen, name, options):
    found = {r: seen.ratio(r) for r in cr_style.RATIOS}
    found = {r: v for r, v in found.items() if v is not None and np.any(v[1]['median'] > 0)}
    if not found:
        return None
    fig, axes = style.grid(len(found), 3, 4.3, 3.4)
    for ax, (r, (x, spread)) in zip(axes, found.items()):
        band(ax, x, spread, style.CYCLE[0], outer=True)
        told = set()
        cr_style.points(ax, zone_data.ratio(options.data, r), told=told)
        cr_style.ratio_axes(ax, r, [(x, spread['median'])])
        if told:
            ax.legend(fontsize=8)
    fig.suptitle(f'{name}:  {seen.where}\nline: median, shaded: 68 % and 95 % of the {cr_style.weighted(seen)}' + cr_style.sun(options), fontsize=11)
    return fig


def density_edges(g, per_decade=3):
    n = g.n[g.in_ring]
    low, high = np.floor(per_decade * np.log10(n.min())), np.ceil(per_decade * np.log10(n.max()))
    return 10.0**(np.arange(low, max(high, low + 1) + 1) / per_decade)


def slopes(g, name, t):
    """(slope, scatter) [energy] of ln de/dln T over ln n of the cells of the ring: least squares with their weights."""
    ring, laws = g.in_ring, g.laws[name]
    o = g.observer
    x, w = np.log(g.n[ring]), g.weights[ring]
    y = o.energy_per_log(name, *laws, t)
    x0 = np.average(x, weights=w)
    out = []
    for row in y:
        good = row > 0
        if np.count_nonzero(good) < 10 or np.ptp(x[good]) < 0.5:
            out.append((np.nan, np.nan))
            continue
        a, b, v = x[good] - x0, np.log(row[good]), w[good]
        slope = np.average(a * (b - np.average(b, weights=v)), weights=v) / np.average(a * (a - np.average(a, weights=v)), weights=v)
        rest = b - np.average(b, weights=v) - slope * (a - np.average(a, weights=v))
        out.append((slope, np.sqrt(np.average(rest**2, weights=v) / np.average((a - np.average(a, weights=v))**2, weights=v))))
    return np.array(out).T


def energies(g, options):
    fig, axes = plt.subplots(1, 2, figsize=(11, 4.4))
    ring, edges = g.in_ring, density_edges(g)
    drawn = []
    kinds = [('cosmic rays', g.energy, style.CYCLE[0]), ('magnetic field', g.magnetic, style.CYCLE[1]), ('gas, thermal', g.thermal, style.CYCLE[2])]
    light = g.radiation()
    kinds += [('radiation', light, style.CYCLE[4])] if light is not None else []
    kinds += [(f'{cr_style.NAMES[n]} alone', g.energies[n], style.CYCLE[3]) for n in ('e-',) if n in g.energies]
    for name, values, colour in kinds:
        if not np.any(values > 0):
            continue
        x, (low, middle, high), _ = galaxy.binned(g.n[ring], edges, values[ring], g.weights[ring])
        axes[0].fill_between(x, low, high, color=colour, alpha=0.25, lw=0)
        axes[0].plot(x, middle, 'o-', ms=3, color=colour, label=name)
        drawn.append(middle)
    axes[0].set_xscale('log')
    axes[0].set_yscale('log')
    axes[0].set_xlabel(N)
    axes[0].set_ylabel(r'energy density  [eV cm$^{-3}$]')
    cr_style.limits(axes[0], drawn, 6)
    axes[0].legend()
    for name, colour in (('p', style.CYCLE[0]), ('e-', style.CYCLE[1])):
        if name in g.laws:
            o = g.observer
            t = o.energy(name, o.points(name, 1))
            slope, scatter = slopes(g, name, t)
            axes[1].fill_between(t, slope - scatter, slope + scatter, color=colour, alpha=0.25, lw=0)
            axes[1].semilogx(t, slope, 'o-', ms=3, color=colour, label=cr_style.NAMES[name])
    axes[1].axhline(0, color='0.6', lw=0.8)
    axes[1].axhline(4 / 3, color='0.6', lw=0.8, ls=':')
    axes[1].text(0.98, 4 / 3 + 0.02, 'adiabatic, 4/3', ha='right', va='bottom', transform=axes[1].get_yaxis_transform(), fontsize=8, color='0.4')
    axes[1].set_ylim(-0.6, 1.5)
    axes[1].set_xlabel('T [GeV]')
    axes[1].set_ylabel(r'$\alpha$ of de/dlnT $\propto$ n$^\alpha$')
    axes[1].legend(loc='upper left')
    title(fig, g, f'R = {g.region.ring[0]:g}-{g.region.ring[1]:g} kpc, all gas;  shaded: 68 % of it, and the scatter')
    return save(fig, g, 'energies', options)


def _line(ax, g, name, laws, colour, label, thick):
    o = g.observer
    t = o.energy(name, o.points(name, 1))
    y = o.energy_per_log(name, *laws, t)[:, 0]
    ax.loglog(t, cr_style.positive(y), color=colour, lw=2.0 if thick else 1.1, ls='-' if thick else '--', label=label if thick else None)
    return y


def decades(values, low, high, also=True):
    """[(from, to, which cells)] of the decades with cells in them."""
    edges = 10.0**np.arange(low, high + 1)
    bins = [(a, b, (values >= a) & (values < b) & also) for a, b in zip(edges[:-1], edges[1:])]
    return [b for b in bins if b[2].any()]


def environment(g, options):
    """Spectra of p (thick) and e- (dashed) over R, n and T."""
    names = [n for n in ('p', 'e-') if n in g.laws]
    if not names:
        return None
    fig, axes = plt.subplots(1, 3, figsize=(13, 4.3), sharey=True)
    drawn = []
    R = g.ring_R
    chosen = [i for i in np.unique([int(np.nanargmin(np.abs(R - r))) for r in (0.5, 2, 4, 6, 8, 11, 15)]) if np.isfinite(R[i])]
    colours = cr_style.shades(len(chosen))
    for i, c in zip(chosen, colours):
        for name in names:
            drawn.append(_line(axes[0], g, name, tuple(a[:, i:i + 1] for a in g.ring_laws[name]), c, f'{R[i]:.1f} kpc', name == names[0]))
    axes[0].set_title(f'distance from the centre, |z| < {galaxy.LAYER:g} kpc')
    n, T = g.n[g.in_ring], g.T[g.in_ring]
    cases = {'n': ('density', decades(n, -4, 3), ''), 'T': ('temperature', decades(T, 1, 8, (n >= 0.1) & (n < 1)), r', n = 0.1-1 cm$^{-3}$')}
    if len(cases['T'][1]) < 2:      # gas of one temperature
        cases['T'] = ('temperature', decades(T, 1, 8), '')
    for ax, (word, (title_of, bins, limits)) in zip(axes[1:], cases.items()):
        colours = cr_style.shades(len(bins), 'viridis' if word == 'n' else 'cividis')
        for (a, b, of), c in zip(bins, colours):
            unit = r'cm$^{-3}$' if word == 'n' else 'K'
            for name in names:
                label = rf'$10^{{{np.log10(a):.0f}}}$ to $10^{{{np.log10(b):.0f}}}$ {unit}'
                drawn.append(_line(ax, g, name, g.mean_laws(name, of), c, label, name == names[0]))
        ax.set_title(f'{title_of} at R = {g.region.ring[0]:g}-{g.region.ring[1]:g} kpc{limits}')
    for ax in axes:
        cr_style.limits(ax, drawn, 6)
        ax.set_xlabel('T [GeV]')
        ax.legend(fontsize=7, loc='best')
    axes[0].set_ylabel(PER_LOG)
    title(fig, g, f'means of {cr_style.NAMES[names[0]]}' + (' (full) and e$^-$ (dashed)' if len(names) > 1 else ''))
    return save(fig, g, 'environment', options)
