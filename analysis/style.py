"""The look of all pictures, and how figures are saved."""
import os

import matplotlib

matplotlib.use('Agg')
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import colors

from analysis import fields

# Colours that people with any colour vision can tell apart: Okabe & Ito 2008.
CYCLE = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#000000']
MAPS = {'rho': 'viridis', 'press': 'magma', 'speed': 'cividis', 'B': 'plasma'}

plt.rcParams.update({
    'font.family': 'DejaVu Sans', 'font.size': 10, 'mathtext.fontset': 'dejavusans', 'axes.titlesize': 10, 'axes.labelsize': 10,
    'figure.titlesize': 12, 'legend.fontsize': 9, 'legend.frameon': True, 'legend.framealpha': 0.6,
    'legend.edgecolor': 'none', 'legend.fancybox': False, 'xtick.labelsize': 9, 'ytick.labelsize': 9,
    'xtick.direction': 'in', 'ytick.direction': 'in', 'xtick.top': True, 'ytick.right': True, 'lines.linewidth': 1.4, 'lines.markersize': 3.5,
    'axes.prop_cycle': matplotlib.cycler(color=CYCLE), 'axes.linewidth': 0.8, 'pdf.fonttype': 42,
    'axes.formatter.useoffset': False, 'axes.formatter.limits': (-3, 4), 'axes.formatter.use_mathtext': True})


def label(name, unit):
    """'density rho [unit]' of a field, the symbol as mathematics."""
    return fields.with_unit(f'{fields.word(name)} {fields.symbol(name)}'.strip(), unit)


def scaled(snapshot, name, values):
    return values * snapshot.shown(name)[0]


def title(snapshot):
    time, unit = snapshot.time_shown()
    return f'{snapshot.run_name},  t = {time:.4g} {unit}'.rstrip()


def wants_log(values):
    """Positive and over two decades or more, not counting a few cells such as those where a speed has its zeros."""
    v = values[np.isfinite(values)]
    if not v.size or v.min() <= 0:
        return False
    low, high = np.percentile(v, [1, 99])
    return high > 100 * low


def normalise(values, name, log, limits=None):
    """(values, norm, colour map, the value taken off them or None).  log: True, False or None to choose.  A field that changes sign is
    shown around zero; one that hardly varies as the difference from its middle."""
    v = values[np.isfinite(values)]
    low, high = limits or ((float(v.min()), float(v.max())) if v.size else (0.0, 1.0))
    if limits and (not log or low <= 0):
        return values, colors.Normalize(low, high), 'RdBu_r' if low == -high else MAPS.get(name, 'viridis'), None
    size = max(abs(low), abs(high))
    share = name[:1] == 'r' and name[1:].isdigit()   # a scalar, from 0 to 1
    if log or (log is None and not share and wants_log(values)):
        positive = v[v > 0]
        if positive.size and high > low:
            bottom = low if limits else max(float(positive.min()), 1e-8 * high)
            return np.maximum(values, bottom), colors.LogNorm(bottom, high), MAPS.get(name, 'viridis'), None
    if high - low <= 1e-12 * size or high == low:
        return values, colors.Normalize(low - 0.5 * (size or 1), high + 0.5 * (size or 1)), MAPS.get(name, 'viridis'), None
    if log is None and size > 0 and high - low < 1e-3 * size:
        middle = float(np.mean(v))
        most = max(high - middle, middle - low)
        return values - middle, colors.Normalize(-most, most), 'RdBu_r', middle
    if low < 0 < high:
        return values, colors.Normalize(-size, size), 'RdBu_r', None
    return values, colors.Normalize(low, high), MAPS.get(name, 'viridis'), None


def uniform(values):
    v = values[np.isfinite(values)]
    return v.size > 0 and v.max() - v.min() <= 1e-12 * np.abs(v).max()


def grid(count, columns, width, height, extra=0.3):
    """(figure, axes) of so many panels, row by row; sizes of a panel in inches, extra height for the title."""
    columns = min(columns, count)
    rows = -(-count // columns)
    fig, axes = plt.subplots(rows, columns, figsize=(width * columns, height * rows + extra), squeeze=False)
    for ax in axes.flat[count:]:
        ax.remove()
    return fig, list(axes.flat[:count])


def resolution(dpi):
    """Of all .png from now on, pixels per inch."""
    plt.rcParams['savefig.dpi'] = dpi


def save(figure, folder, name, form):
    """Write DIR/figures/<name>.<form>, of both: .png and .pdf, and say so.  Returns the path of the first."""
    where = os.path.join(folder, 'figures')
    os.makedirs(where, exist_ok=True)
    paths = [os.path.join(where, f'{name}.{f}') for f in (('png', 'pdf') if form == 'both' else (form,))]
    for path in paths:
        figure.savefig(path, bbox_inches='tight', pad_inches=0.08)
        print(path, flush=True)
    plt.close(figure)
    return paths[0]
