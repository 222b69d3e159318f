"""Error against the exact solution over resolution, from errors.txt of several runs."""
import os
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np

from analysis import snapshot, style, table
from analysis.fault import Fault, nearest

# Parameters in which the runs of one series may differ.
_FREE = ('run.name', 'run.step_end', 'mesh.cells', 'mesh.block', 'mesh.max_level', 'output.')
_WORDS = {'rms_l1': 'RMS of the mean errors'}


@dataclass
class Point:
    folder: str
    side: float        # cells along the side with most of them
    errors: dict
    parameters: dict


def has(folder):
    return os.path.isfile(os.path.join(folder, 'errors.txt'))


def read(folder):
    t = table.read(os.path.join(folder, 'errors.txt'))
    if not t.rows:
        raise Fault(f'{t.path}: no numbers')
    errors = {n: float(v[-1]) for n, v in t.columns.items()}
    text = ''
    path = os.path.join(folder, 'parameters.yaml')
    if os.path.isfile(path):
        with open(path) as f:
            text = f.read()
    p = table.parameters(text)
    side = None
    for shot in snapshot.find(folder)[-1:]:
        with snapshot.Snapshot(shot) as s:
            side = float(max(s.grid(s.level[0]))) if len(np.unique(s.level)) == 1 else errors['cells']**(1 / s.dim)
    if side is None:
        side = errors['cells']**(1 / int(p.get('mesh.dim', 1)))
    return Point(folder, side, errors, p)


def series(points):
    """Runs that differ in resolution only: [(label, points in order of resolution)].  The label says in what the series differ."""
    groups = {}
    for p in points:
        key = tuple(sorted((k, v) for k, v in p.parameters.items() if not k.startswith(_FREE)))
        groups.setdefault(key, []).append(p)
    keys = [dict(k) for k in groups]
    differ = sorted({k for d in keys for k in d if any(o.get(k) != d[k] for o in keys)})
    out = []
    for key, group in zip(keys, groups.values()):
        label = ', '.join(f'{k.split(".")[-1]} {key.get(k, "default")}' for k in differ[:3])
        out.append((label, sorted(group, key=lambda p: p.side)))
    return out


def orders(sides, errors):
    """Between neighbours: -d log error / d log cells."""
    sides, errors = np.asarray(sides, float), np.asarray(errors, float)
    with np.errstate(divide='ignore', invalid='ignore'):
        return -np.diff(np.log(errors)) / np.diff(np.log(sides))


def _slopes(ax, sides, errors, powers):
    """Thin lines of whole orders through the point of the lowest resolution."""
    x = np.array([sides.min(), sides.max()])
    for p, style_ in powers:
        y = errors * 0.75 * (x / x[0])**-p
        ax.loglog(x, y, color='0.55', lw=0.9, ls=style_, zorder=0)
        ax.annotate(f'order {p}', (x[1], y[1]), xytext=(5, -3), textcoords='offset points', fontsize=8, color='0.4')


def convergence(folders, out, options):
    points = [read(f) for f in folders]
    if len(points) < 2:
        raise Fault('a convergence plot wants two runs or more: crux plot convergence DIR1 DIR2 ...')
    names = options.field or ['rms_l1']
    for n in names:
        for p in points:
            if n not in p.errors:
                raise Fault(f'{p.folder}/errors.txt: no column {n}{nearest(n, p.errors)}; there are {", ".join(p.errors)}')
    groups = series(points)
    fig, ax = plt.subplots(figsize=(5.6, 4.4))
    sides = np.array([p.side for p in points])
    markers = 'osD^vP*'
    number = 0
    for label, group in groups:
        x = np.array([p.side for p in group])
        for n in names:
            y = np.array([p.errors[n] for p in group])
            text = ', '.join(w for w in (n if len(names) > 1 or not label else '', label) if w)
            order = orders(x, y)
            if len(order) and np.isfinite(order[-1]):
                text += f' (last order {order[-1]:.2f})'
            ax.loglog(x, y, marker=markers[number % len(markers)], ms=6, label=text, color=style.CYCLE[number % len(style.CYCLE)])
            number += 1
            print(f'{n}{": " + label if label else ""}')
            for i, p in enumerate(group):
                print(f'  {p.side:8g}  {y[i]:.4e}  {f"order {order[i - 1]:5.2f}" if i else "           "}  {p.folder}')
    if sides.max() > sides.min():
        _slopes(ax, sides, min(p.errors[n] for p in points for n in names if p.side == sides.min()), ((1, ':'), (2, '--')))
    ax.set_xlim(sides.min() / 1.15, sides.max() * (sides.max() / sides.min())**0.18)
    ticks = sorted(set(sides))
    ax.set_xticks(ticks)
    ax.set_xticklabels([f'{t:g}' for t in ticks])
    ax.set_xticks([], minor=True)
    ax.set_xlabel('cells per side')
    ax.set_ylabel(_WORDS.get(names[0], names[0]) if len(names) == 1 else 'error')
    ax.set_title(f'{points[0].parameters.get("run.setup", "")}:  error against the exact solution'.lstrip(': '))
    ax.legend(loc='best')
    fig.tight_layout()
    return [style.save(fig, out, 'convergence', options.format)]
