"""Cosmic rays in momentum space on the mesh: streaming with losses to waves, a bottleneck, a synchrotron halo, a supernova with the full network."""
import os
import sys

import numpy as np

from tests.regression.check import ROOT, check, keep, run
from tests.regression.states import state

sys.path.insert(0, os.path.join(ROOT, 'setups', 'cr_synchrotron_halo'))
from reference import height, reference  # noqa: E402


def profile(r):
    return {k: v.reshape(-1) for k, v in state(r).items()}


def triangle(name, height_exact, reach, text):
    r = run(f'setups/cr_streaming/{name}.yaml')
    check(f'triangle, {text}: L1 error over the mean', r.errors['relative_e_e-'], '<', 0.012, 'Jiang & Oh 2018, physics.md S6')
    s = profile(r)
    x = -1.9 + 3.8 * (np.arange(256) + 0.5) / 256
    first = state(r.snapshots()[0])['cr_energy'].reshape(-1)
    e = s['cr_energy'] * (2 - abs(x[32])) / first[32]
    flat = e[np.abs(x) < reach - 0.1]
    check(f'triangle, {text}: height of the plateau, error', float(np.max(np.abs(flat / height_exact - 1))), '<', 0.01, 'exact solution')
    check(f'triangle, {text}: its unevenness', float((flat.max() - flat.min()) / height_exact), '<', 0.006, 'no oscillation')
    keep(r, f'cr_{name}')


def bottleneck():
    r = run('setups/cr_bottleneck/cr_bottleneck.yaml')
    slow = run('setups/cr_bottleneck/cr_bottleneck.yaml', {'transport.speed': '0.6 c'})
    s, t = profile(r), profile(slow)
    p, rho, x = s['cr_press'], s['rho'], 2 * (np.arange(128) + 0.5) / 128
    top = int(np.argmax(rho))
    expected = p[top] * np.where(np.arange(128) < top, 1.0, (rho / rho[top]) ** (2 / 3))
    use = (x > 0.15) & (rho > 1.3) | (x > 0.15) & (x < 1.0)
    check('bottleneck: pressure against v_A^-4/3 behind the densest place, flat before it', float(np.max(np.abs(p / expected - 1)[use])), '<', 0.015,
          'Wiener, Oh & Zweibel 2017')
    check('bottleneck: change with twice the speed of light', float(np.max(np.abs(t['cr_press'] / p - 1)[use])), '<', 0.005, 'the steady state has no c~')
    keep(r, 'cr_bottleneck')


def halo():
    r = run('setups/cr_synchrotron_halo/cr_synchrotron_halo.yaml')
    s = profile(r)
    edges = 10 ** np.arange(-1, 3.01, 1 / 3)
    place, exact = reference(edges)
    x = 8 * (np.arange(128) + 0.5) / 128
    amplitude, heights = [], []
    scale = None
    for k in range(len(edges) - 1):
        n, e = s[f'e-_{k:02d}_lo'] + s[f'e-_{k:02d}_hi'], np.interp(x, place, exact[k])
        scale = n[1] / e[1] if scale is None else scale
        use = (x > 0.1) & (x < 5) & (e > 0.2 * e[1])
        amplitude.append(np.max(np.abs(n[use] / (scale * e[use]) - 1)))
        top = x[use].max()
        heights.append(abs(height(x, n, 0.3, top) / height(x, e, 0.3, top) - 1))
    check('synchrotron halo: number in bins up to 100 GV against the reference', float(max(amplitude[:9])), '<', 0.1, 'independent solution')
    check('synchrotron halo: the same below 10 GV', float(max(amplitude[:6])), '<', 0.02, 'independent solution')
    check('synchrotron halo: scale heights up to 200 GV', float(max(heights[:10])), '<', 0.1, 'independent solution')
    keep(r, 'cr_synchrotron_halo')


def blast():
    r = run('setups/cr_blast/cr_blast.yaml', {'mesh.dim': 2, 'mesh.cells': [32, 32, 1], 'run.time_end': '0.01 Myr', 'output.snapshots': 0,
                                              'mhd.cfl': 0.2}, ranks=2)
    h = r.history
    check('supernova: energy of gas, field, cosmic rays and ledger', float(np.max(np.abs(h['cr_closure_energy']))), '<', 1e-12, 'conservation')
    check('supernova: momentum', float(np.max(np.abs(h['cr_closure_momentum']))), '<', 1e-12, 'conservation')
    names = [n[3:-len('_source_number')] for n in h if n.startswith('cr_') and n.endswith('_source_number')]
    worst = 0.0
    for n in names:
        total, turnover = h[f'cr_{n}_number'] + h[f'cr_{n}_outflow_number'], np.abs(h[f'cr_{n}_number'])
        for c in h:
            if c.startswith(f'cr_{n}_') and c.endswith('_number') and c not in (f'cr_{n}_number', f'cr_{n}_outflow_number'):
                total, turnover = total + h[c], turnover + np.abs(h[c])
        worst = max(worst, float(np.max(np.abs(total) / np.maximum(turnover, 1e-300))))
    check('supernova: species in the ledger', len(names), '==', 8, 'the full network')
    check('supernova: number of each species with its ledger', worst, '<', 1e-12, 'conservation')
    keep(r, 'cr_blast')


triangle('cr_streaming', 0.874647, 2.5 - 0.874647, 'with losses')
triangle('number', 1.0, 1.5, 'without')
bottleneck()
halo()
blast()
