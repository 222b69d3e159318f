"""The pictures of the trends in docs/verification.md, drawn by tests/regression/trends.py."""
import os

import numpy as np

from analysis import cr_style, style, zone_data
from analysis.zone import intensity

WIDTH, HEIGHT, DPI = 4.3, 3.3, 80


def _ratio(ax, which, curves):
    """curves: {label: (x, y)}"""
    for colour, (label, (x, y)) in zip(style.CYCLE, curves.items()):
        ax.plot(x, cr_style.positive(y), color=colour, label=label, zorder=3)
    cr_style.points(ax, zone_data.ratio(None, which))
    cr_style.ratio_axes(ax, which, list(curves.values()))
    ax.legend(fontsize=8)


def _spectra(ax, what, views, decades):
    drawn = []
    for colour, (label, v) in zip(style.CYCLE, views.items()):
        t, j = intensity(v, what)
        ax.plot(t, cr_style.positive(t * t * j), color=colour, label=label)
        drawn.append(t * t * j)
    cr_style.spectrum_axes(ax, what, t.min(), t.max())
    cr_style.limits(ax, drawn, decades)
    ax.set_xlim(t.min(), t.max())
    ax.set_title(cr_style.name(what))
    ax.legend(fontsize=8, loc='lower center')


def _heights(ax, heights):
    ax.semilogx(*heights, 'o-', ms=3)
    ax.set_xlabel('T [GeV]')
    ax.set_ylabel('height of 1/e of p  [kpc]')
    ax.set_ylim(0, 1.2 * max(heights[1]))


def _speeds(ax, speeds):
    for colour, ls, (km_s, (t, e)) in zip(style.CYCLE, ('-', '--'), speeds.items()):
        ax.plot(t, e / e[-1], color=colour, ls=ls, lw=2, label=f'{km_s:.0e} km/s')
    ax.set_xlabel('t  [Myr]')
    ax.set_ylabel('energy of p over that at the end')
    ax.set_ylim(0, 1.1)
    ax.legend(fontsize=8)


def _rings(ax, rings):
    for colour, (term, (R, (low, middle, high))) in zip(style.CYCLE, rings.items()):
        ax.fill_between(R, low, high, color=colour, alpha=0.25, lw=0)
        ax.semilogy(R, middle, 'o-', ms=3, color=colour, label=term)
    ax.set_xlabel('R  [kpc]')
    ax.set_ylabel('rate  [km/s/kpc]')
    ax.set_title('median and 68 % of the gas')
    low, high = ax.get_ylim()
    ax.set_ylim(low, 10 * high)
    ax.legend(fontsize=8, ncol=3, loc='upper center')


def _far(ax, far):
    x, e = far
    r, order = x['r'], np.argsort(x['r'])
    shown = e / np.mean(e / x['exact'])
    ax.semilogy(r[order], x['exact'][order], color=style.CYCLE[1], label='1/r - 1/r of the wall')
    ax.semilogy(r[order], 1 / r[order], color='0.5', ls='--', lw=1, label='1/r')
    ax.semilogy(r[order], shown[order], 'o', ms=3, color=style.CYCLE[0], label='crux')
    ax.set_xlabel('r  [kpc]')
    ax.set_ylabel(r'e$_\mathrm{cr}$, scaled')
    ax.legend(fontsize=8)


def draw(folder, views, zones, heights, speeds, rings, far):
    """views: {what differs: View}; zones: {swept mass: Zone}; heights: (energies, kpc); speeds: {km/s: (Myr, energy)}; rings, far: as of trends.py."""
    delta = {'0.3': 'scattering_slope=0.3', '0.5': 'reference', '0.7': 'scattering_slope=0.7'}
    nu0 = {'5e-10 /s': 'scattering_rate_s=5e-10', '1e-9 /s': 'reference', '2e-9 /s': 'scattering_rate_s=2e-09'}
    ionisation = {'all losses': 'reference', 'no ionisation, no Coulomb': 'ionisation=0, coulomb=0'}
    light = {'all losses': 'reference', 'no inverse Compton,\nno synchrotron': 'inverse_compton=0, synchrotron=0'}

    def of(runs):
        return {label: views[name] for label, name in runs.items()}

    def b_c(runs, word):
        return {f'{word} {label}': (v.ratios['x'], v.ratios['B_C']) for label, v in of(runs).items()}
    swept = {{'ejecta': 'ejecta and gas of their mass', 'sedov': 'all gas of the Sedov phase'}[how]: (z.ratios['x'], z.ratios['C_H']) for how, z in zones.items()}
    figures = {'delta': [lambda ax: _ratio(ax, 'B_C', b_c(delta, r'$\delta$ ='))],
               'nu0': [lambda ax: _ratio(ax, 'B_C', b_c(nu0, r'$\nu_0$ =')), lambda ax: _spectra(ax, 'p', of(nu0), 5)],
               'ionisation': [lambda ax: _spectra(ax, 'p', of(ionisation), 6), lambda ax: _spectra(ax, 'e-', of(ionisation), 6)],
               'light': [lambda ax: _spectra(ax, 'e-', of(light), 6), lambda ax: _spectra(ax, 'p', of(light), 6)],
               'heights': [lambda ax: _heights(ax, heights)], 'swept_mass': [lambda ax: _ratio(ax, 'C_H', swept)],
               'reacceleration': [lambda ax: _rings(ax, rings)], 'speed_of_light': [lambda ax: _speeds(ax, speeds)], 'far': [lambda ax: _far(ax, far)]}
    os.makedirs(folder, exist_ok=True)
    for name, panels in figures.items():
        fig, axes = style.grid(len(panels), 2, WIDTH, HEIGHT, 0.0)
        for ax, panel in zip(axes, panels):
            panel(ax)
        fig.tight_layout()
        path = os.path.join(folder, f'{name}.png')
        fig.savefig(path, dpi=DPI)
        style.plt.close(fig)
        print(f'# {path}')
