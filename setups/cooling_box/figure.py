"""Thermal balance of interstellar gas: figure.py RUN_FROM_HOT RUN_FROM_COLD PICTURE."""
import glob
import sys

import h5py
import matplotlib
matplotlib.use('Agg')
import matplotlib.pyplot as plt
import numpy as np

K, MP, HYDROGEN = 1.380649e-16, 1.67262192369e-24, 0.76
figure, (left, right) = plt.subplots(1, 2, figsize=(8.2, 3.6))
for run, colour, times in ((sys.argv[1], 'tab:red', (0, 1, 10, 100)), (sys.argv[2], 'tab:blue', (0, 1, 10, 100))):
    for file in sorted(glob.glob(f'{run}/*.athdf'))[::1]:
        with h5py.File(file) as f:
            time = f.attrs['Time'] * f['crux'].attrs['time_s'] / 3.15576e13 if 'crux' in f else None
            names = [n.decode() for n in f.attrs['VariableNames']]
            order = np.argsort(f['x1v'][:].reshape(-1))
            rho, t, electrons = (f['prim'][names.index(n)].reshape(-1)[order] for n in ('rho', 'temperature', 'electrons'))
        number = int(file.split('.')[-2])
        n = rho * HYDROGEN
        last = file == sorted(glob.glob(f'{run}/*.athdf'))[-1]
        if number in (0, 1, 3, 10) or last:
            left.loglog(n, t, color='k' if last else colour, lw=1.6 if last else 0.5 + 0.25 * number ** 0.5, alpha=1 if last else 0.7,
                        label=f'{10 * number} Myr' if colour == 'tab:red' and not last else '1000 Myr' if last and colour == 'tab:red' else None)
    right.loglog(n, n * (1 + 0.0789 + electrons) * t, color=colour, lw=1.6 if colour == 'tab:red' else 1, ls='-' if colour == 'tab:red' else '--',
                 label='from $10^6$ K' if colour == 'tab:red' else 'from 20 K')
left.set(xlabel=r'$n_\mathrm{H}$ [cm$^{-3}$]', ylabel='temperature [K]', ylim=(8, 3e6))
right.set(xlabel=r'$n_\mathrm{H}$ [cm$^{-3}$]', ylabel=r'$P/k$ [K cm$^{-3}$], after 1000 Myr')
left.legend(frameon=False, fontsize=8)
right.legend(frameon=False, fontsize=8)
figure.tight_layout()
figure.savefig(sys.argv[3], dpi=110)
