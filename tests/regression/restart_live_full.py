"""The galaxy from a snapshot that lives, as its YAML file has it, for 50 Myr: numbers stay numbers, floors are rare, the books close, and it goes on after a stop."""
import os
import sys

import numpy as np

from tests import tap
from tests.regression.check import ROOT, check, resume, run, scratch
from tests.regression.milkyway_live import drift

sys.path.insert(0, os.path.join(ROOT, 'setups', 'restart'))
import make_snapshot  # noqa: E402

SETUP = 'setups/restart/live.yaml'


def judge(r, end):
    h = r.history
    check('time reached, Myr', float(h['time'][-1] * 977.7922), '>', end - 0.01, 'run.time_end')
    tap.report(all(np.all(np.isfinite(v)) for v in h.values()), 'all numbers of the history are numbers')
    check('steps', float(h['step'][-1]), '<', 300, 'gas that is thrown out makes steps short: thousands')
    updates = float(np.sum(np.diff(h['step']) * h['cells'][1:]))
    for name in ('density_floors', 'pressure_floors'):
        check(f'{name} over cell updates', float(h[name][-1] / updates), '<', 1e-6, 'rare')
    for name, left, brought in (('mass', 'outflow_mass', 'supernova_mass'), ('scalar0', 'outflow_scalar0', 'supernova_metals')):
        check(f'{name} with what left and came, drift', drift(h[name] + h[left] - h[brought], h[name]), '<', 1e-12, 'round-off')
    for s in ('p', 'e-'):
        total = sum(h[c] for c in h if c.startswith(f'cr_{s}_') and c.endswith('_number'))
        check(f'particles of {s} with the ledger, drift', drift(total, h[f'cr_{s}_number']), '<', 1e-12, 'round-off')
    check('energy with all books, drift', drift(h['energy_balance'], h['total_energy']), '<', 2e-3, 'the gas has gravity of its own, with isolated ends, which keeps energy to the error of the potential')
    check('supernovae', float(h['supernovae_ii'][-1]), '>', 1e5, 'so that there is something to see')


def main():
    path = os.path.join(scratch(), 'galaxy.hdf5')
    make_snapshot.make(make_snapshot.arguments([path, '--young', '0']))
    small = {'restart.snapshot': path, 'output.snapshots': '0 Myr'}
    r = run(SETUP, {**small, 'run.step_end': 20}, ranks=2, timeout=3600)
    judge(resume('goes on from step 20 to the end', r, SETUP, small, ranks=2, timeout=7200), 50)


main()
