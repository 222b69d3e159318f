"""Pictures of the cosmic rays in all of a galaxy: profiles, heights, gamma rays and ionisation.  After Hopkins et al. 2022, Figs. 11 and 12."""
import os

import matplotlib.pyplot as plt
import numpy as np

from analysis import compare, cr_style, galaxy, galaxy_figures, measured, seen, style, zone_data
from analysis.galaxy_figures import save, title

RING, HEIGHT = 'R  [kpc]', '|z|  [kpc]'


def shown_bins(edges, most=6):
    """Some bins of protons, spread over all."""
    n = len(edges) - 1
    return np.unique(np.round(np.linspace(0, n - 1, min(n, most))).astype(int))


def falls(z, y):
    """Distance in which a profile falls to 1/e of its value nearest to the plane; nan where it does not."""
    good = np.isfinite(y) & (y > 0)
    z, y = z[good], np.log(y[good])
    if len(z) < 3:
        return np.nan
    below = np.flatnonzero(y < y[0] - 1)
    if not len(below):
        return np.nan
    i = below[0]
    return np.interp(y[0] - 1, [y[i], y[i - 1]], [z[i], z[i - 1]]) - z[0]


def heights(g, name):
    """(t [bin], height [bin]) of the number in each bin."""
    o = g.observer
    n, _ = g.layer_laws[name]
    return o.energy(name, o.points(name, 1)), np.array([falls(g.layer_z, row) for row in n])


def profiles(g, options):
    name = 'p' if 'p' in g.species else next(iter(g.species))
    edges = g.species[name].edges
    t = g.observer.energy(name, g.observer.points(name, 1))
    chosen = shown_bins(edges)
    colours = cr_style.shades(len(chosen))
    fig, axes = plt.subplots(2, 2, figsize=(10.5, 8))
    for ax, x, laws, word in ((axes[0, 0], g.ring_R, g.ring_laws, RING), (axes[0, 1], g.layer_z, g.layer_laws, HEIGHT)):
        drawn = []
        for k, c in zip(chosen, colours):
            n = laws[name][0][k]
            good = np.isfinite(x) & (n > 0)
            if good.any():
                ax.semilogy(x[good], n[good] / n[good][0], 'o-', ms=2.5, color=c, label=f'{cr_style.NAMES[name]}, {_energy(t[k])}')
                drawn.append(n[good] / n[good][0])
        cr_style.limits(ax, drawn, 4)
        ax.set_xlabel(word)
        ax.set_ylabel('number over that ' + ('next to the centre' if word == RING else 'in the plane'))
        ax.legend(fontsize=7, loc='best')
    axes[0, 0].set_title(f'|z| < {galaxy.LAYER:g} kpc')
    axes[0, 1].set_title(f'R = {g.region.ring[0]:g}-{g.region.ring[1]:g} kpc')
    ax, highest = axes[1, 0], 0.0
    for n, colour in (('p', 0), ('e-', 1), ('cno', 2), ('be10', 3)):
        if n in g.species:
            energy, h = heights(g, n)
            highest = np.nanmax(np.append(h, highest))
            ax.semilogx(energy, h, 'o-', ms=3, color=style.CYCLE[colour], label=cr_style.NAMES[n])
    ax.set_title(f'R = {g.region.ring[0]:g}-{g.region.ring[1]:g} kpc; the box ends at |z| = {g.top:.3g} kpc')
    ax.set_ylim(0, 1.3 * highest or g.top)
    ax.set_xlabel('T [GeV per nucleon; leptons: GeV]')
    ax.set_ylabel('height of 1/e  [kpc]')
    ax.legend(loc='best')
    _energy_profile(axes[1, 1], g)
    title(fig, g, 'means over volume')
    return save(fig, g, 'profiles', options)


def _energy_profile(ax, g):
    """All species, over the spherical radius as well: 1/r outside of the sources."""
    thin = np.abs(g.z) <= galaxy.LAYER
    for x, of, label, colour in ((g.R, thin, f'plane, |z| < {galaxy.LAYER:g} kpc', 0), (np.hypot(g.R, g.z), np.ones_like(thin), 'spherical radius', 1)):
        edges = g.ring_edges
        middle, _, mean = galaxy.binned(x[of], edges, g.energy[of], g.volume[of])
        good = mean > 0
        ax.loglog(middle[good], mean[good], 'o-', ms=3, color=style.CYCLE[colour], label=label)
    x = np.array([0.4 * g.reach, g.reach])
    ax.loglog(x, np.interp(x[0], middle[good], mean[good]) * x[0] / x, color='0.4', ls='--', lw=1, label='1/r')
    ax.set_xlabel('distance from the centre  [kpc]')
    ax.set_ylabel(r'e$_\mathrm{cr}$  [eV cm$^{-3}$]')
    ax.legend(fontsize=8)


def _energy(t):
    return f'{1e3 * t:.3g} MeV' if t < 1 else f'{t:.3g} GeV'


def _over(ax, x, edges, values, weights, colour, label, percent=(5, 50, 95)):
    """A band of the cells, their median, and dashed the mean weighted with the emission."""
    middle, (low, half, high), _ = galaxy.binned(x, edges, values, weights, percent)
    emission = galaxy.binned(x, edges, values, weights * values)[2]
    ax.fill_between(middle, low, high, color=colour, alpha=0.25, lw=0)
    ax.plot(middle, half, 'o-', ms=3, color=colour, label=label)
    ax.plot(middle, emission, color=colour, ls='--', lw=1)
    return [v[np.isfinite(v)] for v in (low, half, emission)]


def gamma(g, options):
    """Photons per H atom of pions and bremsstrahlung over R and |z|."""
    if 'p' not in g.species:
        return None
    fig, axes = plt.subplots(1, 2, figsize=(10.5, 4.3), sharey=True)
    drawn = []
    thin = np.abs(g.z) <= galaxy.LAYER
    for e, colour in ((0.1, style.CYCLE[0]), (1.0, style.CYCLE[1])):
        label = f'above {_energy(e) if e < 1 else "1 GeV"}'
        drawn += _over(axes[0], g.R[thin], g.ring_edges, g.gamma[e][thin], g.weights[thin], colour, label)
        ring = g.in_ring
        drawn += _over(axes[1], np.abs(g.z[ring]), g.layer_edges, g.gamma[e][ring], g.weights[ring], colour, label)
    if options.data is not False:
        value, error = measured.EMISSIVITY[0.1]
        axes[0].errorbar([8.2], [value], [error], fmt='s', color='0.2', mfc='white', ms=5, label='Fermi-LAT, local, > 100 MeV\n(Abdo et al. 2009)')
        axes[1].axhspan(value - error, value + error, color='0.6', alpha=0.5, lw=0)
        axes[1].text(0.98, 1.1 * (value + error), 'Fermi-LAT, local, > 100 MeV', transform=axes[1].get_yaxis_transform(), ha='right', va='bottom', fontsize=8)
        drawn.append(np.array([value]))
    axes[0].set_yscale('log')
    cr_style.limits(axes[0], drawn, 4)
    axes[0].set_xlabel(RING)
    axes[1].set_xlabel(HEIGHT)
    axes[0].set_ylabel(r'gamma rays  [s$^{-1}$ sr$^{-1}$ per H]')
    axes[0].set_title(f'|z| < {galaxy.LAYER:g} kpc')
    axes[1].set_title(f'R = {g.region.ring[0]:g}-{g.region.ring[1]:g} kpc')
    axes[0].legend(fontsize=8)
    title(fig, g, 'pions and bremsstrahlung;  line: median, shaded: 90 % of the gas, dashed: weighted with emission')
    return save(fig, g, 'gamma', options)


def ionisation(g, options):
    fig, axes = plt.subplots(1, 3, figsize=(14, 4.3))
    ring = g.in_ring
    drawn = _contributions(axes[0], g)
    cr_style.limits(axes[0], drawn, 5)
    axes[0].set_xlabel('T [GeV]')
    axes[0].set_ylabel(r'd$\zeta$/dlnT  [s$^{-1}$]')
    axes[0].legend(fontsize=7, loc='best')
    axes[0].set_title('protons (full), electrons (dashed)')
    x, (low, middle, high), _ = galaxy.binned(g.n[ring], galaxy_figures.density_edges(g), g.zeta[ring], g.weights[ring])
    axes[1].fill_between(x, low, high, color=style.CYCLE[0], alpha=0.25, lw=0)
    axes[1].loglog(x, middle, 'o-', ms=3, color=style.CYCLE[0], label='all species')
    leptons = galaxy.binned(g.n[ring], galaxy_figures.density_edges(g), g.zeta_leptons[ring], g.weights[ring])[1][1]
    axes[1].loglog(x, cr_style.positive(leptons), color=style.CYCLE[1], ls='--', label=r'e$^-$ and e$^+$')
    axes[1].set_xlabel(galaxy_figures.N)
    axes[1].set_title(f'R = {g.region.ring[0]:g}-{g.region.ring[1]:g} kpc')
    thin = np.abs(g.z) <= galaxy.LAYER
    _over(axes[2], g.R[thin], g.ring_edges, g.zeta[thin], g.weights[thin], style.CYCLE[0], 'all species', (16, 50, 84))
    axes[2].set_yscale('log')
    axes[2].set_xlabel(RING)
    axes[2].set_title(f'|z| < {galaxy.LAYER:g} kpc')
    if options.data is not False:
        _measured(axes[1], axes[2])
    for ax in axes[1:]:
        values = [v[np.isfinite(v) & (v > 0)] for v in (middle, np.array([1e-17, 4e-16]) if options.data is not False else middle)]
        low, high = ax.get_ylim()
        ax.set_ylim(max(low, np.min(np.concatenate(values)) / 10), high * 1.5)
        ax.set_ylabel(r'$\zeta$  [s$^{-1}$ per H]')
        ax.legend(fontsize=7, loc='best')
    title(fig, g, 'ionisation of hydrogen;  line: median, shaded: 68 % of the gas' + ', dashed on the right: weighted with ionisation')
    return save(fig, g, 'ionisation', options)


def _measured(over_n, over_R):
    low, high = measured.IONISATION_VOYAGER
    value, scatter = measured.IONISATION_CLOUDS
    over_n.axhspan(low, high, color='0.3', alpha=0.7, lw=0, label='Voyager 1 (Cummings et al. 2016)')
    over_R.errorbar([8.2], [0.5 * (low + high)], [0.5 * (high - low)], fmt='s', color='0.2', mfc='white', ms=5, label='Voyager 1 (Cummings et al. 2016)')
    for ax in (over_n, over_R):
        ax.axhspan(value * 10**-scatter, value * 10**scatter, color=style.CYCLE[4], alpha=0.2, lw=0, label='diffuse clouds (Indriolo et al. 2015)')
    R = np.linspace(4, 9, 21)
    over_R.plot(R, measured.clouds(R), color=style.CYCLE[2], lw=1.5, label='atomic clouds (Neufeld & Wolfire 2017)')


def _contributions(ax, g):
    o, drawn = g.observer, []
    bins = galaxy_figures.decades(g.n[g.in_ring], -4, 3)
    colours = cr_style.shades(len(bins))
    for (a, b, of), c in zip(bins, colours):
        for name, line, wide in (('p', '-', 1.8), ('e-', '--', 1.0)):
            if name not in g.laws:
                continue
            t = o.energy(name, o.points(name, 1))
            y = o.ionisation_per_log(name, *g.mean_laws(name, of), t)[:, 0]
            label = rf'n = $10^{{{np.log10(a):.0f}}}$ to $10^{{{np.log10(b):.0f}}}$ cm$^{{-3}}$' if name == 'p' else None
            ax.loglog(t, cr_style.positive(y), color=c, ls=line, lw=wide, label=label)
            drawn.append(y)
    return drawn


FIGURES = {'spectra': galaxy_figures.spectra, 'ratios': galaxy_figures.ratios, 'energies': galaxy_figures.energies,
           'environment': galaxy_figures.environment, 'profiles': profiles, 'gamma': gamma, 'ionisation': ionisation}


def region_of(options):
    default = galaxy.Region()
    given = {'ring': options.ring, 'height': options.height, 'density': options.density, 'temperature': options.temperature}
    return galaxy.Region(**{k: getattr(default, k) if v is None else (tuple(v) if isinstance(v, list) else v) for k, v in given.items()})


def draw(snapshot, folder, options):
    """crux plot DIR galaxy: the figures asked for, and a table of the statistics."""
    if options.data:
        zone_data.check(options.data)
    g = galaxy.Galaxy(snapshot, region_of(options), None, options.weight == 'mass')
    options.folder = folder
    made = [FIGURES[f](g, options) for f in options.figures or FIGURES]
    if options.data is not False:
        made.append(compare.write(seen.of(g, folder, options.weight), g.name, folder, options.data))
        if made[-1]:
            compare.tell(made[-1])
    made.append(galaxy.write(g, os.path.join(folder, f'observables.{snapshot.tag}.txt')))
    return [m for m in made if m]
