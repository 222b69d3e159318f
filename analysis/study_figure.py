"""The picture of a study: error over resolution, and error over cost."""
import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import patheffects, ticker

from analysis import style

MARKERS = 'osD^vP*'


def _label(levels):
    return 'uniform' if levels == 0 else f'{levels} level{"s" if levels > 1 else ""} of refinement'


def _slopes(ax, x, errors):
    """Thin lines of orders 1, 2, 3 from below the errors of the lowest resolution to the highest or to the lower edge; names at their ends."""
    first, last = x.min(), x.max()
    low, high = ax.get_ylim()
    start, bottom = 0.72 * min(e for e, n in zip(errors, x) if n == first), low * (high / low)**0.06
    for order, dashes in ((1, (1, 2)), (2, (4, 2)), (3, (6, 2, 1, 2))):
        end = min(last, first * (start / bottom)**(1 / order))
        y = start * (end / first)**-order
        ax.plot([first, end], [start, y], color='0.6', lw=0.9, dashes=dashes, zorder=0)
        ax.annotate(f'order {order}' if end == last or order == 1 else str(order), (end, y), xytext=(5, 0) if end == last else (0, -2),
                    textcoords='offset points', ha='left' if end == last else 'center', va='center' if end == last else 'top', fontsize=8, color='0.4')


def _ticks(axis, low, high):
    """Names at powers of ten; over less than two decades also at 2 and 5."""
    axis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5) if high < 50 * low else (1,), numticks=12))
    axis.set_major_formatter(ticker.FuncFormatter(_number))
    axis.set_minor_locator(ticker.LogLocator(subs=range(2, 10), numticks=50))
    axis.set_minor_formatter(ticker.NullFormatter())


def _number(value, _):
    power = math.floor(math.log10(value) + 1e-9)
    digit = round(value / 10.0**power)
    return f'$10^{{{power}}}$' if digit == 1 else rf'${digit}\times10^{{{power}}}$'


def draw(folder, name, against, lines):
    """lines: (case, ...) as of study.rows.  Nothing is drawn where no error is above zero."""
    shown = [c for c, *_ in lines if c.error > 0]
    if not shown:
        return []
    levels = sorted({c.levels for c in shown})
    fig, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4.4), sharey=True)
    for number, level in enumerate(levels):
        group = [c for c in shown if c.levels == level]
        look = dict(marker=MARKERS[number % len(MARKERS)], ms=6.5, color=style.CYCLE[number % len(style.CYCLE)], label=_label(level),
                    mfc='none' if level else None, mew=1.4, ls='--' if level else '-', zorder=3 + number)
        left.loglog([c.resolution for c in group], [c.error for c in group], **look)
        right.loglog([c.updates for c in group], [c.error for c in group], **look)

    x, y = np.array([c.resolution for c in shown], float), np.array([c.error for c in shown])
    low, high = y.min(), y.max()
    left.set_ylim(low / max(high / low, 2.0)**0.22 / 1.5, high * 1.6)
    if x.max() > x.min():
        _slopes(left, x, y)
    width = max(x.max() / x.min(), 2.0)
    left.set_xlim(x.min() / width**0.08, x.max() * width**0.24)
    sides = sorted(set(x))
    left.set_xticks(sides, [f'{n:g}' for n in sides])
    left.set_xticks([], minor=True)
    left.set_xlabel('resolution: finest cells along the longest axis')
    left.set_ylabel('RMS of the mean errors')

    for n in sides:   # runs of one resolution, in the order of their cost
        same = sorted((c for c in shown if c.resolution == n), key=lambda c: c.updates)
        right.plot([c.updates for c in same], [c.error for c in same], color='0.75', lw=0.8, zorder=0)
        right.annotate(f'{n:g}', (same[0].updates, same[0].error), xytext=(-8, -3), textcoords='offset points', ha='right', va='top', fontsize=8,
                       color='0.25', zorder=20, path_effects=[patheffects.withStroke(linewidth=2.5, foreground='white')])
    cost = np.array([c.updates for c in shown])
    wide = max(cost.max() / cost.min(), 10.0)
    right.set_xlim(cost.min() / wide**0.14, cost.max() * wide**0.08)
    right.set_xlabel('cost: cell updates')
    _ticks(left.yaxis, low, high)
    _ticks(right.xaxis, cost.min(), cost.max())
    right.legend(loc='upper right')
    fig.suptitle(f'{name}:  error against {against}')
    fig.tight_layout()
    return [style.save(fig, folder, 'study', form) for form in ('png', 'pdf')]
