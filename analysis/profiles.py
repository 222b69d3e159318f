"""Profiles along a line, with the exact solution and the start of the run where the folder has them."""
import matplotlib.pyplot as plt
import numpy as np

from analysis import fields, style, table
from analysis.fault import Fault

MOST_MARKERS = 300


def default_fields(snapshot, ray_of):
    """All variables of the file but those that are zero all along; with cosmic rays those that vary, and energies of eight species at most."""
    rays = [n for n in snapshot.stored if snapshot.stored[n].group == 'cr' and not fields.is_population(n)]
    gas = [n for n in snapshot.stored if snapshot.stored[n].group != 'cr']
    species = rays[2:] if len(rays) > 3 else []
    values = ray_of(gas + rays).values
    if not rays:
        return [n for n in gas if np.any(values[n])] or gas
    return [n for n in gas if np.ptp(values[n]) > 1e-6 * np.max(np.abs(values[n]))] + rays[:2] + species[:8]


def _point(snapshot, axis, position):
    """The line's point from --position: the other coordinate in 2-D, or a whole point."""
    if not position:
        return None
    if len(position) == snapshot.dim or len(position) == 3:
        return position
    if snapshot.dim == 2 and len(position) == 1:
        return [position[0]] * 2
    raise Fault(f'--position of a profile in {snapshot.dim}-D: a point {",".join("XYZ"[:snapshot.dim])} that the line goes through')


def _scaled_reference(snapshot, name, t):
    return style.scaled(snapshot, name, t[name]) if name in t else None


def _with_derived(snapshot, t):
    """Fields that are made from others, for a table of a reference."""
    for name, v in snapshot.variables.items():
        if v.make and name not in t and all(n in t for n in v.needs):
            t.columns[name] = v.make(*(t[n] for n in v.needs))
    return t


def _limits(ax, curves):
    """Tight around what is drawn, but a curve that hardly varies is not blown up to its round-off."""
    v = np.concatenate([c[np.isfinite(c)] for c in curves])
    if not v.size:
        return
    low, high = v.min(), v.max()
    size = max(abs(low), abs(high), 1e-300)
    if high - low < 1e-10 * size:
        ax.set_ylim(low - 0.1 * size, high + 0.1 * size)
        return
    room = 0.06 * (high - low)
    ax.set_ylim(low - room, high + room)


def _draw(ax, snapshot, name, x, ray, start, exact, axis, scale, length, options):
    values = style.scaled(snapshot, name, ray.values[name])
    curves = [values]
    text = style.label(name, snapshot.shown(name)[1])
    taken = 0.0
    if not options.range and np.ptp(values) and np.ptp(values) < 1e-3 * np.max(np.abs(values)) and not options.log:
        # 17 digits on the axis help nobody: show what varies.
        taken = float(np.mean(values))
        if np.ptp(values) > 1e-12 * abs(taken):
            text = text.replace(fields.symbol(name), f'{fields.symbol(name)} $-$ {taken:.6g}')
        else:
            taken = 0.0
    if start is not None:
        before = style.scaled(snapshot, name, start.values[name])
        ax.plot(start.s * scale, before - taken, color='0.6', lw=1.0, ls='--', label='start', zorder=1)
        if exact is None or name not in exact:   # else it may dwarf the rest
            curves.append(before)
    if exact is not None and name in exact:
        first = next(iter(exact.columns))
        truth = _scaled_reference(snapshot, name, exact)
        ax.plot(exact[first] * scale, truth - taken, color=style.CYCLE[1], lw=1.3, label='exact', zorder=2)
        curves.append(truth)
    few = len(x) <= MOST_MARKERS
    ax.plot(x, values - taken, color=style.CYCLE[0], marker='o' if few else None, ls='' if few and exact is not None else '-',
            ms=2.8 if len(x) > 100 else 4.0, lw=1.1, mew=0, label='crux', zorder=3)
    if options.log or (options.log is None and style.wants_log(values)):
        ax.set_yscale('log')
        if np.any(values > 0):   # an exact solution may go to zero at a point
            ax.set_ylim(0.5 * values[values > 0].min(), 2.0 * max(np.nanmax(c) for c in curves))
    else:
        _limits(ax, [c - taken for c in curves])
    if options.range:
        ax.set_ylim(*options.range)
    ax.set_xlim(snapshot.lower[axis] * scale, snapshot.upper[axis] * scale)
    ax.set_ylabel(text)
    ax.set_xlabel(fields.with_unit('xyz'[axis], length))


def profiles(snapshot, folder, options, first=None):
    """first: the snapshot of the start, drawn thin, or None."""
    axis = options.axis or 0
    point = _point(snapshot, axis, options.position)
    names = options.field or default_fields(snapshot, lambda n: snapshot.profile(n, axis, point))
    scale, length = snapshot.length_shown()
    ray = snapshot.profile(names, axis, point)
    start = None
    if first is not None and first.time < snapshot.time and all(n in first.variables for n in names):
        start = first.profile(names, axis, point)
    exact = table.reference(folder, snapshot.number, snapshot.time)
    if exact is not None:
        if next(iter(exact.columns)) != 'xyz'[axis]:
            exact = None
        else:
            _with_derived(snapshot, exact)

    columns = 1 if len(names) == 1 else 2 if len(names) in (2, 4) else 3
    rows = -(-len(names) // columns)
    size = (6.0, 4.2) if len(names) == 1 else (3.7 * columns, 2.7 * rows + 0.6)
    fig, axes = plt.subplots(rows, columns, figsize=size, squeeze=False)
    for ax, n in zip(axes.flat, names):
        _draw(ax, snapshot, n, ray.s * scale, ray, start, exact, axis, scale, length, options)
    for ax in axes.flat[len(names):]:
        ax.remove()
    for n, ax in enumerate(axes.flat[:len(names)]):
        if n + columns < len(names):
            ax.set_xlabel('')
    handles, labels = axes[0, 0].get_legend_handles_labels()
    heading = fig.suptitle(_heading(snapshot, axis, point, scale))
    if len(handles) > 1:
        heading.set(x=0.02, ha='left')
        key = fig.legend(handles, labels, loc='upper right', ncol=len(handles), bbox_to_anchor=(0.99, 1.0))
        fig.canvas.draw()   # now both have their sizes
        box = heading.get_window_extent()
        room = (key.get_window_extent().x0 - box.x0) / box.width
        heading.set_fontsize(heading.get_fontsize() * min(room, 1.0))
    fig.tight_layout()
    tag = '_' + '-'.join(names) if options.field else ''
    along = f'_{"xyz"[axis]}' if snapshot.dim > 1 else ''
    return [style.save(fig, folder, f'profiles{tag}{along}.{snapshot.tag}', options.format)]


def _heading(snapshot, axis, point, scale):
    text = style.title(snapshot)
    through = snapshot.point([] if point is None else point)
    for d in range(snapshot.dim):
        if d != axis:
            text += f',  {"xyz"[d]} = {through[d] * scale:.4g}'
    return text


def radial(snapshot, folder, options):
    """Means over shells around a point (--position, default the middle), over the cells themselves."""
    names = options.field or [n for n in ('rho', 'press', 'speed', 'B') if n in snapshot.variables]
    centre = options.position or None
    if centre and len(centre) < snapshot.dim:
        raise Fault(f'--position of radial profiles: the centre {",".join("XYZ"[:snapshot.dim])}')
    r, mean = snapshot.radial(names, centre)
    scale, length = snapshot.length_shown()
    at, cells = snapshot.point([] if centre is None else centre), snapshot.cells(*names)
    distance = np.sqrt(sum((cells[a] - at[d])**2 for d, a in enumerate('xyz') if d < snapshot.dim))
    some = slice(None, None, max(1, len(distance) // 20000))
    exact = table.reference(folder, snapshot.number, snapshot.time)
    exact = _with_derived(snapshot, exact) if exact is not None and next(iter(exact.columns)) == 'r' else None
    columns = 1 if len(names) == 1 else 2
    rows = -(-len(names) // columns)
    fig, axes = plt.subplots(rows, columns, figsize=(4.6 * columns, 3.3 * rows + 0.4), squeeze=False)
    for ax, n in zip(axes.flat, names):
        values = style.scaled(snapshot, n, cells[n])
        ax.plot(distance[some] * scale, values[some], '.', ms=1.5, mew=0, color='0.55', rasterized=True, label='cells')
        if exact is not None and n in exact:
            ax.plot(exact['r'] * scale, _scaled_reference(snapshot, n, exact), color=style.CYCLE[1], label='exact')
        ax.plot(r * scale, style.scaled(snapshot, n, mean[n]), color=style.CYCLE[0], label='mean over shells')
        if options.log or (options.log is None and style.wants_log(values)):
            ax.set_yscale('log')
        ax.set_xlim(0, r.max() * scale)
        ax.set_xlabel(fields.with_unit('r', length))
        ax.set_ylabel(style.label(n, snapshot.shown(n)[1]))
    for ax in axes.flat[len(names):]:
        ax.remove()
    axes[0, 0].legend(markerscale=4)
    fig.suptitle(style.title(snapshot))
    fig.tight_layout()
    tag = '_' + '-'.join(names) if options.field else ''
    return [style.save(fig, folder, f'radial{tag}.{snapshot.tag}', options.format)]
