"""The picture of crux sweep: spectra and ratios of several runs over one another, with data."""
import matplotlib.pyplot as plt
import numpy as np

from analysis import cr_style, style, zone_data
from analysis.zone import intensity

SPECTRA = ('p', 'e-', 'e+', 'pbar', 'C', 'B')


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
    spectra = [s for s in SPECTRA if any(intensity(v, s) is not None for v in views)]
    ratios = [r for r in cr_style.RATIOS if any(np.any(v.ratios[r] > 0) for v in views)]
    panels = [('j', s) for s in spectra] + [('r', r) for r in ratios]
    fig, axes = style.grid(len(panels), 4 if len(panels) > 6 else 3, 4.1, 3.3, 0.8)
    height = fig.get_figheight()
    styles, seen = lines(done), set()
    for ax, (kind, what) in zip(axes, panels):
        (_spectrum if kind == 'j' else _ratio)(ax, what, views, styles, options, seen)
    handles = [plt.Line2D([], [], **s) for s in styles]
    marks, names = axes[0].get_legend_handles_labels()
    handles += [m for m, n in zip(marks, names) if n in seen]
    fig.tight_layout(rect=(0, 0, 1, 1 - 0.6 / height))
    fig.legend(handles=handles, loc='upper center', ncol=min(len(handles), 6), fontsize=8, bbox_to_anchor=(0.5, 1 - 0.3 / height))
    fig.suptitle(head, y=1 - 0.05 / height, va='top', fontsize=11)
    return style.save(fig, out, name, 'both' if name == 'sweep' and options.format == 'png' else options.format)


def _spectrum(ax, s, views, styles, options, seen):
    drawn, least, most = [], np.inf, 0.0
    for v, line in zip(views, styles):
        found = intensity(v, s)
        if found is None:
            continue
        t, j = found
        ax.plot(t, cr_style.positive(t * t * j), **{**line, 'label': None}, zorder=3)
        drawn.append((t * t * j)[j > 0])
        least, most = min(least, t.min()), max(most, t.max())
    data = zone_data.flux(options.data, cr_style.element(s))
    cr_style.points(ax, data, power=2.0, told=seen)
    cr_style.spectrum_axes(ax, s, least, most)
    cr_style.limits(ax, drawn + [d.x**2 * d.y for d in data], 6)
    ax.set_title(cr_style.name(s))


def _ratio(ax, r, views, styles, options, seen):
    for v, line in zip(views, styles):
        ax.plot(v.ratios['x'], cr_style.positive(v.ratios[r]), **{**line, 'label': None}, zorder=3)
    cr_style.points(ax, zone_data.ratio(options.data, r))
    cr_style.ratio_axes(ax, r, [(v.ratios['x'], v.ratios[r]) for v in views])
