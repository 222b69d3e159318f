"""crux plot DIR galaxy and crux sweep: the sums of analysis/observe.py against those of the program, the local spectra in a galaxy of given
populations, profiles and slopes that are put in, regions, percentiles; and what crux sweep runs, keeps and says to mistakes."""
import contextlib
import io
import os
import re
import shutil

import h5py
import numpy as np

from analysis import compare, galaxy, galaxy_figures, galaxy_places, measured, observe, rays, zone_data
from analysis.__main__ import main as analysis
from analysis.snapshot import Snapshot
from tests import tap
from tests.regression import check

ZONE, GALAXY = 'setups/one_zone/one_zone.yaml', 'setups/milkyway/milkyway.yaml'
SPECIES = ('[{name: p, min_GV: 0.08, max_GV: 300, per_decade: 4}, {name: e-, min_GV: 0.004, max_GV: 90, per_decade: 4}, '
           '{name: c, min_GV: 0.16, max_GV: 190, per_decade: 4}, {name: b, min_GV: 0.16, max_GV: 190, per_decade: 4}]')
# A small galaxy with the local interstellar spectra everywhere, at time 0.
LOCAL = {'mesh.cells': [16, 16, 16], 'mesh.lower': '[-16 kpc, -16 kpc, -8 kpc]', 'mesh.upper': '[16 kpc, 16 kpc, 8 kpc]',
         'mesh.max_level': 1, 'mesh.regions': '[{level: 1, lower: [4 kpc, 4 kpc, 1 kpc], upper: [5 kpc, 5 kpc, 2 kpc]}]',
         'transport.scheme': 'explicit', 'scattering.perpendicular': 0, 'cr_initial.kind': 'lism', 'cr.network': 'custom', 'cr.species': SPECIES, 'output.precision': 'float64',
         'output.xdmf': False}
os.environ['CRUX_PROGRAM'] = check.PROGRAM


def worst(a, b, where=True):
    return float(np.max(np.abs(np.asarray(a) / np.asarray(b) - 1)[where]))


def against_program():
    """Spectra, ratios, ionisation and gamma rays of zone.h5 from its populations."""
    run = check.run(ZONE, {})
    with h5py.File(os.path.join(run.dir, 'zone.h5')) as f:
        species, ends = {}, {}
        for n, g in f['species'].items():
            p, t, r = (g[k][...] for k in ('p', 't', 'rigidity'))
            a2, am = np.linalg.solve([[t[0]**2, 2 * t[0]], [t[-1]**2, 2 * t[-1]]], [p[0]**2, p[-1]**2])   # p^2 = (A t)^2 + 2 m A t
            a, z = np.sqrt(a2), p[0] / r[0]
            species[n] = rays.Species(n, g['edges'][...] / z, am / a, z, 0.0 if n in ('e-', 'e+') else a, n)
            ends[n] = [g[e][...][:, None] for e in ('lo', 'hi')]
        o = observe.Observer(species, float(f.attrs['carbon_share']))
        laws = {n: o.law(n, *ends[n]) for n in species}
        for n in ('p', 'e-', 'b', 'cno'):
            g = f['species'][n]
            there = g['j'][...] > 1e-8 * g['j'][...].max()
            pairs = {'intensity': (o.intensity(n, *laws[n], g['t'][...]), 'j'),
                     'intensity over rigidity': (o.intensity_rigidity(n, *laws[n], g['rigidity'][...]), 'j_rigidity'),
                     'energy per ln T': (o.energy_per_log(n, *laws[n], g['t'][...]), 'energy_per_log'),
                     'ionisation per ln T': (o.ionisation_per_log(n, *laws[n], g['t'][...]), 'ionisation_per_log')}
            for what, (ours, name) in pairs.items():
                theirs = np.maximum(g[name][...], 1e-300)
                check.check(f'{what} of {n}: largest relative difference', worst(ours[:, 0], theirs, there & (theirs > 1e-300)), '<', 1e-3, 'the program')
            check.check(f'populations of {n} from numbers and slopes', worst(np.array(o.ends(n, *laws[n])), ends[n], np.array(ends[n]) > 1e-30), '<', 1e-3,
                        'those they came from')
        names = [w.decode() for w in f.attrs['species']]
        zeta = {n: float(o.total(o.ionisation(n), *laws[n])[0]) for n in species}
        check.check('ionisation rates: largest relative difference', worst([zeta[n] for n in names], f.attrs['ionisation_rate']), '<', 1e-3, 'the program')
        for e, name in ((0.1, 'gamma_above_100MeV'), (1.0, 'gamma_above_1GeV')):
            check.check(f'{name}: relative difference', abs(float(o.total(o.gamma('p', e), *laws['p'])[0]) / f.attrs[name] - 1), '<', 0.01, 'the program')
        e, q, p = f['gamma/energy'][...][10:108:3], f['gamma/pion'][...][10:108:3], species['p']

        def pions(energy):
            def rate(momentum):
                t = p.kinetic(momentum)
                return momentum / (t + p.mass) * observe.sigma_gamma(t, energy)
            return float(o.total(o.mean('p', rate), *laws['p'])[0]) * observe.NUCLEI * observe.LIGHT * observe.MILLIBARN / (4 * np.pi)
        check.check('gamma rays of pions, 3 MeV to 200 GeV: largest relative difference', worst([pions(x) for x in e], q), '<', 5e-3, 'the program')
        e, q = f['gamma/energy'][...], f['gamma/bremsstrahlung'][...]
        fine = np.geomspace(0.1, 0.99 * e[q > 0][-1], 4000)
        integral = np.sum(np.diff(np.log(fine)) * np.interp(np.log(fine[1:]), np.log(e), e * q))
        ours = sum(float(o.total(o.gamma(s, 0.1), *laws[s])[0]) for s in ('e-', 'e+'))
        check.check('bremsstrahlung above 100 MeV: relative difference', abs(ours / integral - 1), '<', 0.01, 'the spectrum of the program')
        x = f['ratios/x'][...]
        for r in ('B_C', 'Be10_Be9', 'e+_fraction', 'C_H', 'e-_p'):
            theirs, ours = f['ratios'][r][...], o.ratio(r, laws, x, smooth=False)[:, 0]
            good = (theirs > 0) & np.isfinite(ours)
            check.check(f'{r}: largest relative difference', worst(ours[good], theirs[good]), '<', 1e-3, 'the program')


def changed(run, folder, factor):
    """A copy of the run with the populations of species n, bin k, times factor(n, k, cells)."""
    os.makedirs(folder)
    path = shutil.copy(run.snapshots()[-1], folder)
    with Snapshot(path) as s:
        c = s.cells('rho')
        c['n'] = c['rho'] * s.units['density_g_cm3'] / galaxy.PROTON_g
        places = [(n, k, s.stored[rays.population(n, k, end)]) for n, sp in rays.species_of(s).items() for k in range(len(sp.edges) - 1) for end in ('lo', 'hi')]
        shape = (s.blocks, *s.block[::-1])
    with h5py.File(path, 'r+') as f:
        for n, k, v in places:
            f[v.group][v.row] = f[v.group][v.row] * factor(n, k, c).reshape(shape)
    return path


def local(run):
    """Uniform populations: the fits they come from, in every statistic."""
    with Snapshot(run.snapshots()[-1]) as s:
        g = galaxy.Galaxy(s, galaxy.Region(height=0.6, density=(1e-9, 1e9)))
        c = s.cells('rho', 'press')
        R, n = np.hypot(c['x'], c['y']), c['rho'] * s.units['density_g_cm3'] / galaxy.PROTON_g
        wanted = np.count_nonzero((R >= 7) & (R <= 9) & (np.abs(c['z']) <= 0.6))
        check.check('cells of the region', int(np.count_nonzero(g.sun)), '==', int(wanted), 'a count by hand')
        middle = float(np.median(n[(R >= 7) & (R <= 9)]))
        part = galaxy.Galaxy(s, galaxy.Region(height=9.0, density=(middle, 1e9), temperature=(0.0, 1e5)))
        T = part.T
        wanted = np.count_nonzero((R >= 7) & (R <= 9) & (n >= middle) & (T <= 1e5))
        check.check('cells of dense and cool gas', int(np.count_nonzero(part.sun)), '==', int(wanted), 'a count by hand')
        lowest = np.abs(c['z']).min()
        thin = galaxy.Galaxy(s, galaxy.Region(height=0.5 * lowest, density=(middle, 1e9)))
        wanted = np.count_nonzero((R >= 7) & (R <= 9) & (np.abs(c['z']) <= 1.001 * lowest) & (n >= middle))
        check.check('no cell so near to the plane: dense cells of the lowest layer', int(np.count_nonzero(thin.sun)), '==', int(wanted), 'a count by hand')
        tap.report('no cell below' in thin.where and f'n = {middle:g}' in thin.where, 'that is told', thin.where)
        light = np.abs(np.log((g.radiation() - 0.26) / 0.97 * (1 + (g.z / 3)**2)) + (g.R - 8.2) / 4)
        check.check('radiation of all cells: largest relative difference', float(light.max()), '<', 1e-9, 'CMB, and 0.97 eV/cm^3 at the Sun that fall outwards')
        empty = galaxy.Galaxy(s, galaxy.Region(density=(1e6, 1e7)))
        tap.report('no cell' in empty.where and empty.sun.any(), 'a region without cells is told and widened', empty.where)
        laws = g.sun_laws()
        for name, element in (('p', 'p'), ('e-', 'e-'), ('c', 'c'), ('b', 'b')):
            t = g.observer.energy(name, g.observer.points(name, 1))
            use = (t > 0.02) & (t < 50)
            seen = g.spread(g.observer.intensity(name, *laws[name], t))
            check.check(f'median intensity of {name}: largest relative difference', worst(seen['median'], measured.interstellar(element, t), use), '<', 0.05,
                        'the fit of the local spectra, bins of 1/4 decade')
            check.check(f'percentiles of {name} in uniform populations', worst(seen[97.5], seen[2.5]), '<', 1e-12, 'all cells are the same')
        check.check('energy density of protons', abs(float(g.spread(g.of_sun(g.energies['p']))['median']) - 0.735), '<', 2e-3, 'P13: 0.735 eV/cm^3')
        for name in ('p', 'e-', 'c'):
            t = g.observer.energy(name, g.observer.points(name, 1))
            seen_j, energy = (np.median(of(name, *laws[name], t), axis=1) for of in (g.observer.intensity, g.observer.energy_per_log))
            check.check(f'energy per ln T of {name} from its intensity: largest relative difference', worst(zone_data.energy_per_log(name, t, seen_j), energy), '<', 0.01,
                        'from the populations')
        x = np.array([1.0, 10.0])
        fits = measured.interstellar('b', x) / measured.interstellar('c', x)
        check.check('B/C at 1 and 10 GeV/n', worst(g.spread(g.observer.ratio('B_C', laws, x))['median'], fits), '<', 0.05, 'the fits')


def put_in(run, folder):
    """Profiles and slopes."""
    power = {'p': 0.4, 'e-': -0.2, 'c': 0.0, 'b': 0.0}
    with Snapshot(changed(run, os.path.join(folder, 'slopes'), lambda n, k, c: c['n']**power[n])) as s:
        g = galaxy.Galaxy(s)
        for n in ('p', 'e-'):
            slope, scatter = galaxy_figures.slopes(g, n, np.array([0.1, 1.0, 10.0]))
            check.check(f'slope of {n} over density: error', float(np.max(np.abs(slope - power[n]))), '<', 1e-6, 'what was put in')
            check.check(f'its scatter for {n}', float(np.max(scatter)), '<', 1e-6, 'none')
    height = {'p': 2.0, 'e-': 3.0, 'b': 4.0}
    path = changed(run, os.path.join(folder, 'heights'), lambda n, k, c: np.exp(-np.abs(c['z']) / height[n] if n in height else -np.hypot(c['x'], c['y']) / 5))
    with Snapshot(path) as s:
        g = galaxy.Galaxy(s)
        for n in height:
            t, h = galaxy_places.heights(g, n)
            check.check(f'height of {n}: error in kpc', float(np.max(np.abs(h - height[n]))), '<', 1e-6, 'what was put in')
        middle, _, mean = galaxy.binned(g.R, g.ring_edges, g.energies['c'], g.volume * (np.abs(g.z) < 0.6))
        out = middle > 3
        slope = np.polyfit(middle[out], np.log(mean[out]), 1)[0]
        check.check('scale of C over R: relative error', abs(-5 * slope - 1), '<', 0.02, '5 kpc was put in')
    return os.path.dirname(path)


def pieces():
    rng = np.random.default_rng(3)
    v, w = rng.normal(size=(2, 4001)), np.ones(4001)
    check.check('percentiles with equal weights', float(np.max(np.abs(galaxy.quantiles(v, w) - np.percentile(v, galaxy.QUANTILES, axis=1)))), '<', 0.01,
                'numpy.percentile')
    two = galaxy.quantiles(np.array([1.0, 2.0]), np.array([1.0, 1e9]), (50,))
    check.check('median where one cell has all the weight', abs(float(two[0]) - 2.0), '<', 1e-6, 'that cell')
    for s in measured.AMS:
        d = zone_data.flux(None, s)
        tap.report(all(np.all(np.diff(p.x) > 0) and np.all(p.y > 0) and np.all(p.error < p.y) for p in d), f'data of {s} are in order, positive, with errors')
    p, h = zone_data.flux(None, 'p')[0], measured.interstellar('p', np.array([50.0, 90.0]))
    there = np.exp(np.interp(np.log([50.0, 90.0]), np.log(p.x), np.log(p.y)))
    check.check('protons of AMS-02 over the local fit at 50 and 90 GeV', worst(there, h), '<', 0.15, 'a fit to such data')
    tap.report(zone_data.flux(False, 'p') == [] and zone_data.ratio(False, 'B_C') == [], 'no data where none are wanted')


class Copy:
    """Protons of the data times a factor, and B/C alike: at the points of AMS-02 and Voyager."""
    where, values = 'nowhere', {'energy': np.array([0.925])}

    def __init__(self, factor):
        self.factor = factor

    def spectrum(self, what):
        if what != 'p':
            return None
        ams, voyager = zone_data.flux(None, 'p')
        use = ams.rigidity >= 10
        t, j = np.concatenate([voyager.x, ams.x[use]]), np.concatenate([voyager.y, ams.y[use]])
        return np.repeat(t, 3), {'median': self.factor * np.repeat(j, 3)}   # the middle one of three per bin counts

    def ratio(self, which):
        if which != 'B_C':
            return None
        d = next(p for p in zone_data.ratio(None, which) if p.name == 'AMS-02')
        return d.x, {'median': self.factor * d.y}


class Few(Copy):
    """Without protons below 1 GeV."""
    def spectrum(self, what):
        found = Copy.spectrum(self, what)
        return found and (found[0][found[0] > 1], {'median': found[1]['median'][found[0] > 1]})


def comparison(folder):
    for factor, good in ((1.2, True), (1.9, False), (0.5, False)):
        found = compare.lines(Copy(factor))
        protons, bc = [x for x in found if x[0] == 'j_p'], [x for x in found if x[0] == 'B_C']
        tap.report(len(protons) == 6 and len(bc) == 4, 'what is compared: protons from 20 MeV to 300 GeV, B/C above 4 GeV/n', f'{len(protons)} {len(bc)}')
        check.check(f'ratios of data times {factor} to the data, largest difference', max(abs(x[7] / factor - 1) for x in protons + bc), '<', 1e-9, 'the factor')
        tap.report(all(x[9] == good for x in protons + bc), f'{factor} is {"inside" if good else "outside"} of the bands')
        tap.report([x[9] for x in found if x[0] == 'energy'] == [True], 'the energy density near the Sun')
    path = compare.write(Copy(1.2), 'copy', folder)
    with open(path) as f:
        rows = [line.split() for line in f if not line.startswith('#')]
    tap.report(len(rows) == 11 and all(len(r) >= 10 and r[8] == 'yes' for r in rows), 'comparison.txt', rows[:2])
    tap.report(compare.left_out(Copy(1.2)) == [] and compare.left_out(Few(1.2)) == ['energy'] and not [x for x in compare.lines(Few(1.2)) if x[0] == 'energy'],
               'the energy of few protons is not compared')
    d = next(p for p in zone_data.ratio(None, 'B_C') if p.name == 'Voyager 1')
    check.check('B/C of Voyager 1 at 0.1 GeV/n', float(np.interp(0.1056, d.x, d.y)), '<', 0.18, '5.7 +- 0.72 over 38 +- 3')
    check.check('B/C of Voyager 1 at 0.1 GeV/n', float(np.interp(0.1056, d.x, d.y)), '>', 0.13, '5.7 +- 0.72 over 38 +- 3')


def environments():
    """Temperatures are told apart at one density where the gas has several there."""
    n, T = np.array([0.2, 0.5, 0.5, 3.0, 1e-3]), np.array([50.0, 8e3, 9e3, 50.0, 1e6])
    same = galaxy_figures.decades(T, 1, 8, (n >= 0.1) & (n < 1))
    tap.report([(a, int(of.sum())) for a, b, of in same] == [(10.0, 1), (1000.0, 2)], 'decades of temperature at one density', same)
    tap.report([a for a, b, of in galaxy_figures.decades(T, 1, 8)] == [10.0, 1000.0, 1e6], 'decades of temperature of all gas')
    tap.report(galaxy.kiloparsecs('300 pc') == 0.3 and galaxy.kiloparsecs('1e21 cm') is None, 'lengths of parameters')


def call(*words):
    text = io.StringIO()
    with contextlib.redirect_stdout(text), contextlib.redirect_stderr(text):
        try:
            status = analysis([str(w) for w in words])
        except SystemExit as e:
            status = e.code
    return status, text.getvalue()


def pictures(folder):
    status, text = call('plot', folder, 'galaxy', '--ring', '6,9', '--modulation', '500')
    made = os.listdir(os.path.join(folder, 'figures')) if status == 0 else []
    tap.report(status == 0 and len(made) == len(galaxy_places.FIGURES) + 1, 'crux plot DIR galaxy: all figures, the comparison and the table', text)
    with open(os.path.join(folder, 'observables.00000.txt')) as f:
        rows = [line.split() for line in f if not line.startswith('#')]
    tap.report(all(len(r) == 9 for r in rows) and rows[0][0] == 'energy', 'the table of statistics', rows[:1])
    status, text = call('plot', folder, 'galaxy', '--figures', 'spectra', '--format', 'pdf', '--no-data')
    tap.report(status == 0 and os.path.exists(os.path.join(folder, 'figures', 'galaxy_spectra.00000.pdf')), 'one figure as PDF, without data', text)
    status, text = call('plot', folder, 'galaxy', '--figures', 'ratios', '--weight', 'volume')
    with open(os.path.join(folder, 'observables.00000.txt')) as f:
        tap.report(status == 0 and 'percentiles over their volume' in f.readline(), 'percentiles over volume say so', text)
    status, text = call('plot', folder, folder, 'galaxy')
    tap.report(status == 0 and 'overlay.png' in text, 'two galaxies over one another', text)
    for words, said in ((['--figures', 'spectrum'], 'want some of'), (['--ring', '50,60'], 'no cell'), (['--density', '3'], 'LOW,HIGH'),
                        (['--height', '-1'], 'above zero'), (['--data', os.path.join(folder, 'none')], 'no folder kiss_crdb')):
        status, text = call('plot', folder, 'galaxy', *words)
        tap.report(status == 2 and said in text and 'Traceback' not in text, f'status 2: {" ".join(words)}', text)


def sweep(folder):
    out = os.path.join(folder, 'sweep')
    common = [os.path.join(check.ROOT, GALAXY), '--ranks', '1', '--out', out]
    for key, value in LOCAL.items():
        common += ['--set', f'{key}={check.text(value)}']
    vary = ['--vary', 'cr_initial.energy=0.5 eV cm^-3,1 eV cm^-3', '--vary', 'cr.carbon_share=0.3,0.4']
    status, text = call('sweep', *common, *vary)
    tap.report(status == 0 and 'sweep.png' in text, 'crux sweep of two parameters', text)
    with open(os.path.join(out, 'sweep.txt')) as f:
        lines = f.read().splitlines()
    names, rows = lines[2][2:].split(), [line.split() for line in lines[3:]]
    energy = [float(r[names.index('energy')]) for r in rows]
    check.check('energies of the runs of a sweep', worst(energy, [0.5, 0.5, 1.0, 1.0]), '<', 1e-3, 'what they were given')
    tap.report(all(len(r) == len(names) for r in rows) and rows[1][:2] == ['0.5_eV_cm^-3', '0.4'], 'the table', lines[2:5])
    logs = {f: os.path.getmtime(os.path.join(out, f)) for f in os.listdir(out) if f.endswith('.log')}
    status, text = call('sweep', *common, *vary[:2], '--vary', 'cr.carbon_share=0.4,0.5')
    same = [f for f, t in logs.items() if os.path.getmtime(os.path.join(out, f)) == t]
    tap.report(status == 0 and len(same) == len(logs) == 4 and text.count('there already') == 2, 'runs that have ended are kept', text)
    status, text = call('sweep', *common, '--quick', *vary)
    tap.report(status == 2 and 'other settings' in text, 'runs with and without --quick are not mixed', text)
    status, text = call('sweep', *common, '--set', 'cr.beryllium9_share=0.3', *vary)
    tap.report(status == 2 and 'other settings' in text, 'runs with other settings are not mixed', text)
    status, text = call('sweep', *common, '--vary', 'cr_initial.energy=0.5 eV cm^-3,many')
    tap.report(status == 2 and '1 of 2 runs failed' in text and 'ended with status' in text, 'a run that fails is told, the others compared', text)
    for words, said in ((['--vary', 'cr.carbon_share'], 'KEY=VALUE'), (['--vary', 'a.b=1,1'], 'twice'), (['--vary', 'a.b=1,,2'], 'KEY=VALUE'),
                        (['--vary', 'cr.network=protons'], 'given twice'), ([], '--vary')):
        status, text = call('sweep', *common, *words)
        tap.report(status == 2 and said in text and 'Traceback' not in text, f'status 2: {" ".join(words) or "nothing varies"}', text[-300:])


def quick_sweep(folder):
    """--quick takes the cheaper values of the file, unless --set says otherwise."""
    path, out = os.path.join(folder, 'quick.yaml'), os.path.join(folder, 'quick_sweep')
    with open(os.path.join(check.ROOT, ZONE)) as f, open(path, 'w') as g:
        g.write(f.read() + 'quick: {cr: {carbon_share: 0.5}}\n')
    status, text = call('sweep', path, '--quick', '--ranks', '1', '--out', out, '--vary', 'escape.slope=0.3,0.6')
    with open(os.path.join(out, 'escape.slope=0.3', 'parameters.yaml')) as f:
        used = f.read()
    tap.report(status == 0 and re.search(r'carbon_share: +0.5\b', used) is not None, 'crux sweep --quick', text)


def main():
    pieces()
    environments()
    comparison(check.scratch())
    against_program()
    run = check.run(GALAXY, LOCAL)
    local(run)
    pictures(put_in(run, os.path.join(check.scratch(), 'changed')))
    sweep(check.scratch())
    quick_sweep(check.scratch())


main()
