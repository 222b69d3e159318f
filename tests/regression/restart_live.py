"""A galaxy from a snapshot that lives: stars explode and blow by their ages, gas cools with its metals.  The books close, and no bit hangs on ranks and restarts."""
import os
import sys

import numpy as np

from tests.regression.check import ROOT, check, resume, run, same_files, scratch

sys.path.insert(0, os.path.join(ROOT, 'setups', 'restart'))
import make_snapshot  # noqa: E402

SETUP = 'setups/restart/live.yaml'
MASS = 1.67262192369e-24 * make_snapshot.KPC**3 / make_snapshot.MSUN   # of a code unit, solar masses
ERG = 1.67262192369e-24 * make_snapshot.KPC**3 * 1e10
# No gravity of the gas and no field: their solvers end with their tolerance, and bits hang on the ranks.
SMALL = {'mesh.cells': '[16, 16, 16]', 'mesh.max_level': 1, 'gravity.self': 'none', 'refine.every': 2, 'run.step_end': 4, 'run.dt_max': '0.03 Myr',
         'refine.criteria': '[{name: lagrangian_mass, refine_above: 8.0}]', 'output.snapshots': '0 Myr', 'output.history': '1e-9 Myr',
         'output.precision': 'float64'}


def main():
    path = os.path.join(scratch(), 'galaxy.hdf5')
    _, parts = make_snapshot.make(make_snapshot.arguments([path, '--particles', '8000', '--young', '0.002', '--double', '--without', 'MagneticField']))
    small = {**SMALL, 'restart.snapshot': path}
    whole = run(SETUP, small)
    same_files('3 ranks', whole.dir, run(SETUP, small, ranks=3).dir)
    part = run(SETUP, {**small, 'run.step_end': 3}, ranks=2)
    resume('goes on from step 3 on one rank', part, SETUP, small)
    same_files('stopped and resumed', whole.dir, part.dir)

    h = whole.history
    # Rates of the ages from the particles: over a short time they stay.
    myr = h['time'][-1] * 977.7922
    age, m = 1e3 * parts[4]['Age'], parts[4]['Masses']
    collapse = np.where(age < 3.401, 0, np.where(age < 10.37, 5.408e-4, np.where(age < 37.53, 2.516e-4, 0)))
    ia = np.where(age < 37.53, 0, 5.3e-8 + 1.6e-5 * np.exp(-0.005 * (age - 50)**2))
    for name, rate in (('supernovae_ii', collapse), ('supernovae_ia', ia)):
        want = float((rate * m).sum() * myr)
        check(f'{name}: off, in standard deviations', float(abs(h[name][-1] - want) / np.sqrt(want)), '<', 6, f'{want:.0f} from the ages of the stars; some grow older meanwhile')
    events = h['supernovae_ii'][-1] + h['supernovae_ia'][-1]
    check('energy of supernovae and winds, relative error', float(abs(h['supernova_energy'][-1] * ERG / (events * 1e51 + h['supernova_wind_energy'][-1] * ERG) - 1)), '<', 0.1,
          '1e51 erg each; but for those outside of the box')
    check('energy of winds over that of supernovae', float(h['supernova_wind_energy'][-1] * ERG / (events * 1e51)), '>', 0.01, 'stars up to 10 Myr old blow')
    for name, left, brought in (('mass', 'outflow_mass', 'supernova_mass'), ('scalar0', 'outflow_scalar0', 'supernova_metals')):
        books = h[name] + h[left] - h[brought]
        check(f'{name} with what left and came, drift', float(np.max(np.abs(books - books[0])) / books[0]), '<', 1e-13, 'round-off')
    # Elements of FIRE-2, per core collapse and Ia; winds have the mixture of the Sun with the metals of their stars (make_snapshot.py: 0.012 in the middle, less outside).
    gas = h['mass'][-1] + h['outflow_mass'][-1] - h['mass'][0]
    wind = gas * MASS - 10.5 * h['supernovae_ii'][-1] - 1.4 * h['supernovae_ia'][-1]
    for scalar, name, ii, ia, sun in (('scalar1', 'He', 3.87, 0.0, 0.249), ('scalar2', 'C', 0.133, 0.049, 0.00237)):
        brought = (h[scalar][-1] + h['outflow_' + scalar][-1] - h[scalar][0]) * MASS
        events = ii * h['supernovae_ii'][-1] + ia * h['supernovae_ia'][-1]
        check(f'{name} that came with supernovae and winds, over what supernovae alone have', float(brought / events), '>', 0.9, f'{events:.0f} solar masses')
        check(f'{name} that came, over supernovae and winds of solar mixture', float(brought / (events + 3 * sun * wind)), '<', 1.1, 'up to 3 times solar')
    check('metals over mass of the ejecta', float(h['supernova_metals'][-1] / h['supernova_mass'][-1]), '>', 0.02, '2 of 10.5 solar masses, less with winds')
    energy = h['energy_balance']
    check('energy with all books, drift', float(np.max(np.abs(energy - energy[0])) / np.max(np.abs(h['total_energy']))), '<', 1e-12, 'round-off; the gas has no gravity of its own here')
    gas = h['supernova_energy'][-1] - h['supernova_cr_energy'][-1] - h['supernova_unresolved'][-1] + h['supernova_frame'][-1]
    check('books of the energy of supernovae, relative error', float(abs(h['supernova_gas_energy'][-1] / gas - 1)), '<', 1e-12, 'round-off')
    check('share for cosmic rays', float(abs(h['supernova_cr_energy'][-1] / h['supernova_energy'][-1] - 0.1)), '<', 1e-12, 'cr_injection.efficiency')
    check('energy that was radiated', float(h['radiated_energy'][-1]), '>', 0, 'it cools')


main()
