"""Pressure of cosmic rays in a bottleneck: figure.py RUN PICTURE."""
import glob
import sys

import h5py
import matplotlib
matplotlib.use('Agg')
import matplotlib.pyplot as plt
import numpy as np

with h5py.File(sorted(glob.glob(f'{sys.argv[1]}/*.athdf'))[-1]) as f:
    order = np.argsort(f['x1v'][:].reshape(-1))
    x, rho, p = (a.reshape(-1)[order] for a in (f['x1v'][:], f['prim'][0], f['cr'][1]))
top = int(np.argmax(rho))
figure, axis = plt.subplots(figsize=(4.8, 3.3))
axis.plot(x, p / p[top], lw=1.5, label='pressure of cosmic rays')
axis.plot(x, np.where(np.arange(len(x)) < top, 1, (rho / rho[top]) ** (2 / 3)), 'k:', label=r'flat, then $v_A^{-4/3}$')
axis.plot(x, rho / rho[top], color='0.7', lw=1, label='density of the gas')
axis.set(xlabel='x', ylim=(0, 1.15))
axis.legend(frameon=False, fontsize=8)
figure.tight_layout()
figure.savefig(sys.argv[2], dpi=130)
