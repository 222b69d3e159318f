"""The picture of crux sweep: spectra and ratios of several runs over one another, with data."""
import matplotlib.pyplot as plt
import numpy as np

from analysis import style, zone, zone_data

SPECTRA = ('p', 'e-', 'e+', 'pbar', 'c', 'b')
RATIOS = ('B_C', 'Be10_Be9', 'pbar_p', 'e+_fraction', 'C_H', 'e-_p')


def lines(done):
    """Colour by the first key, dashes by the others; labels name what differs."""
    keys = list(done[0].values)
    order = [list(dict.fromkeys(tuple(v.values[k] for k in part) for v in done)) for part in (keys[:1], keys[1:])]
    few = len(order[0]) <= len(style.CYCLE)
    colours = style.CYCLE if few else plt.get_cmap('viridis')(np.linspace(0, 0.92, len(order[0])))
    out = []
    for v in done:
        i, j = (part.index(tuple(v.values[k] for k in ks)) for part, ks in zip(order, (keys[:1], keys[1:])))
        out.append({'color': colours[i], 'ls': ('-', '--', ':', '-.')[j % 4], 'lw': 1.4,
                    'label': ', '.join(f'{k.split(".")[-1].replace("_", " ")} {x}' for k, x in v.values.items())})
    return out


def draw(out, head, views, done, options, name):
    spectra = [s for s in SPECTRA if any(zone._intensity(v, s) is not None for v in views)]
    ratios = [r for r in RATIOS if any(np.any(v.ratios[r] > 0) for v in views)]
    panels = [('j', s) for s in spectra] + [('r', r) for r in ratios]
    columns = min(4 if len(panels) > 6 else 3, len(panels))
    rows = -(-len(panels) // columns)
    fig, axes = plt.subplots(rows, columns, figsize=(4.1 * columns, 3.3 * rows + 0.8), squeeze=False)
    styles, seen = lines(done), set()
    for ax, (kind, what) in zip(axes.flat, panels):
        (_spectrum if kind == 'j' else _ratio)(ax, what, views, styles, options, seen)
    for ax in axes.flat[len(panels):]:
        ax.remove()
    handles = [plt.Line2D([], [], **s) for s in styles]
    marks, names = axes.flat[0].get_legend_handles_labels()
    handles += [m for m, n in zip(marks, names) if n in seen]
    fig.tight_layout(rect=(0, 0, 1, 1 - 0.6 / (3.3 * rows + 0.8)))
    fig.legend(handles=handles, loc='upper center', ncol=min(len(handles), 6), fontsize=8, bbox_to_anchor=(0.5, 1 - 0.3 / (3.3 * rows + 0.8)))
    fig.suptitle(head, y=1 - 0.05 / (3.3 * rows + 0.8), va='top', fontsize=11)
    forms = ('png', 'pdf') if options.format == 'both' or (name == 'sweep' and options.format == 'png') else (options.format,)
    import os
    made = []
    for form in forms:
        path = os.path.join(out, 'figures', f'{name}.{form}')
        os.makedirs(os.path.dirname(path), exist_ok=True)
        fig.savefig(path, bbox_inches='tight', pad_inches=0.08)
        print(path, flush=True)
        made.append(path)
    plt.close(fig)
    return made


def _spectrum(ax, s, views, styles, options, seen):
    drawn = []
    for v, line in zip(views, styles):
        found = zone._intensity(v, s)
        if found is None:
            continue
        t, j = found
        ax.loglog(t, np.where(j > 0, t * t * j, np.nan), **{**line, 'label': None}, zorder=3)
        drawn.append((t * t * j)[j > 0])
    data = zone_data.flux(options.data, s)
    zone._draw_data(ax, data, options, False, 2.0, seen)
    zone._limits(ax, drawn + [d.x**2 * d.y for d in data], 6)
    ax.set_title({'b': 'B', 'c': 'C'}.get(s, zone.NAMES[s]))
    ax.set_xlabel('T [GeV per nucleon]' if s in ('b', 'c') else 'T [GeV]')
    ax.set_ylabel(r'T$^2$ j  [GeV m$^{-2}$ s$^{-1}$ sr$^{-1}$]')


def _ratio(ax, r, views, styles, options, seen):
    for v, line in zip(views, styles):
        y = v.ratios[r]
        ax.loglog(v.ratios['x'], np.where(y > 0, y, np.nan), **{**line, 'label': None}, zorder=3)
    zone._draw_data(ax, zone_data.ratio(options.data, r), options, False, 0.0, None)
    ax.set_ylabel(zone.RATIOS[r][0])
    ax.set_ylim(*zone.RATIOS[r][1])
    ax.set_xlim(0.01 if r == 'Be10_Be9' else 0.05, 1e3)
    ax.set_xlabel('R [GV]' if r == 'pbar_p' else 'T [GeV]' if r in ('e+_fraction', 'e-_p') else 'T [GeV per nucleon]')
