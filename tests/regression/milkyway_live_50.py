"""The galaxy alive for 50 Myr on two ranks, with a stop: no failure, no floors, books that close; and its spectra around the solar circle, averaged over the second half,
against the same supernovae in gas that stays as it is, and against the steady state of that gas."""
import h5py
import numpy as np

from tests.regression.check import check, resume, run
from tests.regression.milkyway_live import SETUP, books

HOURS = 3 * 3600
FROM, TO = 24.9, 50.1  # Myr
SLOW = ['e-_00', 'e-_01', 'e-_02', 'p_00']


def ring(path):
    """Time in Myr, names of bins, and number densities [bin][cell] around the solar circle."""
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
    low = [n[:-3] for n in names if n.endswith('_lo')]
    return time, low, np.array([(values[names.index(n + '_lo')] + values[names.index(n + '_hi')])[here] for n in low])


def late(r):
    """Means over the time from FROM to TO, and scatter over places and times in the same."""
    found = [ring(p) for p in r.snapshots()]
    n = np.array([v for t, _, v in found if FROM <= t <= TO])
    check('snapshots of the second half', len(n), '==', 11, 'output.snapshots')
    return n.mean(axis=(0, 2)), n.std(axis=(0, 2))


def main():
    every = {'output.snapshots': '2.5 Myr', 'output.fields': '["p_*", "e-_*", rho]'}
    part = run(SETUP, {**every, 'run.step_end': 20}, ranks=2, timeout=HOURS)
    live = resume('goes on from step 20 to the end', part, SETUP, every, ranks=2, timeout=HOURS)
    h = live.history
    check('time', float(h['time'][-1] * 977.79), '>', 49.9, 'to the end')
    check('steps', float(h['step'][-1]), '<', 2000, 'gas of 1e9 K in the centre makes them short: 3157 were needed')
    check('numbers that are not finite', int(sum(np.sum(~np.isfinite(h[c])) for c in h)), '==', 0, 'no failure')
    check('mass that came or left over all', float(abs(h['outflow_mass'][-1]) / h['mass'][0]), '<', 2e-3, 'the hot gas is held by that beyond the ends')
    books(h, '50 Myr')
    frozen = run(SETUP, {**every, 'mhd.evolve': False, 'transport.substeps': 20}, ranks=2, timeout=HOURS)
    steady = run(SETUP, {'mhd.evolve': False, 'transport.scheme': 'steady', 'supernovae.on': False, 'milkyway.wind_power': '0 erg/s', 'run.time_end': 0, 'output.snapshots': 0},
                 ranks=2, timeout=HOURS)
    (mean, scatter), (still, still_scatter) = late(live), late(frozen)
    _, names, found = ring(steady.snapshots()[-1])
    for n, a, b, s, c in zip(names, mean, still, np.hypot(scatter, still_scatter), found.mean(axis=1)):
        if n in SLOW:  # losses by ionisation, which hang on the gas, that has cooled
            check(f'{n}: live over frozen', float(max(a / b, b / a)), '<', 2.0, 'gas in motion makes little difference')
        else:
            check(f'{n}: live less frozen over the scatter around the circle and in time', float(abs(a - b) / s), '<', 1.25, 'gas in motion makes little difference')
        check(f'{n}: live over the steady state', float(max(a / c, c / a)), '<', 3.0, 'which has more diffusion across the field')


if __name__ == '__main__':
    main()
