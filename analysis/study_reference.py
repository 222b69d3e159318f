"""Errors of runs without an exact solution: differences from a uniform run of more cells, in the norm of setups/errors.h."""
import math

import numpy as np

from analysis import snapshot
from analysis.fault import Fault


def conserved(s):
    """{name: [block][k][j][i]} of the conserved variables."""
    w = {n: s.field(n) for n in s.stored}
    u = {'rho': w['rho']}
    u.update({f'm{d}': w['rho'] * w[f'vel{d}'] for d in (1, 2, 3)})
    b = [w[f'Bcc{d}'] for d in (1, 2, 3) if f'Bcc{d}' in w]
    if 'press' in w:
        u['energy'] = w['press'] / (s.gamma - 1) + 0.5 * w['rho'] * sum(w[f'vel{d}']**2 for d in (1, 2, 3)) + 0.5 * sum(x**2 for x in b)
    u.update({f'b{d + 1}': x for d, x in enumerate(b)})
    return u


class Reference:
    """A uniform run as arrays over the box."""

    def __init__(self, folder):
        with snapshot.Snapshot(snapshot.find(folder)[-1]) as s:
            self.dim, self.time, self.size = s.dim, s.time, s.grid(0)
            at = s.place * s.block
            self.u = {n: np.empty(self.size[::-1]) for n in conserved_names(s)}
            for n, v in conserved(s).items():
                for b in range(s.blocks):
                    k, j, i = (slice(at[b, d], at[b, d] + s.block[d]) for d in (2, 1, 0))
                    self.u[n][k, j, i] = v[b]
        self.coarse = {1: self.u}

    def over(self, ratio):
        """Means over ratio cells along each axis."""
        if ratio not in self.coarse:
            r = [ratio if d < self.dim else 1 for d in (2, 1, 0)]
            n = [m // q for m, q in zip(self.size[::-1], r)]
            self.coarse[ratio] = {k: v.reshape(n[0], r[0], n[1], r[1], n[2], r[2]).mean(axis=(1, 3, 5)) for k, v in self.u.items()}
        return self.coarse[ratio]

    def differences(self, folder):
        """{l1_rho: mean |difference| weighted with volume, ..., rms_l1}."""
        with snapshot.Snapshot(snapshot.find(folder)[-1]) as s:
            if abs(s.time - self.time) > 1e-9 * abs(self.time):
                raise Fault(f'{s.path}: at time {s.time:g}, but the finest run ended at {self.time:g}')
            ratio = int(self.size[0]) // s.grid(s.level)[:, 0]
            volume, at = np.prod(s.width(s.level), axis=1), s.place * s.block
            out = {}
            for n, v in conserved(s).items():
                total = 0.0
                for b in range(s.blocks):
                    k, j, i = (slice(at[b, d], at[b, d] + s.block[d]) for d in (2, 1, 0))
                    total += volume[b] * np.sum(np.abs(v[b] - self.over(int(ratio[b]))[n][k, j, i]))
                out['l1_' + n] = float(total / (np.sum(volume) * s.block_cells))
        return {'rms_l1': math.sqrt(sum(e * e for e in out.values())), **out}


def conserved_names(s):
    return ['rho', 'm1', 'm2', 'm3'] + (['energy'] if 'press' in s.stored else []) + [f'b{d}' for d in (1, 2, 3) if f'Bcc{d}' in s.stored]
