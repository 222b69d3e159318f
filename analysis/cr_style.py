"""How cosmic rays are drawn, in all pictures: names, colours, axes, measured points, limits."""
from dataclasses import dataclass

import numpy as np
from matplotlib import ticker

from analysis import style

NAMES = {'p': 'p', 'he': 'He', 'cno': 'CNO', 'c': 'C', 'n': 'N', 'o': 'O', 'b': 'B', 'b10': r'$^{10}$B', 'b11': r'$^{11}$B', 'be': r'$^{7,9}$Be',
         'be7': r'$^7$Be', 'be9': r'$^9$Be', 'be10': r'$^{10}$Be', 'pbar': r'$\bar{p}$', 'e-': r'$e^-$', 'e+': r'$e^+$'}
COLOURS = dict(zip(NAMES, ['#0072B2', '#56B4E9', '#D55E00', '#D55E00', '#E69F00', '#882255', '#009E73', '#44AA99', '#117733', '#CC79A7', '#AA4499',
                           '#CC79A7', '#999933', '#555555', '#000000', '#CC3311']))
ELEMENTS = {'C': 'c', 'B': 'b', 'Be': 'be'}      # sums of species, and what tables of measurements call them
# What is drawn together.
PANELS = (('p', 'pbar'), ('e-', 'e+'), ('C',), ('B',), ('Be', 'be10'), ('he',), ('o',))


@dataclass(frozen=True)
class Ratio:
    label: str
    limits: tuple
    unit: str          # of what it is drawn over


RATIOS = {'B_C': Ratio('B/C', (0.02, 0.6), 'GeV/n'), 'Be10_Be9': Ratio(r'$^{10}$Be/$^9$Be', (0.03, 1.2), 'GeV/n'), 'pbar_p': Ratio(r'$\bar{p}/p$', (1e-6, 1e-3), 'GV'),
          'e+_fraction': Ratio(r'$e^+/(e^+ + e^-)$', (0.01, 1), 'GeV'), 'C_H': Ratio('C/H', (1e-4, 1e-2), 'GeV/n'), 'e-_p': Ratio(r'$e^-/p$', (1e-4, 10), 'GeV')}
AXES = {'GV': 'R [GV]', 'GeV': 'T [GeV]', 'GeV/n': 'T [GeV per nucleon]'}
INTENSITY = r'T$^2$ j  [GeV m$^{-2}$ s$^{-1}$ sr$^{-1}$]'
_MODULATED = 10.0      # GV: below it points are pale, unless a modulation is given
_MARKS = {'AMS-02': 'o', 'Voyager 1': 's'}


def element(what):
    """The species that has the colour and the measurements of a species or an element."""
    return ELEMENTS.get(what, what)


def name(what):
    return what if what in ELEMENTS else NAMES[what]


def unit(what):
    """Of the kinetic energy of a species or an element."""
    return 'GeV' if what in ('p', 'pbar', 'e-', 'e+') else 'GeV/n'


def points(ax, measured, modulated=False, power=0.0, told=None):
    """Measured points, times x^power; those that the Sun has changed are pale where nothing is done about it.  told: experiments that have their place in a
    legend; None: no legend."""
    for d in measured:
        faint = (d.rigidity < _MODULATED) & (not modulated)
        for some, alpha in ((~faint, 1.0), (faint, 0.45)):
            if some.any():
                label = d.name if told is not None and d.name not in told and (alpha == 1.0 or faint.all()) else None
                if label:
                    told.add(d.name)
                scale = d.x[some]**power
                ax.errorbar(d.x[some], d.y[some] * scale, d.error[some] * scale, fmt=_MARKS.get(d.name, 'D'), ms=2.6, color='0.25', mfc='white', mew=0.7,
                            elinewidth=0.7, alpha=alpha, label=label, zorder=1)


def limits(ax, values, decades):
    """Of a logarithmic vertical axis: what is drawn, but no more than so many decades."""
    good = np.concatenate([v[np.isfinite(v) & (v > 0)] for v in values]) if values else np.array([])
    if good.size:
        top = good.max() * 3
        ax.set_ylim(max(good.min() / 2, top * 10.0**-decades), top)


def positive(y):
    """For logarithmic axes: lines break where there is nothing."""
    return np.where(y > 0, y, np.nan)


def ratio_axes(ax, which, curves=()):
    """curves: [(x, y)], for which the vertical limits are widened up to tenfold; not for what lies two decades below their tops."""
    r = RATIOS[which]
    ax.set_xscale('log')
    ax.set_yscale('log')
    ax.set_xlim(0.01 if which == 'Be10_Be9' else 0.05, 2e3)
    low, high = r.limits
    drawn = [y[(y > 0) & (x > ax.get_xlim()[0])] for x, y in curves]
    drawn = np.concatenate(drawn) if drawn else np.array([])
    if drawn.size:
        drawn = drawn[drawn > 0.01 * drawn.max()]
        low, high = min(low, max(0.8 * drawn.min(), 0.1 * low)), max(high, min(1.25 * drawn.max(), 10 * high))
    ax.set_ylim(low, high)
    if high < 80 * low:
        _number_more(ax.yaxis)
    ax.set_xlabel(AXES[r.unit])
    ax.set_ylabel(r.label)


def _number_more(axis):
    """Numbers at 1, 2 and 5, where there are few powers of ten."""
    axis.set_major_formatter(ticker.FuncFormatter(lambda v, _: f'{v:g}'))
    axis.set_minor_formatter(ticker.FuncFormatter(lambda v, _: f'{v:g}' if round(v / 10**np.floor(np.log10(v) + 1e-9)) in (2, 5) else ''))


def spectrum_axes(ax, what, least, most):
    """Over energies from least to most, and those of the measurements."""
    ax.set_xlim(least, max(most, 1.5e3))
    ax.set_xscale('log')
    ax.set_yscale('log')
    ax.set_xlabel(AXES[unit(what)])
    ax.set_ylabel(INTENSITY)


def weighted(seen):
    """For titles: of what the bands are shares."""
    return 'gas' if seen.weight == 'mass' else 'volume'


def sun(options, modulation=0.0):
    """For titles: what points and dashes are."""
    if modulation > 0:
        return f';  dashed: behind {modulation:.0f} MV of the Sun'
    return '' if options.data is False else ';  grey points: changed by the Sun'


def shades(count, colour_map='viridis'):
    """Colours for an order of things."""
    return style.plt.get_cmap(colour_map)(np.linspace(0, 0.92, max(count, 2)))
