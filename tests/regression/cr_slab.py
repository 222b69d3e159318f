"""Spectra of primary and secondary cosmic rays across a disc, against the independent solution tests/reference/slab.py, which is first compared with
exact solutions.  `full`: more rigidities, and what does not depend on the reduced speed of light."""
import math
import os
import re
import sys

import numpy as np

from analysis.rays import Rays
from analysis.snapshot import Snapshot
from tests.reference import slab, transport
from tests.regression.check import check, run

SETUP = 'setups/cr_slab/cr_slab.yaml'
FEW = {'output.snapshots': '1000 Myr', 'output.history': '5 Myr'}
AUTO = {'transport.speed_choice': 'auto', 'transport.safety': 3, 'transport.speed': '2000 km/s', 'transport.length': '0.5 kpc', 'transport.speed_max': '3e4 km/s'}


def disc(z):
    return 0.01 + np.exp(-0.5 * (z / 0.25)**2)


def sources(z):
    return np.exp(-0.5 * (z / 0.25)**2) / np.sqrt(2 * np.pi) / 0.25


def middle(r):
    """{species: (number, energy) of the bins} of the two cells beside the middle, and the edges."""
    with Snapshot(r.snapshots()[-1]) as s:
        rays = Rays(s, lambda c: np.abs(c['x']) < 1.01 * s.width(0)[0] / 2 + 1e-6)
        return {n: rays.sums(n) for n in rays.species}, {n: v.edges for n, v in rays.species.items()}


def references():
    for name, error in slab.check().items():
        check(f'reference: {name}', float(error), '<=', 1e-3, 'exact solution')
    for name, error in transport.check().items():
        check(f'reference: {name}', float(error), '<=', 2e-6, 'exact solution')


def compare(name, r, low, high, bound, skip=1, electrons=0.02, wanted=('p', 'cno', 'b', 'be10', 'be', 'e-'), numbers=False):
    got, edges = middle(r)
    exact = slab.Slab(disc, sources, hadrons=(low, high), leptons=(low, high), species=tuple(got), electrons=electrons).solve()
    for s in got:
        if s not in wanted:
            continue
        n, e = exact.bins(s, edges[s], 0.0, 0.125)
        some = slice(skip, len(n) - skip)
        check(f'{name}: energy of {s} in the middle of the disc, worst bin', float(np.max(np.abs(got[s][1] / e - 1)[some])), '<=', bound, 'tests/reference/slab.py')
        if numbers:
            check(f'{name}: number of {s}, worst bin', float(np.max(np.abs(got[s][0] / n - 1)[some])), '<=', bound, 'tests/reference/slab.py')
    if 'b' in got and 'cno' in got:
        b = [got[s][1][skip:-skip] for s in ('b', 'cno')]
        c = [exact.bins(s, edges[s], 0.0, 0.125)[1][skip:-skip] for s in ('b', 'cno')]
        check(f'{name}: B/CNO, worst bin', float(np.max(np.abs(b[0] / b[1] / (c[0] / c[1]) - 1))), '<=', bound, 'tests/reference/slab.py')


def main():
    references()
    high = 31.622776601683793
    r = run(SETUP, {**FEW, **AUTO, 'cr.min_GV': 1, 'cr.max_GV': high, 'run.time_end': '25 Myr'})
    compare('1 to 32 GV', r, 1.0, high, 0.02)
    h = r.history
    # Diffusion in one moment has the same steady state.
    one = run(SETUP, {**FEW, 'transport.moments': 1, 'transport.speed_choice': 'fixed', 'transport.substeps': 8, 'cr.min_GV': 1, 'cr.max_GV': high, 'run.time_end': '25 Myr'})
    two, one = middle(r)[0], middle(one)[0]
    for s in ('p', 'cno', 'b', 'be', 'e-'):
        check(f'one moment against two: energy of {s}, worst bin but the ends', float(np.max(np.abs(one[s][1] / two[s][1] - 1)[1:-1])), '<=', 0.005, 'the same steady state')
    varying()
    check('closure of energy with the ledger', float(np.max(np.abs(h['cr_closure_energy']))), '<=', 1e-12, 'conservation')


def varying():
    """One bin, a scattering rate that the setup gives: falling off as exp(-|x| / h) from the middle.  Without losses the flux is that of the sources below."""
    one = {'cr.network': 'protons', 'cr.min_GV': 1, 'cr.max_GV': 10, 'cr.per_decade': 1, 'cr.scattering_slope': 0, 'scattering.beta_power': 0,
           'scattering.model': 'from_setup', 'cr_slab.scattering_height': '2 kpc', 'cr_slab.density': '0 mp cm^-3', 'cr_slab.halo': '1e-8 mp cm^-3', 'transport.momentum': False}
    z = np.linspace(0.0, 4.0, 40001)
    flux = 0.5 * np.array([math.erf(a / 0.25 / 2**0.5) for a in z]) * np.exp(-z / 2.0)
    exact = np.concatenate([np.cumsum((0.5 * (flux[1:] + flux[:-1]))[::-1])[::-1], [0.0]])
    for name, setup, more, bound in (('steps in time', SETUP, {'cr.scattering_rate_s': 1e-8, 'run.time_end': '500 Myr', 'transport.speed_choice': 'fixed', 'transport.speed': '3e4 km/s',
                                                               'output.snapshots': '1000 Myr', 'output.history': '1000 Myr'}, 0.01),
                                     ('steady', 'setups/cr_slab/steady.yaml', {'transport.momentum': True}, 0.003)):
        r = run(setup, {**one, **more})
        with Snapshot(r.snapshots()[-1]) as s:
            c = s.cells('cr_p_energy')
        ratio = c['cr_p_energy'] / np.interp(np.abs(c['x']), z, exact)
        here = np.abs(c['x']) < 3.5
        check(f'rate from the setup, {name}: shape of the profile, largest error', float(np.max(np.abs(ratio / ratio[here].mean() - 1)[here])), '<=', bound, 'integral of the flux over kappa; a quarter with 128 cells')


def energy(r):
    return middle(r)[0]['p'][1]


def work(r):
    """Sub-steps of all populations, in a step."""
    with open(os.path.join(r.dir, 'run.log')) as f:
        text = f.read()
    each = [[float(n) for n in re.findall(pattern, text)] for pattern in (r'group \d+: (\d+) populations', r'group \d+: ([\d.]+) sub-steps')]
    return float(np.dot(*each))


def choice():
    """A reduced speed of light for each bin against one for all."""
    wide = {**FEW, 'cr.min_GV': 1, 'cr.max_GV': 100, 'run.time_end': '25 Myr'}
    fixed = run(SETUP, {**wide, 'transport.speed_choice': 'fixed', 'transport.speed': '3e4 km/s'}, timeout=1500)
    auto = run(SETUP, {**wide, **AUTO}, timeout=1500)
    a, b = middle(auto)[0], middle(fixed)[0]
    check('speed per bin against 3e4 km/s for all: energies differ by', float(max(np.max(np.abs(a[s][1] / b[s][1] - 1)) for s in ('p', 'cno', 'b', 'be', 'e-'))), '<=', 0.01,
          'steady states do not depend on it')
    check('speed per bin against 3e4 km/s for all: share of the sub-steps', work(auto) / work(fixed), '<=', 0.75, 'counted over all populations')


def full():
    high = 100.0
    r = run(SETUP, {**FEW, **AUTO, 'cr.min_GV': 0.5623413251903491, 'cr.max_GV': high, 'cr.per_decade': 8, 'run.time_end': '50 Myr', 'transport.substeps': 8}, timeout=1500)
    compare('0.56 to 100 GV, 8 bins per decade', r, 0.5623413251903491, high, 0.02, skip=3)
    choice()
    # One bin of protons with kappa / H = 24 km/s: many reduced speeds of light in both forms.  The same steps, as sources and transport are split.
    one = {**FEW, 'cr.network': 'protons', 'cr.min_GV': 1, 'cr.max_GV': 10, 'cr.per_decade': 1, 'cr_injection.electrons': 0, 'cr.scattering_slope': 0,
           'scattering.beta_power': 0, 'cr.scattering_rate_s': 1e-8, 'mesh.cells': [32, 1, 1], 'mesh.block': 16, 'transport.speed_choice': 'fixed', 'cr_slab.density': '10 mp cm^-3'}
    e = {}
    for form, share, time, substeps in (('flux', 1.0, 400, 100), ('flux', 0.1, 400, 10), ('flux', 0.01, 400, 1), ('full', 0.1, 4000, 100),
                                        ('full', 0.003, 133333, 100)):
        r = run(SETUP, {**one, 'transport.rsol_form': form, 'transport.speed': f'{share} c', 'run.time_end': f'{time} Myr', 'transport.substeps': substeps,
                        'output.history': f'{time} Myr'}, timeout=1500)
        e[form, share] = energy(r)[0]
    for key, value in e.items():
        check(f'form {key[0]}, {key[1]} c: energy in the middle over that with c, less one', abs(float(value / e['flux', 1.0] - 1)), '<=', 1e-3,
              'steady states do not depend on it')


if __name__ == '__main__':
    full() if 'full' in sys.argv else main()
