"""Trends that Hopkins et al. 2022 (H22) report for their galaxies, in the simplest runs that have them: the steady state of a slab (setups/cr_slab), one zone,
explicit steps with two speeds of light, and a coarse galaxy alive.

    PYTHONPATH=. python3 -m tests.regression.trends docs/images/trends      draws them too (after ./crux build)"""
import sys

import numpy as np

from analysis import galaxy, rays, snapshot, sweep, zone
from analysis.view import of_rays
from tests.regression import check as records, trends_figures
from tests.regression.check import run

SLAB = 'setups/cr_slab/steady.yaml'
# The full range of the paper, gas of which a tenth is ionised, a halo of 8 kpc.
BASE = {'cr.min_GV': 0.0178, 'cr.max_GV': 1000, 'cr.per_decade': 2, 'cr_secondaries.tail': True, 'medium.ionised': 0.1, 'mesh.cells': [128, 1, 1],
        'mesh.lower': '[-8 kpc, 0 kpc, 0 kpc]', 'mesh.upper': '[8 kpc, 1 kpc, 1 kpc]'}


def slab(**more):
    r = run(SLAB, {**BASE, **{k.replace('__', '.'): v for k, v in more.items()}})
    with snapshot.Snapshot(r.snapshots()[-1]) as s:
        view = of_rays(s, r.dir, point=[0.0])
    numbers = sweep.key_numbers(view)
    t, j = zone.intensity(view, 'p')
    for name, low, high in (('slope_p_1_10GeV', 1, 10), ('slope_p_03_3GeV', 0.3, 3)):
        numbers[name] = sweep.slope(t, j, low, high)
    numbers['slope_e_30_300MeV'] = sweep.slope(*zone.intensity(view, 'e-'), 0.03, 0.3)
    for name, which, at in (('j_p_10MeV', 'p', 0.01), ('j_e_30MeV', 'e-', 0.03), ('j_p_10GeV', 'p', 10), ('j_e_100GeV', 'e-', 100)):
        numbers[name] = sweep.value(*zone.intensity(view, which), at)
    VIEWS[', '.join(f'{k.split("__")[-1]}={v}' for k, v in more.items()) or 'reference'] = view
    return numbers, r


VIEWS, ZONES = {}, {}       # by what differs from BASE, by cr_injection.swept_mass


def heights(r, energies):
    """kpc in which the number of protons of these energies falls to 1/e."""
    with snapshot.Snapshot(r.snapshots()[-1]) as s:
        x = s.cells()['x'] * s.units['length_cm'] / 3.0857e21
        species = rays.species_of(s)['p']
        up = x > 0
        out = []
        for t in energies:
            p = np.sqrt(t * (t + 2 * species.mass))
            k = int(np.searchsorted(species.momenta, p, side='right') - 1)
            n = sum(s.field(rays.population('p', k, end)).ravel() for end in ('lo', 'hi'))[up]
            out.append(float(np.interp(np.log(n[0]) - 1, np.log(n[::-1]), x[up][::-1])))
    return out


def species_energies(r):
    """Of the middles of the bins of protons."""
    with snapshot.Snapshot(r.snapshots()[-1]) as s:
        p = rays.species_of(s)['p']
    return p.kinetic(np.sqrt(p.momenta[1:] * p.momenta[:-1]))


def far_from_sources():
    """Steady state of a source in a radial field between absorbing walls: ({'r', 'exact': 1/r - 1/r_edge}, e_cr), near the axes, outside of the source."""
    r = run('setups/cr_point_source/cr_point_source.yaml', {'mesh.cells': [32, 32, 32], 'mesh.max_level': 0, 'mesh.regions': '[]', 'cr_point_source.radius': '0.1 kpc',
                                                              'transport.scheme': 'steady', 'run.time_end': 0})
    with snapshot.Snapshot(r.snapshots()[-1]) as s:
        ray = s.profile(['cr_energy'], 0)
    x = np.abs(ray.s)
    use = (x > 0.25) & (x < 0.9)
    return {'r': x[use], 'exact': 1 / x[use] - 1}, ray.values['cr_energy'][use]


def speed_of_light(km_s):
    """(numbers of protons of 1 to 10 GV in the middle of the slab, (Myr, their energy in the box)), from steps in time."""
    r = run('setups/cr_slab/cr_slab.yaml', {'mesh.cells': [32, 1, 1], 'mesh.block': 16, 'cr.network': 'custom', 'cr.species': '[{name: p}]', 'cr.min_GV': 1, 'cr.max_GV': 10,
                                            'cr.per_decade': 2, 'transport.speed_choice': 'fixed', 'transport.speed': f'{km_s} km/s', 'transport.rsol_form': 'flux',
                                            'run.time_end': '90 Myr', 'output.snapshots': '90 Myr'})
    with snapshot.Snapshot(r.snapshots()[-1]) as s:
        lo, hi = rays.Rays(s, point=[0.0]).populations('p')
    h = r.history
    return lo + hi, (90 * h['time'] / h['time'][-1], h['cr_p_energy'])


def reacceleration():
    """The three terms of Eq. 7 of H22 for protons of 3 GV in a coarse galaxy alive after 8 Myr, at every cell of the disc: medians of their sizes, weighted with mass, in
    km/s/kpc, and {term: (R, quantiles [16, 50, 84 %][ring])}.  Isotropic; the streaming term as it is with particles in balance with scattering, v_A |b.grad P| / 3 P."""
    r = run('setups/milkyway/live.yaml', {'mesh.cells': [48, 48, 24], 'mesh.max_level': 0, 'mesh.regions': '[]', 'run.time_end': '8 Myr', 'output.snapshots': '8 Myr',
                                          'output.history': '1 Myr', 'cr.species': '[{name: p, min_GV: 1, max_GV: 10, per_decade: 1}]'})
    with snapshot.Snapshot(r.snapshots()[-1]) as s:
        cells = s.cells('rho', 'vel1', 'vel2', 'vel3', 'Bcc1', 'Bcc2', 'Bcc3', 'cr_press')
        order = np.lexsort((cells['x'], cells['y'], cells['z']))
        sides = [cells[d][order[0]] for d in ('dx', 'dy', 'dz')]
        at = {n: v[order].reshape(24, 48, 48).transpose(2, 1, 0) for n, v in cells.items()}
        second = s.units['time_s']
    b = np.array([at[f'Bcc{d}'] for d in (1, 2, 3)])
    strength = np.sqrt(np.sum(b * b, axis=0))
    alfven = strength / np.sqrt(at['rho'])
    div_u = sum(np.gradient(at[f'vel{d + 1}'], sides[d], axis=d) for d in range(3))
    along = sum(b[d] * np.gradient(at['cr_press'], sides[d], axis=d) for d in range(3)) / strength
    nu, beta, light = 1e-9 * 3**-0.5 * second, 3 / np.hypot(3, 0.938), 2.998e5
    nu *= beta
    terms = {'adiabatic': np.abs(div_u) / 3, 'streaming': alfven * np.abs(along) / (3 * at['cr_press']),
             'diffusive': nu * 2 / 3 * (1 + beta**2) * (alfven / (beta * light))**2}
    radius = np.hypot(at['x'], at['y'])
    disc = (radius > 3) & (radius < 12) & (np.abs(at['z']) < 1.2)
    edges = np.arange(3.0, 12.1, 1.0)
    rings = {n: galaxy.binned(radius[disc], edges, v[disc], at['rho'][disc])[:2] for n, v in terms.items()}
    return {n: float(galaxy.quantiles(v[disc], at['rho'][disc], (50,))[0]) for n, v in terms.items()}, rings


def check(figure, *of):
    records.check(*of, figure=f'images/trends/{figure}.png')


def rising(name, key, values, runs, paper, sign=1):
    """All differences from one run to the next have the sign."""
    steps = sign * np.diff([n[key] for n in runs])
    check(name, f'{name}: {key} = ' + ', '.join(f'{n[key]:.4g}' for n in runs) + f' for {values}, smallest step', float(np.min(steps)), '>', 0.0, paper)


def main():
    base, normal = slab()
    slopes = [slab(cr__scattering_slope=d)[0] for d in (0.3, 0.7)]
    three = [slopes[0], base, slopes[1]]
    rising('delta', 'slope_B_C', '0.3, 0.5, 0.7', three, 'H22 Fig. 3: lower delta flattens B/C', -1)
    check('delta', 'delta: slope of B/C + delta, largest of three', float(max(abs(n['slope_B_C'] + d) for n, d in zip(three, (0.3, 0.5, 0.7)))), '<', 0.15, 'B/C ~ R^-delta')
    low, high = slab(cr__scattering_rate_s=5e-10)[0], slab(cr__scattering_rate_s=2e-9)[0]
    rates = [low, base, high]
    for key in ('B_C_1', 'B_C_10', 'j_p_10GeV'):
        rising('nu0', key, '0.5, 1, 2 x 1e-9 /s', rates, 'H22 Fig. 3: more scattering, more grammage')
    for key in ('slope_p_10_100MeV', 'slope_p_1_10GeV'):
        rising('nu0', key, '0.5, 1, 2 x 1e-9 /s', rates, 'H22 Fig. 3: more scattering, harder hadrons')
    no_ion = slab(cr_losses__ionisation=0, cr_losses__coulomb=0)[0]
    for at, word, key in (('p_10MeV', 'p at 10 MeV', 'slope_p_10_100MeV'), ('e_30MeV', 'e- at 30 MeV', 'slope_e_30_300MeV')):
        check('ionisation', f'no ionisation, no Coulomb losses: {word} over those with', no_ion['j_' + at] / base['j_' + at], '>', 1.5, 'H22 Fig. 4: more particles at low energy')
        check('ionisation', f'no ionisation, no Coulomb losses: {key}, change', no_ion[key] - base[key], '<', -0.1, 'H22 Fig. 4: spectra fall more slowly towards low energy')
    no_light = slab(cr_losses__inverse_compton=0, cr_losses__synchrotron=0)[0]
    check('light', 'no inverse Compton, no synchrotron: slope of e- at 10 to 100 GeV, change', no_light['slope_e_10_100GeV'] - base['slope_e_10_100GeV'], '>', 0.1,
          'H22 Fig. 4: harder high-energy electrons')
    check('light', 'no inverse Compton, no synchrotron: p at 10 GeV, change', abs(no_light['j_p_10GeV'] / base['j_p_10GeV'] - 1), '<', 1e-3, 'protons do not care')
    low, middle, high = heights(normal, (0.003, 0.1, 300))
    check('heights', f'height of 1/e of p at 3 MeV, 100 MeV, 300 GeV: {low:.2f}, {middle:.2f}, {high:.2f} kpc; smallest step', min(middle - low, high - middle), '>', 0.0,
          'H22 Fig. 11: grows with energy')
    check('heights', 'height at 300 GeV in kpc', high, '>', 4.5, 'H22 Fig. 11: more than 5 kpc; the slab ends at 8')
    swept = {}
    for how in ('ejecta', 'sedov'):
        z = ZONES[how] = zone.Zone(run('setups/one_zone/one_zone.yaml', {'source.kind': 'core_collapse', 'cr_injection.swept_mass': how}).dir)
        swept[how] = sweep.value(z.ratios['x'], z.ratios['C_H'], 10)
    check('swept_mass', 'C/H at 10 GeV/n, ejecta mixed with gas of their mass over that of the Sedov phase', swept['ejecta'] / swept['sedov'], '>', 4.0, 'H22 Fig. 7: about 10')
    x, y = far_from_sources()
    slope = np.polyfit(np.log(x['exact']), np.log(y), 1)[0]
    check('far', 'a source in a radial field: slope of e_cr over 1/r - 1/r_edge outside of it, less one', abs(float(slope) - 1), '<', 0.1, 'H22 Fig. 11: e_cr ~ 1/r outside the sources')
    terms, rings = reacceleration()
    shown = ', '.join(f'{n} {v:.3g}' for n, v in terms.items()) + ' km/s/kpc'
    check('reacceleration', f'p of 3 GV in the disc of a galaxy alive, medians: {shown}; adiabatic over streaming', terms['adiabatic'] / terms['streaming'], '>', 3.0, 'H22 3.3: adiabatic > streaming')
    check('reacceleration', 'streaming over diffusive', terms['streaming'] / terms['diffusive'], '>', 1.5, 'H22 3.3: streaming > diffusive')
    both = {v: speed_of_light(v) for v in (1e4, 3e4)}
    speeds = {v: n for v, (n, _) in both.items()}
    check('speed_of_light', 'explicit steps to 90 Myr, c~ of 1e4 and 3e4 km/s: largest difference of the bins', float(np.max(np.abs(speeds[1e4] / speeds[3e4] - 1))), '<', 0.03,
          'H22 Fig. 5: no difference in the steady state')
    if len(sys.argv) > 1:
        t = species_energies(normal)
        trends_figures.draw(sys.argv[1], VIEWS, ZONES, (t, heights(normal, t)), {v: h for v, (_, h) in both.items()}, rings, (x, y))


if __name__ == '__main__':
    main()
