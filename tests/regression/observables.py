"""observables.h5: the statistics that a run writes on its way are those of its snapshots, for any number of ranks, and after a stop; their regions."""
import os

import h5py
import numpy as np

from analysis import galaxy, seen
from analysis.snapshot import Snapshot
from tests import tap
from tests.regression import check

SPECIES = ('[{name: p, min_GV: 0.08, max_GV: 300, per_decade: 1}, {name: e-, min_GV: 0.004, max_GV: 90, per_decade: 1}, {name: e+, min_GV: 0.004, max_GV: 90, '
           'per_decade: 1}, {name: cno, min_GV: 0.16, max_GV: 190, per_decade: 1}, {name: b, min_GV: 0.16, max_GV: 190, per_decade: 1}]')
REGIONS = ('[{name: sun, radius: [6 kpc, 9 kpc], height: [0 kpc, 1.1 kpc]}, '
           '{name: thin, radius: [6 kpc, 9 kpc], height: [0 kpc, 7 kpc], density: [0 cm^-3, 0.02 cm^-3], temperature: [1e5 K, 1e7 K], weight: volume}, '
           '{name: hot, ionised: [0.5, 1.5]}, {name: nowhere, radius: [90 kpc, 91 kpc]}]')
# The local spectra, changed by sources, losses and transport in a few steps.
RUN = {'mesh.cells': [16, 16, 16], 'mesh.lower': '[-16 kpc, -16 kpc, -8 kpc]', 'mesh.upper': '[16 kpc, 16 kpc, 8 kpc]',
       'mesh.max_level': 1, 'mesh.regions': '[{level: 1, lower: [4 kpc, 4 kpc, 1 kpc], upper: [5 kpc, 5 kpc, 2 kpc]}]',
       'transport.scheme': 'explicit', 'scattering.perpendicular': 0, 'cr_initial.kind': 'lism', 'cr.network': 'custom', 'cr.species': SPECIES,
       'output.precision': 'float64', 'output.xdmf': False,
       'run.time_end': '0.3 Myr', 'run.dt_max': '0.1 Myr', 'output.observables': '0.1 Myr', 'output.snapshots': '0.3 Myr', 'output.regions': REGIONS}
SETUP = 'setups/milkyway/milkyway.yaml'


def tables(folder):
    out = {}
    with h5py.File(os.path.join(folder, 'observables.h5')) as f:
        f.visititems(lambda name, d: out.update({name: d[...]}) if isinstance(d, h5py.Dataset) else None)
    return out


def differing(a, b):
    a, b = tables(a), tables(b)
    return sorted(set(a) ^ set(b)) + [n for n in a if n in b and not np.array_equal(a[n], b[n], equal_nan=True)]


def worst(ours, theirs):
    """Largest relative difference of statistics; zeros must be the same."""
    out = 0.0
    for k in seen.STATISTICS:
        a, b = np.atleast_1d(ours[k]), np.atleast_1d(theirs[k])
        if np.any((a == 0) != (b == 0)):
            return np.inf
        out = max(out, float(np.max(np.abs(a - b) / np.where(b != 0, np.abs(b), 1))))
    return out


def against_snapshots(run):
    for path in run.snapshots():
        with Snapshot(path) as s:
            for name, region, mass in (('sun', galaxy.Region((6, 9), 1.1, (0, 1e30)), True),
                                       ('thin', galaxy.Region((6, 9), 7, (0, 0.02), (1e5, 1e7)), False)):
                g = galaxy.Galaxy(s, region, None, mass)
                file, cells = seen.of(g, run.dir, 'mass' if mass else 'volume'), seen.Cells(g)
                tap.report(isinstance(file, seen.File), f'{name}: the statistics of the run are found', type(file).__name__)
                check.check(f'{name}: cells', int(file.cells), '==', int(np.count_nonzero(g.sun)), 'those of the snapshot')
                spectra = max(worst(file.spectrum(n)[1], cells.spectrum(n)[1]) for n in (*g.species, 'C', 'B'))
                check.check(f'{name}: spectra, largest relative difference', spectra, '<', 1e-6, 'the snapshot')
                ratios = max(worst(file.ratio(n)[1], cells.ratio(n)[1]) for n in ('B_C', 'e+_fraction', 'C_H', 'e-_p'))
                check.check(f'{name}: ratios, largest relative difference', ratios, '<', 1e-6, 'the snapshot')
                pairs = {'energy': g.energy, 'ionisation': g.zeta, 'gamma_0.1': g.gamma[0.1], 'gamma_1': g.gamma[1.0]}
                numbers = max(worst(dict(zip(seen.STATISTICS, file.values[n])), g.spread(g.of_sun(v))) for n, v in pairs.items())
                check.check(f'{name}: energy, ionisation and gamma rays, largest relative difference', numbers, '<', 1e-6, 'the snapshot')
                g.region.height = 1.2
                tap.report(isinstance(seen.of(g, run.dir), seen.Cells), f'{name}: another region is computed from the cells')


def main():
    run = check.run(SETUP, RUN)
    against_snapshots(run)
    f = tables(run.dir)
    check.check('rows', len(f['time']), '==', 4, 'every 0.1 Myr to 0.3 Myr')
    check.check('cells of a region that is outside of the box', float(np.max(f['nowhere/cells'])), '==', 0.0, 'none')
    tap.report(bool(np.all(np.isnan(f['nowhere/energy/all']))), 'statistics without cells are NaN')
    tap.report(0 < f['hot/cells'][0] < 8192, 'a limit on the ionised share leaves some cells', str(f['hot/cells'][0]))
    tap.report(bool(np.all(f['sun/energy/all'][1:, 0] != f['sun/energy/all'][:-1, 0])), 'numbers change from row to row')
    check.check('sum of the energies of species over that of all, mean', float(sum(f[f'sun/energy/{n}'][-1, 1] for n in ('p', 'e-', 'e+', 'cno', 'b')) / f['sun/energy/all'][-1, 1]) - 1,
                '<', 1e-12, 'means are linear')
    size = os.path.getsize(os.path.join(run.dir, 'observables.h5'))
    check.check('size of observables.h5 in kB, 4 regions', size / 1e3, '<', 1e3, 'small')
    two = check.run(SETUP, RUN, ranks=2)
    tap.report(not differing(run.dir, two.dir), 'the same on two ranks', ', '.join(differing(run.dir, two.dir)[:5]))
    parts = check.run(SETUP, {**RUN, 'run.step_end': 2, 'output.checkpoints': '0.1 Myr'})   # the last rows are written again from the checkpoint before them
    newest = sorted(n for n in os.listdir(parts.dir) if n.startswith('checkpoint.'))[-1]
    os.unlink(os.path.join(parts.dir, newest))
    check.resume('goes on from a checkpoint', parts, SETUP, RUN)
    tap.report(not differing(run.dir, parts.dir), 'the same after a stop', ', '.join(differing(run.dir, parts.dir)[:5]))


main()
