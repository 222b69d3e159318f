"""Steady cosmic rays across a disc: an independent solution to compare the program with.

    0 = d_z(kappa d_z N) + d_p(b N) - Gamma N + Q,        N(p, z) = 0 at z = +-H,

for every species, with kappa(p) = v^2 / 3 nu, momentum losses b(p, z) = -dp/dt, catastrophic losses Gamma(p, z) and sources Q, primary or from the
parents.  Half of the disc, cells of equal width, second order in z; from the highest momentum down in steps of ln p by the second-order backward
difference formula.  N is dN/dp per volume.  No code and no table is shared with the program: what is here is typed from docs/physics.md and the papers it names.

    s = Slab(gas=lambda z: ..., source=lambda z: ...)
    s.solve()
    s.bins('b', edges_GV, lower_kpc, upper_kpc)      number and energy of each bin, a mean over a layer

python3 -m tests.reference.slab: compares it with exact solutions; python3 -m tests.reference.slab DIR: draws a run of setups/cr_slab beside it.
"""
import math
import sys

import numpy as np

from tests.reference.slab_rates import (ALPHA, C, GEV_ERG, KPC, MB, ME, MP, R_E, SIGMA_T, SPECIES, YEAR,
                                        antiprotons, sigma_annihilation, sigma_antiproton_loss, sigma_cno, sigma_fragmentation, sigma_nuclear, sources)


def thomas(lower, diagonal, upper, right):
    """Tridiagonal system; plain lists are faster than arrays here."""
    n = len(diagonal)
    d, r = diagonal.tolist(), right.tolist()
    for i in range(1, n):
        w = lower / d[i - 1]
        d[i] -= w * upper
        r[i] -= w * r[i - 1]
    r[-1] /= d[-1]
    for i in range(n - 2, -1, -1):
        r[i] = (r[i] - upper * r[i + 1]) / d[i]
    return np.array(r)


class Slab:
    """gas: nucleons cm^-3 over z in kpc; source: shape over z in kpc, of which the integral is the power in erg s^-1 kpc^-2."""

    def __init__(self, gas, source, power=2e38, height=4.0, cells=320, per_decade=120, ionised=1.0, hydrogen=0.76, field_uG=5.0, light=1.23, nu0=1e-9,
                 slope=0.5, beta_power=1.0, hadrons=(0.056234132519034912, 1e3), leptons=(1e-3, 1e3), species=tuple(SPECIES), losses=True,
                 fragments=True, decay=True, production=True, half_life_Myr=1.51, psi=4.2, electrons=0.02):
        self.height, self.cells = height, cells
        self.dz = height * KPC / cells
        self.z = (np.arange(cells) + 0.5) * height / cells
        self.n = np.asarray(gas(self.z), float) * np.ones(cells)
        weight = np.asarray(source(self.z), float) * np.ones(cells)
        # erg s^-1 kpc^-2 and a shape per kpc: GeV s^-1 cm^-3.
        self.power = power * weight / GEV_ERG / KPC**3
        self.per_nucleon = hydrogen + 0.5 * (1 - hydrogen)
        self.ionised, self.u_b, self.light = ionised, 0.02483362 * field_uG**2, light
        self.nu0, self.slope, self.beta_power = nu0, slope, beta_power
        self.losses, self.fragments, self.decay, self.production, self.half_life = losses, fragments, decay, production, half_life_Myr
        self.psi = psi
        self.edges = {s: leptons if SPECIES[s][0] == 0 else hadrons for s in species}
        self.injected = sources(psi, electrons=electrons, edges=self.edges)
        self.grid, self.density = {}, {}
        for s in species:
            r0, r1 = self.edges[s]
            steps = int(round(per_decade * math.log10(r1 / r0)))
            self.grid[s] = SPECIES[s][1] * np.geomspace(r0, r1, steps + 1)   # momentum, GeV

    def kinematics(self, s, p):
        """mass, beta, gamma, kinetic energy"""
        a, _ = SPECIES[s]
        m = a * MP if a else ME
        e = np.sqrt(p * p + m * m)
        return m, p / e, e / m, p * p / (e + m)

    def kappa(self, s, p):
        _, beta, _, _ = self.kinematics(s, p)
        nu = self.nu0 * beta**self.beta_power * (p / SPECIES[s][1])**-self.slope
        return (beta * C)**2 / (3 * nu)

    def loss(self, s, p):
        """-dp/dt in GeV / s, all cells, at one momentum."""
        if not self.losses:
            return np.zeros(self.cells)
        a, z = SPECIES[s]
        _, beta, g, _ = self.kinematics(s, p)
        ne, nn = self.ionised * self.per_nucleon * self.n, (1 - self.ionised) * self.per_nucleon * self.n
        if a:
            return 3.09e-16 * z * z / beta**2 * (ne + 0.57 * nn)
        plasmon = 3.713e-11 * np.sqrt(np.maximum(ne, 1e-300))
        bracket = np.log(ME * 1e9 * beta * math.sqrt(g - 1) / plasmon) - math.log(2) * (beta**2 / 2 + 1 / g) + 0.5 + ((g - 1) / g)**2 / 16
        coulomb = 1.5 * SIGMA_T * C * ME * ne * bracket / beta**2
        ionisation = 0.75 * SIGMA_T * C * ME * nn * math.log(2 * g**3 / ALPHA**4)
        brems = p * 8 * ALPHA * R_E**2 * C * ne * max(math.log(2 * g) - 1 / 3, 0.0)
        light = 4 / 3 * SIGMA_T * C * (self.light + self.u_b) * 1e-9 * (p / ME)**2 / beta
        return coulomb + ionisation + brems + light

    def gone(self, s, p):
        """Catastrophic losses over the nucleon density, and decay, 1/s; all momenta."""
        a, _ = SPECIES[s]
        _, beta, g, t = self.kinematics(s, p)
        per_nucleon, decay = np.zeros_like(p), np.zeros_like(p)
        if self.fragments:
            if s == 'p':
                per_nucleon = np.where(t >= 0.28, 6.37e-16, 0.0)
            elif s == 'pbar':
                per_nucleon = beta * C * sigma_antiproton_loss(p) * MB
            elif a:
                per_nucleon = beta * C * sigma_fragmentation(a, t / a) * MB
            elif s == 'e+':
                per_nucleon = self.ionised * self.per_nucleon * beta * C * sigma_annihilation(g) * MB
        if s == 'be10' and self.decay:
            decay = math.log(2) / (g * self.half_life * 1e6 * YEAR)
        return per_nucleon, decay

    def primary(self, s):
        """[momentum][cell] dN/dp per volume and second."""
        z = SPECIES[s][1]
        r = self.grid[s] / z
        return np.outer(self.injected[s] * r**(2 - self.psi) / z, self.power)

    def from_parent(self, s, parent, rate, momentum, with_gas=True):
        """Of parents: rate(p) per nucleon cm^-3 (or per s), child's momentum(p); conservative in number, linear between nodes."""
        p = self.grid[parent]
        n = self.density[parent] * (rate(p)[:, None] * (self.n if with_gas else 1.0))
        rise = np.zeros_like(n)                                    # number made below each momentum of the parent
        u = np.log(p)
        rise[1:] = np.cumsum(0.5 * (n[1:] * p[1:, None] + n[:-1] * p[:-1, None]) * np.diff(u)[:, None], axis=0)
        q, child = np.log(momentum(p)), np.log(self.grid[s])
        half = 0.5 * (child[1] - child[0])
        out = np.empty((len(child), self.cells))
        for i in range(self.cells):
            out[:, i] = np.interp(child + half, q, rise[:, i]) - np.interp(child - half, q, rise[:, i])
        width = np.clip(child + half, None, q[-1]) - np.clip(child - half, q[0], None)
        return out / np.maximum(np.where(width < half, 2 * half, width), 1e-300)[:, None] / self.grid[s][:, None]

    def secondaries(self, s):
        total = np.zeros((len(self.grid[s]), self.cells))
        if not self.production:
            return total

        def add(parent, rate, momentum, with_gas=True):
            nonlocal total
            if parent in self.density:
                total = total + self.from_parent(s, parent, rate, momentum, with_gas)

        def fragment(parent, sigma):
            a, to = SPECIES[parent][0], SPECIES[s][0]
            add(parent, lambda p: self.kinematics(parent, p)[1] * C * sigma(self.kinematics(parent, p)[3] / a) * MB, lambda p: p * to / a)
        if s == 'b':
            fragment('cno', lambda t: sigma_cno('B', t))
            if self.decay:
                add('be10', lambda p: self.gone('be10', p)[1], lambda p: p * 10.8 / 10, with_gas=False)
        if s == 'be10':
            fragment('cno', lambda t: sigma_cno('10Be', t))
            fragment('b', lambda t: 12.5 * t**0.018)
        if s == 'be':
            fragment('cno', lambda t: sigma_cno('Be', t))
            fragment('b', lambda t: 12.0 * t**-0.022)
            fragment('be10', lambda t: sigma_nuclear('10Be', 'Be', t))
        if s in ('e-', 'e+'):
            def lepton(p):
                t = 0.12 * self.kinematics('p', p)[3]
                return np.sqrt(t * (t + 2 * ME))
            add('p', lambda p: np.where(self.kinematics('p', p)[3] >= 0.28, 6.37e-16 / 3, 0.0), lepton)
        if s == 'pbar':
            def slower(p):
                t = self.kinematics('p', p)[3]
                t = antiprotons(t)[1] * t
                return np.sqrt(t * (t + 2 * MP))
            add('p', lambda p: self.kinematics('p', p)[1] * C * antiprotons(self.kinematics('p', p)[3])[0] * MB, slower)
        return total

    def march(self, s, source):
        """[momentum][cell] dN/dp from the highest momentum down."""
        p, per_nucleon = self.grid[s], self.gone(s, self.grid[s])
        step = math.log(p[1] / p[0])
        out = np.zeros((len(p), self.cells))
        older = flow = np.zeros(self.cells)   # b N at the last two momenta
        for i in range(len(p) - 1, -1, -1):
            b, k = self.loss(s, p[i]), self.kappa(s, p[i]) / self.dz**2
            first = i == len(p) - 1
            rate = b / (step * p[i]) * (1.0 if i == len(p) - 2 else 1.5)
            right = source[i].copy()
            if first:     # nothing comes from above: the first value is that of a steady leak into the interval
                rate = 0.0 * b
                weight = 0.0
            elif i == len(p) - 2:
                right += flow / (step * p[i])
            else:
                right += (2.0 * flow - 0.5 * older) / (step * p[i])
            diagonal = 2.0 * k + per_nucleon[0][i] * self.n + per_nucleon[1][i] + rate
            diagonal[0] -= k
            diagonal[-1] += k        # zero at the wall
            n = thomas(-k, diagonal, -k, right)
            if first:
                n = np.where(b > 0, 0.0, n)
            out[i] = n
            older, flow = flow, b * n
        return out

    def solve(self, rounds=3):
        order = [s for s in ('p', 'cno', 'b', 'be10', 'b', 'be10', 'be', 'pbar', 'e-', 'e+') if s in self.grid]
        for s in order:
            self.density[s] = self.march(s, self.primary(s) + self.secondaries(s))
        return self

    def bins(self, s, edges_GV, lower=0.0, upper=None):
        """Number (cm^-3) and kinetic energy density (GeV cm^-3) between the edges, means over lower < |z| < upper in kpc."""
        upper = upper or self.height / self.cells
        inside = (self.z > lower) & (self.z < upper)
        n, p = self.density[s][:, inside].mean(axis=1), self.grid[s]
        t, u = self.kinematics(s, p)[3], np.log(p)

        def between(values):
            rise = np.concatenate([[0.0], np.cumsum(0.5 * (values[1:] + values[:-1]) * np.diff(u))])
            return np.diff(np.interp(np.log(np.asarray(edges_GV) * SPECIES[s][1]), u, rise))
        return between(n * p), between(n * p * t)


def check():
    """Against exact solutions; {name: relative error}."""
    out = {}
    h = 0.02

    def thin(z):
        return np.where(z < h, 0.5 / h, 0.0)
    s = Slab(lambda z: 0.0 * z, thin, cells=400, per_decade=20, losses=False, fragments=False, species=('p',)).solve()
    k, z = s.kappa('p', s.grid['p']), s.z * KPC
    surface = s.injected['p'] * s.grid['p']**(2 - s.psi) * s.power.sum() * 2 * s.dz
    far = s.z > h
    exact = surface[:, None] * 4.0 * KPC / (2 * k[:, None]) * (1 - z / (4.0 * KPC))
    out['no losses: Q H / 2 kappa (1 - |z| / H)'] = np.max(np.abs(s.density['p'][1:, far] / exact[1:, far] - 1))
    # Decay: N ~ sinh((H - z) / l), l = sqrt(kappa gamma tau).
    s = Slab(lambda z: 0.0 * z, thin, cells=1600, per_decade=20, losses=False, fragments=False, species=('be10',))
    q = np.outer(np.ones(len(s.grid['be10'])), s.power)
    n, k = s.march('be10', q), s.kappa('be10', s.grid['be10'])
    g = s.gone('be10', s.grid['be10'])[1]
    l = np.sqrt(k / g)[:, None]
    z, w, top = s.z * KPC, h * KPC, 4.0 * KPC
    inside = s.power[0] / g[:, None] * (1 - np.cosh(z / l) * np.cosh((top - w) / l) / np.cosh(top / l))
    outside = s.power[0] / g[:, None] * np.sinh(w / l) * np.sinh((top - z) / l) / np.cosh(top / l)
    exact = np.where(z < w, inside, outside)
    near = s.z < 0.5
    out['decay: sinh((H - z) / l)'] = np.max(np.abs(n[:, near] / exact[:, near] - 1))
    # Losses alone in uniform gas, no diffusion to speak of: b N = int_p^inf Q.
    s = Slab(lambda z: 0.0 * z + 1.0, lambda z: 0.0 * z + 1.0, cells=8, per_decade=120, species=('p',), fragments=False, nu0=1e3).solve()
    p = s.grid['p']
    rise = s.injected['p'] * s.power[0] * (p**(3 - s.psi) - p[-1]**(3 - s.psi)) / (s.psi - 3)
    b = np.array([s.loss('p', x)[0] for x in p])
    some = p < 100
    out['losses alone: b N = sum of sources above'] = np.max(np.abs(b[some] * s.density['p'][some, 0] / rise[some] - 1))
    # A leaky chain: in a uniform medium without walls B = rate CNO / (rate of loss).
    s = Slab(lambda z: 0.0 * z + 1.0, lambda z: 0.0 * z + 1.0, cells=8, per_decade=60, species=('cno', 'b'), losses=False, nu0=1e3, decay=False).solve()
    r = 10.0
    i, j = (int(np.argmin(np.abs(s.grid[x] / SPECIES[x][0] - r))) for x in ('cno', 'b'))
    pc, pb = s.grid['cno'][i], s.grid['b'][j]
    tc = s.kinematics('cno', pc)[3] / 14.8
    beta = s.kinematics('cno', pc)[1]
    made = beta * C * MB * sigma_cno('B', np.array([tc]))[0]
    ratio = made / s.gone('b', np.array([pb]))[0][0]
    got = s.density['b'][j, 0] * 10.8 / np.exp(np.interp(np.log(pb / 10.8 * 14.8), np.log(s.grid['cno']), np.log(s.density['cno'][:, 0]))) / 14.8
    out['secondaries over primaries without diffusion'] = abs(got / ratio - 1)
    return out


def picture(folder):
    """DIR/figures/slab.png: energies of the bins in the middle of the disc for a run with the default disc, and B/CNO."""
    import matplotlib.pyplot as plt
    from analysis import cr_style, style
    from analysis.rays import Rays
    from analysis.snapshot import Snapshot, find
    with Snapshot(find(folder)[-1]) as s:
        rays, width = Rays(s, lambda c: np.abs(c['x']) < s.width(0)[0]), float(s.width(0)[0])
        got = {n: rays.sums(n) for n in rays.species}
        edges = {n: v.edges for n, v in rays.species.items()}
    pairs = {n: (e[0], e[-1]) for n, e in edges.items()}
    exact = Slab(lambda z: 0.01 + np.exp(-8 * z * z), lambda z: np.exp(-8 * z * z) * 4 / math.sqrt(2 * math.pi), hadrons=pairs['p'],
                 leptons=pairs.get('e-', pairs['p']), species=tuple(got)).solve()
    fine = {n: np.geomspace(*pairs[n], 65) for n in got}
    fig, axes = plt.subplots(1, 2, figsize=(11, 4.4))
    for n in got:
        r, width_log = np.sqrt(edges[n][1:] * edges[n][:-1]), np.log(edges[n][1] / edges[n][0])
        x = np.sqrt(fine[n][1:] * fine[n][:-1])
        y = exact.bins(n, fine[n], 0, width)[1] / np.log(fine[n][1] / fine[n][0]) * 1e9
        axes[0].loglog(x, np.where(y > 0, y, np.nan), color=cr_style.COLOURS[n], lw=1.2)
        axes[0].loglog(r, np.where(got[n][1] > 0, got[n][1] / width_log * 1e9, np.nan), 'o', color=cr_style.COLOURS[n], label=cr_style.NAMES[n], ms=4)
    top = max(np.max(got[n][1]) for n in got) * 1e9
    axes[0].set_ylim(3e-7 * top, 100 * top)
    axes[0].set_ylabel(r'de/dlnR  [eV cm$^{-3}$]')
    axes[0].legend(ncol=4, loc='upper right', fontsize=8)
    for a, b, text, colour in (('b', 'cno', 'B/CNO', '#0072B2'), ('be10', 'be', r'$^{10}$Be/$^{7,9}$Be', '#D55E00')):
        x = np.sqrt(fine[a][1:] * fine[a][:-1])
        up, down = exact.bins(a, fine[a], 0, width)[1], exact.bins(b, fine[b], 0, width)[1]
        axes[1].loglog(x, up / down, color=colour, lw=1.2)
        axes[1].loglog(np.sqrt(edges[a][1:] * edges[a][:-1]), got[a][1] / got[b][1], 'o', color=colour, ms=4, label=text)
    axes[1].legend()
    axes[1].set_ylabel('energies at equal rigidity')
    for ax in axes:
        ax.set_xlabel('R [GV]')
    fig.tight_layout()
    style.save(fig, folder, 'slab', 'png')


if __name__ == '__main__':
    if len(sys.argv) > 1:
        picture(sys.argv[1])
    else:
        for name, error in check().items():
            print(f'{error:.2e}  {name}')
