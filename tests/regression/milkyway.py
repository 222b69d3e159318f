"""The frozen galaxy: what supernovae give does not hang on the size of cells, and clumps leave the mass of the gas as it is."""
import re

import numpy as np

from analysis import seen
from tests.regression.check import check, resume, run

SETUP = 'setups/milkyway/milkyway.yaml'
SMALL = {'mesh.cells': '[16, 16, 16]', 'mesh.max_level': 0, 'mesh.regions': '[]', 'cr.network': 'protons', 'steady.tolerance': 0.1, 'output.figures': '[]',
         'steady.sweeps': 20}
PER_GEV = 7.118                               # protons of R^-2.2 from 56 MV to 1 TV per GeV of their energy
POWER_GEV = 0.1 * (2e-2 / 3.15576e7 * 1e51 + 1.1e41) * 624.150907   # of supernovae and winds


def injected(r):
    return float(re.search(r'\bp +injected ([0-9.e+-]+)', r.text).group(1))


def quick():
    """Statistics of the run with --quick, as well: there are cells around the Sun."""
    r = run(SETUP, {'cr.network': 'custom', 'cr.species': '[{name: p, min_GV: 1, max_GV: 100, per_decade: 1}]', 'steady.tolerance': 0.1, 'output.figures': '[]'}, options=('--quick',))
    sun = seen.File(r.dir, 'solar_circle')
    check('--quick: cells of the solar circle in observables.h5', int(sun.cells), '>', 100, 'a ring of cells of 0.75 kpc')
    check('and their energies are numbers', bool(np.all(np.isfinite(sun.values['energy'])) and sun.values['energy'][0] > 0), '==', True, 'a median')


def light():
    """Five bands beside the CMB: as much light as in two, so that only Klein-Nishina losses tell them apart, which are least for ultraviolet light."""
    few = {**SMALL, 'cr.network': 'custom', 'cr.species': '[{name: e-, min_GV: 10, max_GV: 1000, per_decade: 1}]', 'cr_injection.electron_ratio': 'energy'}

    def electrons(bands, kn, **more):
        return run(SETUP, {**few, 'cr_losses.bands': bands, 'cr_losses.klein_nishina': kn, **more}).history['cr_e-_energy'][-1]
    thomson, kn = [electrons(b, False) for b in (6, 3)], [electrons(b, True) for b in (6, 3)]
    check('electrons with 6 bands of light over those with 3, without Klein-Nishina', abs(thomson[0] / thomson[1] - 1), '<', 1e-6, 'the same light')
    check('electrons with Klein-Nishina losses over those without', kn[0] / thomson[0] - 1, '>', 0.01, 'weaker losses')
    dark = electrons(6, True, **{'milkyway.star_shares': '[0, 0, 0, 1]'})
    check('and with all starlight ultraviolet, over those', dark / kn[0] - 1, '>', 0.01, 'weaker still')
    bad = run(SETUP, {**few, 'milkyway.star_shares': '[0.5, 0.5, 0.5, 0]'}, may_fail=True)
    check('shares that are not one together are refused', bad.status == 2 and 'milkyway.star_shares' in bad.text, '==', True, 'a clear message')


def main():
    quick()
    light()
    expected = POWER_GEV * PER_GEV
    coarse = run(SETUP, SMALL)
    fine = run(SETUP, {**SMALL, 'mesh.max_level': 1, 'mesh.regions': '[{level: 1, lower: [-11 kpc, -11 kpc, -1 kpc], upper: [11 kpc, 11 kpc, 1 kpc]}]'})
    for name, r in (('3 kpc', coarse), ('1.5 kpc', fine)):
        check(f'cells of {name}: protons that supernovae give, over those expected', abs(injected(r) / expected - 1), '<', 0.015,
              'rate x energy x efficiency')
    clumpy = run(SETUP, {**SMALL, 'milkyway.clumping': 1, 'milkyway.clumps_longest': '12 kpc', 'milkyway.clumps_shortest': '6 kpc'})
    check('clumpy gas: its mass over that of smooth gas', abs(clumpy.history['mass'][0] / coarse.history['mass'][0] - 1), '<', 0.1, 'the mean stays')
    check('and is not the same gas', abs(clumpy.history['mass'][0] / coarse.history['mass'][0] - 1), '>', 1e-9, 'clumps')
    stopped = run(SETUP, {**SMALL, 'run.wall_time': '1e-3 s'})
    check('the limit of wall-clock time stops it with a checkpoint', 'go on with' in stopped.text and 'converged' not in stopped.text, '==', True, 'a checkpoint')
    again = resume('goes on from it', stopped, SETUP, SMALL)
    check('and gets to the end', 'converged' in again.text, '==', True, 'a steady state')
    bad = run(SETUP, {**SMALL, 'milkyway.clumping': 1, 'milkyway.equilibrium': 'true'}, may_fail=True)
    check('clumps and equilibrium are refused', bad.status == 2 and 'milkyway.clumping' in bad.text, '==', True, 'a clear message')
    alone = run(SETUP, {**SMALL, 'cr.network': 'electrons'}, may_fail=True)
    check('electrons per proton without protons are refused', alone.status == 2 and 'cr_injection.electron_ratio' in alone.text, '==', True, 'a clear message')


if __name__ == '__main__':
    main()
