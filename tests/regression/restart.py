"""Start from a synthetic snapshot of particles: what the mesh has is what the particles had, on any number of ranks, from any layout of the snapshot."""
import os
import re
import subprocess
import sys

import numpy as np

from analysis import seen
from tests import tap
from tests.regression.check import ROOT, check, run, same_snapshots, scratch

sys.path.insert(0, os.path.join(ROOT, 'setups', 'restart'))
import make_snapshot  # noqa: E402

SETUP = 'setups/restart/restart.yaml'
HALF = 16.0  # kpc
FEW = {'run.step_end': 0, 'mesh.max_level': 1, 'refine.criteria': '[{name: lagrangian_mass, refine_above: 1.0}]', 'cr.min_GV': 1, 'cr.max_GV': 100, 'cr.per_decade': 1,
       'gravity.from_setup': False, 'restart.potential': False, 'restart.sources': False}
STILL = {'restart.centre': 'given', 'restart.orient': 'none'}
# One code unit: kpc, km/s, proton masses per cm^3.
MASS = 1.67262192369e-24 * make_snapshot.KPC**3
ENERGY = MASS * make_snapshot.KM**2


def snapshot(name, *words, particles=12000):
    """(path, particles)"""
    path = os.path.join(scratch(), name + '.hdf5')
    _, parts = make_snapshot.make(make_snapshot.arguments([path, '--particles', str(particles), *words]))
    return path, parts


def expected(gas):
    """Totals of the particles in the box, code units."""
    some = np.all((gas['Coordinates'] >= -HALF) & (gas['Coordinates'] < HALF), axis=1)
    m, v = gas['Masses'][some] * make_snapshot.MSUN / MASS, gas['Velocities'][some]
    b2 = np.sum(gas['MagneticField'][some]**2, axis=1) / (4 * np.pi) / ENERGY * make_snapshot.KPC**3
    return {'mass': m.sum(), 'momentum': (m[:, None] * v).sum(0), 'motion': (m * np.sqrt((v**2).sum(1))).sum(),
            'energy': (m * (gas['InternalEnergy'][some] + 0.5 * (v**2).sum(1))).sum(), 'rays': gas['CosmicRayEnergy'][some].sum() / ENERGY,
            'metals': (m[:, None] * gas['Metallicity'][some, :4]).sum(0),
            'magnetic': 0.5 * (b2 * gas['Masses'][some] / gas['Density'][some]).sum()}


def measured(r):
    h = r.history
    got = {'mass': h['mass'][0], 'momentum': np.array([h[f'momentum{d}'][0] for d in (1, 2, 3)]), 'magnetic': h['magnetic_energy'][0],
           'energy': h['total_energy'][0] - h['magnetic_energy'][0]}
    got['metals'] = np.array([h[f'scalar{i}'][0] for i in range(4)])
    got['rays'] = h['cr_energy'][0]
    return got


def compare(name, got, want, bound=1e-12, why='sums are kept'):
    for key in ('mass', 'energy', 'rays', 'metals'):
        check(f'{name}: {key}, relative error', float(np.max(np.abs(got[key] / want[key] - 1))), '<=', bound, why)
    check(f'{name}: momentum, error relative to the sum of |m v|', float(np.max(np.abs(got['momentum'] - want['momentum'])) / want['motion']), '<=', bound, why)


def round_trip():
    path, parts = snapshot('single', '--double')
    want, runs = expected(parts[0]), {}
    for ranks in (1, 2, 3):
        runs[ranks] = r = run(SETUP, {**FEW, **STILL, 'restart.snapshot': path}, ranks=ranks)
        compare(f'{ranks} ranks', measured(r), want)
        check(f'{ranks} ranks: max |div B| dx / |B|', float(re.search(r'from the particles, and is ([-+.e\d]+)', r.text)[1]), '<=', 1e-14, 'round-off')
    check('cells around the Sun in observables.h5', int(seen.File(runs[1].dir, 'solar_circle').cells), '>', 10, 'a ring of cells of 0.5 to 1 kpc')
    check('energy of the field over that of the particles', float(measured(runs[1])['magnetic'] / want['magnetic']), '<=', 1.1, 'within 10%')
    check('energy of the field over that of the particles', float(measured(runs[1])['magnetic'] / want['magnetic']), '>=', 0.9, 'within 10%')
    tap.report('per level)' in runs[1].text and re.search(r'asks for (\d+) blocks', runs[1].text) and int(re.search(r'asks for (\d+) blocks', runs[1].text)[1]) > 64,
               'the mesh is refined where the gas is')
    r = run(SETUP, {**FEW, **STILL, 'restart.snapshot': path, 'restart.energy': 'thermal'})
    u = parts[0]['InternalEnergy'] * parts[0]['Masses'] * make_snapshot.MSUN / MASS
    inside = np.all((parts[0]['Coordinates'] >= -HALF) & (parts[0]['Coordinates'] < HALF), axis=1)
    h = r.history
    check('internal energy where that is kept', float(abs((h['total_energy'][0] - h['magnetic_energy'][0] - h['kinetic_energy'][0]) / u[inside].sum() - 1)), '<=', 1e-12, 'sums are kept')
    return runs, want


def no_field(runs):
    """The gas is the same to the last bit on any number of ranks; the field to what the solver is asked for."""
    path, _ = snapshot('hydro', '--double', '--without', 'MagneticField')
    some = [run(SETUP, {**FEW, **STILL, 'restart.snapshot': path}, ranks=n) for n in (1, 3)]
    same_snapshots('1 and 3 ranks', *some, 'exact order of sums')
    tap.report('no MagneticField' in some[0].text, 'a missing field is told')


def layouts(want):
    for name, words, bound in (('files', ['--double', '--files', '3'], 1e-12), ('comoving', ['--double', '--cosmological', '--files', '2'], 1e-12),
                               ('old', ['--double', '--old-header', '--hubble', '0.7'], 1e-5), ('old comoving', ['--double', '--old-header', '--cosmological'], 1e-5),
                               ('bins', ['--double', '--bins', '3'], 1e-12), ('floats', [], 1e-6)):
        path, _ = snapshot(name.replace(' ', '_'), *words)
        r = run(SETUP, {**FEW, **STILL, 'restart.snapshot': path[:-5]}, ranks=1)
        compare(name, measured(r), want, bound, 'the same particles' if bound < 1e-8 else 'the same particles, as far as the layout tells')
        tap.report(('taken as cosmological' in r.text) == ('comoving' in name), f'{name}: convention')


def frames():
    """A galaxy that is shifted, moving and tilted comes out as it was."""
    path, parts = snapshot('tilted', '--double', '--offset', '100', '-50', '30', '--velocity', '200', '0', '-100', '--tilt', '40', particles=20000)
    r = run(SETUP, {**FEW, 'restart.snapshot': path})
    found = [np.array([float(w) for w in v.split(',')]) for v in re.findall(r'\(([-+.e\d, ]+)\)', re.search(r'restart: centre.*', r.text)[0])]
    check('centre, kpc off', float(np.linalg.norm(found[0] - [100, -50, 30])), '<=', 0.3, 'some hundred stars of a disc of 3 kpc')
    check('velocity, km/s off', float(np.linalg.norm(found[1] - [200, 0, -100])), '<=', 5.0, 'random motions of 150 km/s, some 4000 stars')
    check('axis of the disc, radians off', float(np.linalg.norm(found[2] - make_snapshot.turn(40)[:, 2])), '<=', 0.02, 'random motions of the gas')
    from analysis.snapshot import Snapshot
    with Snapshot(r.snapshots()[0]) as s:
        volume = np.array([np.prod(s.width(l)) for l in s.level])[:, None, None, None]
        rho = s.field('rho') * volume
        z = np.stack([s.field(f'vel{d}') for d in (1, 2, 3)])
    check('share of momentum across the disc', float(np.sqrt((rho * z[2]**2).sum() / (rho * (z**2).sum(0)).sum())), '<=', 0.15, 'the disc turns in the plane')


def missing():
    out = ['MagneticField', 'CosmicRayEnergy', 'ElectronAbundance', 'NeutralHydrogenAbundance', 'Metallicity', 'StarFormationRate', 'SmoothingLength']
    path, _ = snapshot('bare', '--without', *out)
    r = run(SETUP, {**FEW, **STILL, 'restart.snapshot': path, 'mhd.scalars': 14})
    for name in out:
        tap.report(f'no {name}' in r.text or f'in {name}' in r.text, f'missing {name} is told')
    path, _ = snapshot('no_density', '--without', 'Density')
    tap.report('no Density' in run(SETUP, {**FEW, **STILL, 'restart.snapshot': path}).text, 'missing Density is told')


def spectra():
    """Particles with cosmic rays in proportion to their mass give cells with spectra of one shape, that near the Sun, in proportion to theirs; or none at all.
    No cell below the finest level is heavier than it may be."""
    import h5py
    from analysis.snapshot import Snapshot
    path, _ = snapshot('even', '--double')
    with h5py.File(path, 'a') as f:
        f['PartType0/CosmicRayEnergy'][...] = 3.0 * f['PartType0/Masses'][...]
    most = 0.4
    r = run(SETUP, {**FEW, **STILL, 'restart.snapshot': path, 'mesh.max_level': 2, 'refine.criteria': f'[{{name: lagrangian_mass, refine_above: {most}}}]'}, ranks=2)
    with Snapshot(r.snapshots()[0]) as s:
        volume = np.array([np.prod(s.width(l)) for l in s.level])[:, None, None, None]
        rho, level = s.field('rho'), s.level
        bins = np.stack([s.field(n) for n in s.stored if re.fullmatch(r'.*_\d+_(lo|hi)', n)])
        energy = s.field('cr_energy')
    filled = rho > 2 * rho.min()   # gaps have gas that others gave, without cosmic rays
    ratio = (energy / rho)[filled]
    check('energy of cosmic rays over mass, cell by cell', float(ratio.max() / ratio.min() - 1), '<=', 1e-9, 'in proportion, but for the gas that filled gaps')
    shape = bins[:, filled] / energy[filled]
    check('spectra, cell by cell', float((shape.max(1) / shape.min(1) - 1).max()), '<=', 1e-12, 'one shape')
    heavy = (rho * volume)[level < level.max()]
    tap.report(len(set(level)) > 1 and level.max() == 2, 'levels of the mesh', str(set(level)))
    check('mass of the heaviest cell below the finest level', float(heavy.max()), '<=', most, 'refine_above')
    with Snapshot(run('setups/restart/restart.yaml', {**FEW, **STILL, 'restart.snapshot': path, 'cr_initial.kind': 'none', 'cr_initial.from_setup': False}).snapshots()[0]) as s:
        check('cosmic rays with cr_initial.kind: none', float(s.field('cr_energy').max()), '==', 0.0, 'nothing')


def info():
    """crux info: what is in a snapshot, and what would be done with it."""
    def tell(path):
        done = subprocess.run([sys.executable, '-m', 'analysis', 'info', path], cwd=ROOT, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr
    path, _ = snapshot('info', '--cosmological', '--files', '2', '--without', 'MagneticField', particles=2000)
    status, text = tell(path[:-5])
    tap.report(status == 0 and all(w in text for w in ('2 files', 'taken as  cosmological', 'PartType0 1000 particles', 'without MagneticField', '500 of type 4')), 'crux info', text)
    path, _ = snapshot('info_bad', '--without', 'Velocities', particles=2000)
    status, text = tell(path)
    tap.report(status == 0 and 'refuse it: PartType0 has no Velocities' in text, 'crux info of a snapshot that cannot be used', text)


def steady():
    """The steady state of cosmic rays in the gas of a snapshot: what its stars give is what leaves and is lost."""
    path, _ = snapshot('steady', '--young', '0', particles=6000)
    r = run('setups/restart/steady.yaml', {'restart.snapshot': path, 'cr.network': 'custom', 'output.figures': '[]',
                                           'cr.species': '[{name: p, min_GV: 1, max_GV: 100, per_decade: 1}, {name: e-, min_GV: 1, max_GV: 100, per_decade: 1}]'})
    tap.report('converged' in r.text, 'a steady state')
    check('cells around the Sun in observables.h5', int(seen.File(r.dir, 'solar_circle').cells), '>', 10, 'a ring of cells of 1 kpc')
    missing = [float(w) for w in re.findall(r'missing ([-+.e\d]+)', r.text)]
    check('what is missing in the balance of p and e-', max(missing), '<', 0.05, 'steady.tolerance')
    rate = float(re.search(r'([-+.e\d]+) supernovae per century', r.text)[1]) / (100 * 3.15576e7)
    R = np.geomspace(1, 100, 20001)
    number, middle = np.diff(R) * np.sqrt(R[1:] * R[:-1])**-2.2, np.sqrt(R[1:] * R[:-1])
    energy = sum(w * np.sum(number * (np.sqrt(middle**2 + m**2) - m)) for w, m in ((1, 0.938272), (0.02, 5.11e-4))) / np.sum(number)
    injected = float(re.search(r'\bp +injected ([-+.e\d]+)', r.text)[1])
    check('protons of its supernovae, over those expected', injected * energy / (rate * 0.1 * 1e51 * 624.150907), '<', 1.03, 'rate x energy x efficiency')
    check('protons of its supernovae, over those expected', injected * energy / (rate * 0.1 * 1e51 * 624.150907), '>', 0.95, 'some stars are outside of the box')


def main():
    info()
    steady()
    runs, want = round_trip()
    no_field(runs)
    layouts(want)
    frames()
    missing()
    spectra()


main()
