"""Electrons above a disc, with the reference: figure.py RUN PICTURE."""
import glob
import os
import sys

import h5py
import matplotlib
matplotlib.use('Agg')
import matplotlib.pyplot as plt
import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from reference import height, reference  # noqa: E402

edges = 10 ** np.arange(-1, 3.01, 1 / 3)
place, exact = reference(edges)
with h5py.File(sorted(glob.glob(f'{sys.argv[1]}/*.athdf'))[-1]) as f:
    names = [n.decode() for n in f.attrs['VariableNames']][-f['cr'].shape[0]:]
    order = np.argsort(f['x1v'][:].reshape(-1))
    x, cr = f['x1v'][:].reshape(-1)[order], {n: f['cr'][i].reshape(-1)[order] for i, n in enumerate(names)}
figure, (left, right) = plt.subplots(1, 2, figsize=(8.6, 3.3))
heights = []
for k in range(len(edges) - 1):
    n, e = cr[f'e-_{k:02d}_lo'] + cr[f'e-_{k:02d}_hi'], np.interp(x, place, exact[k])
    use = e > 0.2 * e[0]
    use &= x < 5
    heights.append((np.sqrt(edges[k] * edges[k + 1]), height(x, n, 0.3, x[use].max()), height(x, e, 0.3, x[use].max())))
    if k % 2:
        colour = plt.cm.viridis(k / len(edges))
        left.semilogy(x, n / n[0], color=colour, lw=1.3, label=f'{heights[-1][0]:.3g} GV')
        left.semilogy(x, e / e[0], 'k:', lw=0.8)
left.set(xlabel='height / kpc', ylabel='number, disc = 1', ylim=(1e-3, 1.3))
left.legend(frameon=False, fontsize=7)
right.loglog(*np.array(heights).T[:2], 'o', label='crux')
right.loglog(*np.array(heights).T[::2], 'k:', label='reference')
right.set(xlabel='rigidity / GV', ylabel='scale height / kpc')
right.legend(frameon=False, fontsize=8)
figure.tight_layout()
figure.savefig(sys.argv[2], dpi=130)
