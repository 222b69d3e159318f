"""Energy of streaming cosmic rays at several times against the exact plateau: figure.py RUN [RUN without losses] PICTURE."""
import glob
import sys

import h5py
import matplotlib
matplotlib.use('Agg')
import matplotlib.pyplot as plt
import numpy as np


def plateau(t, losses):
    y = np.geomspace(0.05, 2, 20000)
    at = -2 + 3 * y / 7 + 8 / 7 * (2 / y) ** 0.75 if losses else -2 + y / 2 + 2 / y
    return float(np.interp(-t, -at, y))


def lines(f):
    """Position and energy of cosmic rays, in order."""
    names = [n.decode() for n in f.attrs['VariableNames']]
    at = names.index('cr_energy')
    counts, first = list(f.attrs['NumVariables']), 0
    for name, count in zip(f.attrs['DatasetNames'], counts):
        if at < first + count:
            x, e = f['x1v'][:].reshape(-1), f[name.decode()][at - first].reshape(-1)
            order = np.argsort(x)
            return x[order], e[order]
        first += count


runs, picture = sys.argv[1:-1], sys.argv[-1]
figure, axes = plt.subplots(1, len(runs), figsize=(4.2 * len(runs), 3.2), squeeze=False, sharey=True)
for axis, run in zip(axes[0], runs):
    losses = 'number' not in run
    for i, path in enumerate(sorted(glob.glob(f'{run}/*.athdf'))):
        with h5py.File(path) as f:
            x, e = lines(f)
            t = float(f.attrs['Time'])
        unit = e[len(e) // 8] / (2 - abs(x[len(e) // 8])) if i == 0 else unit
        axis.plot(x, e / unit, lw=1.2, color=plt.cm.viridis(i / 6), label=f't = {t:.1f}')
        y = plateau(t, losses)
        axis.plot(x, np.minimum(y, 2 - abs(x) + t), 'k:', lw=0.8)
    axis.set(xlabel='x', title='with losses to waves' if losses else 'without losses', ylim=(0, 2.05))
axes[0, 0].set_ylabel('energy of cosmic rays')
axes[0, 0].legend(frameon=False, fontsize=7)
figure.tight_layout()
figure.savefig(picture, dpi=130)
