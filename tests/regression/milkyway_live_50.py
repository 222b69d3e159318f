"""The galaxy alive for 50 Myr on two ranks: no failure, rare floors, books that close; and spectra around the solar circle against the same supernovae in gas that
stays as it is, before the field is wound up."""
import h5py
import numpy as np

from tests.regression.check import check, run
from tests.regression.milkyway_live import SETUP, books

HOURS = 3 * 3600
FROM, TO = 4.9, 8.0  # Myr
SLOW = [f'e-_{k:02}' for k in range(7)] + ['p_00', 'p_01']


def ring(path):
    """Time in Myr, and number densities [population][cell] around the solar circle."""
    with h5py.File(path, 'r') as f:
        names = [n.decode() for n in f.attrs['VariableNames']]
        sets = [f[s.decode()] for s in f.attrs['DatasetNames']]
        values = np.concatenate([s[...] for s in sets], axis=0)
        x, y, z = (f[f'x{d}v'][...] for d in (1, 2, 3))
        time = float(f.attrs['Time']) * 977.79
    shape = values.shape[1:]
    x, y, z = (np.broadcast_to(a, shape) for a in (x[:, None, None, :], y[:, None, :, None], z[:, :, None, None]))
    radius = np.hypot(x, y)
    here = (radius > 7.2) & (radius < 9.2) & (np.abs(z) < 0.6)
    low = [n for n in names if n.endswith('_lo')]
    return time, low, np.array([(values[names.index(n)] + values[names.index(n[:-2] + 'hi')])[here] for n in low])


def late(r):
    """Means over the time from FROM to TO, and scatter over places and times in the same."""
    found = [ring(p) for p in r.snapshots()]
    n = np.array([v for t, _, v in found if FROM <= t <= TO])
    return found[0][1], n.mean(axis=(0, 2)), n.std(axis=(0, 2))


def main():
    every = {'output.snapshots': '2.5 Myr', 'output.fields': '["p_*", "e-_*", rho]'}
    live = run(SETUP, every, ranks=2, timeout=HOURS)
    h = live.history
    check('time', float(h['time'][-1] * 977.79), '>', 49.9, 'to the end')
    check('numbers that are not finite', int(sum(np.sum(~np.isfinite(h[c])) for c in h)), '==', 0, 'no failure')
    books(h, '50 Myr')
    frozen = run(SETUP, {**every, 'mhd.evolve': False, 'run.time_end': '7.6 Myr', 'transport.substeps': 20}, ranks=2, timeout=HOURS)
    names, mean, scatter = late(live)
    _, still, still_scatter = late(frozen)
    for n, a, b, s in zip(names, mean, still, np.hypot(scatter, still_scatter)):
        if n[:-3] in SLOW:  # losses by ionisation and synchrotron radiation, which hang on the gas, or memory of the start
            check(f'{n[:-3]}: live over frozen', float(max(a / b, b / a)), '<', 2.0, 'gas in motion makes little difference')
        else:
            check(f'{n[:-3]}: live less frozen over the scatter around the circle and in time', float(abs(a - b) / s), '<', 1.0, 'gas in motion makes little difference')


if __name__ == '__main__':
    main()
