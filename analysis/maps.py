"""Maps: slices and projections."""
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import LogNorm
from mpl_toolkits.axes_grid1 import make_axes_locatable

from analysis import fields, style
from analysis.fault import Fault

MOST_OUTLINES = 4000


def default_fields(snapshot):
    wanted = [n for n in ('rho', 'press', 'speed', 'B') if n in snapshot.variables]
    some = np.arange(0, snapshot.blocks, snapshot.blocks // 64 + 1)   # enough to see a field in most runs
    if 'B' in wanted and not any(np.any(snapshot.field(f'Bcc{d}', b)) for b in (some, None) for d in (1, 2, 3)):
        wanted.remove('B')
    wanted += [n for n in snapshot.stored if n[0] == 'r' and n[1:].isdigit()][:2]
    if 'cr_energy' in snapshot.stored:   # in place of what is the same everywhere
        def varies(n):
            x = snapshot.field(n, some)
            return np.ptp(x) > 1e-6 * np.max(np.abs(x))
        wanted = ['cr_energy'] + [n for n in wanted if varies(n)]
    return wanted[:6] or list(snapshot.stored)[:4]


def flux_function(bh, bv, dh, dv):
    """A with bh = dA/dv and bv = -dA/dh for fields [vertical][horizontal] at cell centres; its contours are field lines, closer where the
    field is stronger.  Every step is averaged over the whole row or column it crosses, and both orders of integration are averaged."""
    def along_columns(bh, bv, dh, dv):
        a = np.zeros_like(bh)
        a[1:] = np.cumsum(0.5 * (bh[1:] + bh[:-1]), axis=0) * dv
        step = np.mean(-0.5 * (bv[:, 1:] + bv[:, :-1]) * dh - np.diff(a, axis=1), axis=0)
        a[:, 1:] += np.cumsum(step)
        return a
    a = along_columns(bh, bv, dh, dv)
    b = -along_columns(bv.T, bh.T, dv, dh).T
    return 0.5 * (a - a.mean() + b - b.mean())


def _outlines(ax, boxes, scale, colour):
    thin = 0.35 if len(boxes) > 400 else 0.6
    lines = []
    for l, r, b, t in np.unique(boxes, axis=0) * scale:
        lines += [((l, b), (r, b)), ((l, b), (l, t))]
    l, r, b, t = boxes[:, 0].min() * scale, boxes[:, 1].max() * scale, boxes[:, 2].min() * scale, boxes[:, 3].max() * scale
    lines += [((l, t), (r, t)), ((r, b), (r, t))]
    ax.add_collection(LineCollection(lines, colors=colour, linewidths=thin, alpha=0.45))


def _field_lines(ax, snapshot, cut, options, scale, colour):
    h, v = cut.axes
    part = [snapshot.slice(f'Bcc{d + 1}', cut.axis, cut.position, cut.level, smooth=True).values for d in (h, v)]
    x, y = _centres(cut, scale)
    if snapshot.dim == 2:
        a = flux_function(part[0], part[1], x[1] - x[0], y[1] - y[0])
        if np.ptp(a) > 0:
            ax.contour(x, y, a, levels=np.linspace(a.min(), a.max(), options.field_lines + 2)[1:-1], colors=colour, linewidths=0.7,
                       linestyles='solid', alpha=0.8)
    elif np.any(part[0]) or np.any(part[1]):
        ax.streamplot(x, y, part[0], part[1], color=colour, linewidth=0.6, arrowsize=0.6, density=options.field_lines / 16)


def _centres(image, scale):
    l, r, b, t = (e * scale for e in image.extent)
    nv, nh = image.values.shape
    return l + (np.arange(nh) + 0.5) * (r - l) / nh, b + (np.arange(nv) + 0.5) * (t - b) / nv


def _ink(values, norm, colour_map):
    """Black or white, whichever shows on most of the picture."""
    shown = np.ma.filled(norm(values[::4, ::4]), 0.0)
    rgb = plt.get_cmap(colour_map)(shown)[..., :3] @ [0.299, 0.587, 0.114]
    return 'white' if np.nanmedian(rgb) < 0.5 else 'black'


def panel(ax, snapshot, name, image, options, along=False):
    """along: the image is an integral, so its unit has a length more."""
    scale, length = snapshot.length_shown()
    factor, unit = snapshot.shown(name)
    if along and snapshot.physical:
        factor, unit = snapshot.variable(name).cgs * snapshot.units['length_cm'], fields.times_cm(snapshot.variable(name).cgs_unit)
    elif along:
        unit = f'{unit} code_length'
    values = image.values * factor
    text = style.label(name, unit)
    shown, norm, colour_map, middle = style.normalise(values, name, options.log, options.range)
    h, v = image.axes
    extent = [e * scale for e in image.extent]
    picture = ax.imshow(shown, origin='lower', extent=extent, norm=norm, cmap=colour_map, interpolation='nearest', aspect='equal')
    ax.set_xlabel(fields.with_unit('xyz'[h], length))
    ax.set_ylabel(fields.with_unit('xyz'[v], length))
    ax.locator_params(nbins=5)
    ink = _ink(shown, norm, colour_map)
    several = len(np.unique(snapshot.level)) > 1
    if (several if options.blocks is None else options.blocks) and len(image.outlines) <= MOST_OUTLINES:
        _outlines(ax, image.outlines, scale, ink)
    if options.contours and not style.uniform(values):
        levels = np.geomspace(norm.vmin, norm.vmax, options.contours + 2) if isinstance(norm, LogNorm) else np.linspace(
            norm.vmin, norm.vmax, options.contours + 2)
        lines = image if along else snapshot.slice(name, image.axis, image.position, image.level, smooth=True)
        ax.contour(*_centres(image, scale), lines.values * factor - (middle or 0.0), levels=levels[1:-1], colors=ink, linewidths=0.6,
                   alpha=0.8, linestyles='solid')
    if options.field_lines and 'B' in snapshot.variables and not along:
        _field_lines(ax, snapshot, image, options, scale, ink)
    ax.set_xlim(extent[:2])
    ax.set_ylim(extent[2:])

    side = make_axes_locatable(ax).append_axes('right', size='4.5%', pad=0.07)
    bar = ax.figure.colorbar(picture, cax=side)
    if middle is not None:
        text = text.replace(fields.symbol(name), f'{fields.symbol(name)} $-$ {middle:.6g}')
    short = ax.get_position().height * ax.figure.get_figheight() < 2.4
    bar.set_label(text.replace(' [', '\n[', 1) if short else text)
    if style.uniform(values):
        bar.set_ticks([float(np.nanmean(values))])
        ax.text(0.5, 0.5, 'uniform', transform=ax.transAxes, ha='center', va='center', color=ink, alpha=0.8)


def _shape(count, aspect):
    """Rows and columns of panels of this height over width."""
    if count == 1:
        return 1, 1
    if aspect < 0.4:
        return count, 1
    if aspect > 1.8 or count < 4:
        return 1, count
    return (count + 1) // 2, 2


def figure(snapshot, names, options, make, heading, along=False):
    """One figure with a panel for each field; make(name) gives its image."""
    images = [make(n) for n in names]
    l, r, b, t = images[0].extent
    aspect = float(np.clip((t - b) / (r - l), 0.15, 4.0))
    rows, columns = _shape(len(names), aspect)
    width = {1: 6.0}.get(columns, 4.4) if aspect <= 1.8 else 4.4 / min(aspect, 2.5) + 1.2
    if rows > 1 and columns == 1:
        width = 8.0
    size = columns * width, rows * max((width - 1.6) * aspect + (0.45 if columns == 1 and rows > 1 else 0.7), 1.4) + 0.4
    fig, axes = plt.subplots(rows, columns, figsize=size, squeeze=False)
    for ax, n, image in zip(axes.flat, names, images):
        panel(ax, snapshot, n, image, options, along)
    for ax in axes.flat[len(names):]:
        ax.remove()
    for ax in axes[:-1].flat:
        if ax.figure is not None and len(names) % columns == 0:
            ax.set_xlabel('')
    fig.suptitle(heading)
    fig.tight_layout()
    return fig


def _tag(names, options):
    return '_' + '-'.join(names) if options.field else ''


def slices(snapshot, folder, options):
    names = options.field or default_fields(snapshot)
    axes = [options.axis] if options.axis is not None else [2] if snapshot.dim == 2 else [0, 1, 2]
    scale, length = snapshot.length_shown()
    out = []
    for axis in axes:
        if options.position and len(options.position) == 2:
            raise Fault('--position of a slice: one number along its axis, or a point X,Y,Z')
        where = options.position[min(axis, len(options.position) - 1)] if options.position else None
        heading = style.title(snapshot)
        if snapshot.dim == 3:
            at = snapshot.centre()[axis] if where is None else where
            heading += f',  {"xyz"[axis]} = {at * scale:.4g}' + (f' {length}' if snapshot.physical else '')
        fig = figure(snapshot, names, options, lambda n: snapshot.slice(n, axis, where, options.level), heading)
        name = f'slices{_tag(names, options)}' + (f'_{"xyz"[axis]}' if snapshot.dim == 3 else '')
        out.append(style.save(fig, folder, f'{name}.{snapshot.tag}', options.format))
    return out


def projections(snapshot, folder, options):
    names = options.field or ['rho']
    axes = [options.axis] if options.axis is not None else [2] if snapshot.dim == 2 else [0, 1, 2]
    out = []
    for axis in axes:
        fig = figure(snapshot, names, options, lambda n: snapshot.projection(n, axis, options.level),
                     f'{style.title(snapshot)},  summed along {"xyz"[axis]}', True)
        out.append(style.save(fig, folder, f'projection{_tag(names, options)}_{"xyz"[axis]}.{snapshot.tag}', options.format))
    return out
