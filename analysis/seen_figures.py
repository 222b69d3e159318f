"""crux plot DIR observables: pictures of observables.h5 alone, no snapshot needed: spectra and ratios of every region, and how its numbers change."""
import os

import numpy as np

from analysis import cr_style, galaxy_figures, seen, style
from analysis.fault import Fault

NAMES = {'energy': r'e$_\mathrm{cr}$  [eV cm$^{-3}$]', 'ionisation': r'$\zeta$  [s$^{-1}$ per H]',
         'gamma_0.1': 'gamma rays above 100 MeV\n' + r'[s$^{-1}$ sr$^{-1}$ per H]', 'gamma_1': 'gamma rays above 1 GeV\n' + r'[s$^{-1}$ sr$^{-1}$ per H]'}


def over_time(folder, region, name, unit_Myr):
    """Median and 68 % of the numbers of a region; None for a single row."""
    time, values = seen.history(folder, region)
    values = {n: v for n, v in values.items() if np.any(v[:, 0] > 0)}
    if len(time) < 2 or not values:
        return None
    fig, axes = style.grid(len(values), 4, 4.0, 3.0, 0.4)
    for ax, (n, v) in zip(axes, values.items()):
        good = v[:, 0] > 0
        t = unit_Myr * time[good]
        ax.fill_between(t, v[good, 3], v[good, 4], color=style.CYCLE[0], alpha=0.3, lw=0)
        ax.plot(t, v[good, 0], 'o-', ms=2.5, color=style.CYCLE[0], label='median, 68 %')
        ax.plot(t, v[good, 1], ':', color=style.CYCLE[0], lw=1, label='mean')
        shown = v[good][:, [0, 3, 4]]
        if np.max(shown) > 5 * np.min(shown[shown > 0]):
            ax.set_yscale('log')
        else:
            ax.ticklabel_format(axis='y', scilimits=(-2, 3))
        ax.set_xlabel('t [Myr]')
        ax.set_ylabel(NAMES.get(n) or f'{cr_style.RATIOS[n].label} at {1 if n == "Be10_Be9" else 10} {cr_style.RATIOS[n].unit}')
    axes[0].legend(fontsize=7)
    fig.suptitle(f'{name}:  {seen.File(folder, region).where}', fontsize=11)
    return fig


def draw(folder, options):
    if not seen.has(folder):
        raise Fault(f'{folder}: no observables.h5; runs with cosmic rays in physical units write one for output.regions')
    made = []
    for region in seen.regions(folder):
        last = seen.File(folder, region)
        if not last.cells > 0:
            print(f'crux plot: {folder}: region {region}: no cell in it', flush=True)
            continue
        figures = {'spectra': galaxy_figures.draw_spectra(last, last.name, options), 'ratios': galaxy_figures.draw_ratios(last, last.name, options),
                   'time': over_time(folder, region, last.name, seen.code_Myr(folder))}
        for what, fig in figures.items():
            if fig is None:
                continue
            fig.tight_layout()
            made.append(style.save(fig, folder, f'observables_{what}.{region}', options.format))
    if not made:
        raise Fault(f'{os.path.join(folder, "observables.h5")}: none of its regions has cells')
    return made
