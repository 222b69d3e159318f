"""Cosmic rays in proportion to the gas stay so in any flow on a mesh that moves; a supernova off centre in 3-D, with refinement and a restart, closes its books,
and they close where the reduced speed of light changes on the way, or where gas that was held is let go."""
import h5py
import numpy as np

from tests import tap
from tests.regression.check import cells, check, resume, run, start, words

STILL = {'transport.alfven': 'none', 'transport.coupling': 'none', 'transport.momentum': False, 'transport.speed_choice': 'fixed', 'sources.events': '[]',
         'scattering.density_cm3': 1e-30, 'scattering.density_power': 1, 'scattering.field_power': 0,   # no diffusion
         'cr_initial.pressure_ratio': 0, 'cr_initial.energy': '1 eV cm^-3', 'run.time_end': '0.06 code'}
MOVING = {'mesh.max_level': 2, 'refine.every': 2, 'refine.derefine_after': 3,
          'refine.criteria': '[{name: region, center: [-0.3 code, 0 code, 0 code], velocity: [5 code, 2 code, 0 code], radius: 0.1 code}, '
          '{name: gradient, field: press, refine_above: 0.3, derefine_below: 0.1}]'}
BLAST = {'mesh.cells': '[24, 24, 24]', 'blast.field': '[3 uG, 1 uG, -2 uG]', 'run.time_end': '0.012 Myr', 'output.snapshots': 0,
         'sources.events': '[{time: 0 Myr, position: [-28 pc, -22 pc, -17 pc], radius: 12 pc, energy: 1e51 erg, thermal: 9e50 erg, mass: 10.5 Msun}]'}


EVENT = '[{time: %s, position: [0.13 kpc, 0.05 kpc, 0 kpc], radius: 0.12 kpc, energy: %s erg, thermal: %s erg, mass: 1e5 Msun}]'
FASTER = {'transport.speed': '100 km/s', 'transport.speed_max': '1e4 km/s', 'transport.length': '1000 kpc', 'transport.safety': 2, 'transport.alfven': 'none',
          'cr.scattering_rate_s': 1e-10, 'scattering.density_power': 3, 'sources.events': EVENT % ('0.001 code', '1e55', '1e54'), 'run.time_end': '0.02 code',
          'output.history': '0.0005 code'}
HELD = {'run.setup': 'blast', 'mesh.dim': 1, 'mesh.cells': '[64, 1, 1]', 'mesh.block': 16, 'blast.radius': '0.1 kpc', 'blast.pressure_ratio': 1,
        'blast.field': '[1 code, 0 code, 0 code]', 'transport.speed_choice': 'fixed', 'transport.alfven': 'none', 'cr_initial.kind': 'none',
        'cr_initial.pressure_ratio': 0, 'output.history': '1e-9 code', 'sources.events': EVENT % ('0 code', '1e54', '0'), 'transport.substeps': 20}


def ratio(name, parameters):
    r = run('tests/invariance/rays.yaml', {**STILL, **parameters})
    place, values = cells(r.snapshots()[-1])
    with h5py.File(r.snapshots()[-1], 'r') as f:
        names = [n.decode() for n in f.attrs['VariableNames']]
    rho, worst = values[:, names.index('rho')], 0.0
    for n in names:
        q = values[:, names.index(n)] / rho
        if n.endswith(('_lo', '_hi')) and q.max() > 0:
            worst = max(worst, float(np.max(np.abs(q / q.mean() - 1))))
    check(f'{name}: change of the density', float(rho.max() / rho.min()), '>', 1.5, 'there is a flow')
    check(f'{name}: unevenness of the ratio of cosmic rays to gas', worst, '<', 1e-13, 'round-off')
    return place


def ledger(h, name):
    """What is missing in the number of a species, over all that has been made and lost."""
    total, turnover = h[f'cr_{name}_number'] + h[f'cr_{name}_outflow_number'], np.abs(h[f'cr_{name}_number'])
    for c in h:
        if c.startswith(f'cr_{name}_') and c.endswith('_number') and c not in (f'cr_{name}_number', f'cr_{name}_outflow_number'):
            total, turnover = total + h[c], turnover + np.abs(h[c])
    return float(np.max(np.abs(total) / np.maximum(turnover, 1e-300)))


def blast():
    r = run('setups/cr_blast/cr_blast.yaml', {**BLAST, 'run.step_end': 3}, ranks=2)
    resume('supernova: goes on from a checkpoint', r, 'setups/cr_blast/cr_blast.yaml', BLAST)
    h = r.history
    check('supernova: blocks, most over least', float(h['blocks'].max() / h['blocks'].min()), '>', 1.0, 'the mesh changes')
    check('supernova: blocks of both levels', float(h['blocks'].max()), '<', 216.0, 'level jumps')
    for what in ('energy', 'momentum'):
        check(f'supernova: {what} of gas, field, cosmic rays and ledger', float(np.max(np.abs(h[f'cr_closure_{what}']))), '<', 1e-12, 'conservation')
    names = [n[3:-len('_source_number')] for n in h if n.startswith('cr_') and n.endswith('_source_number')]
    check('supernova: species', len(names), '==', 8, 'the full network')
    check('supernova: number of each species with its ledger', max(ledger(h, n) for n in names), '<', 1e-12, 'conservation')
    _, values = cells(r.snapshots()[-1])
    with h5py.File(r.snapshots()[-1], 'r') as f:
        populations = [i for i, n in enumerate(f.attrs['VariableNames']) if n.decode().endswith(('_lo', '_hi'))]
    check('supernova: least population', float(values[:, populations].min()), '>=', 0.0, 'no spectrum is negative')


def speeds():
    r = run('tests/invariance/rays.yaml', FASTER)
    check('speeds of light that change: momentum of cosmic rays', float(np.abs(r.history['cr_momentum1']).max()), '>', 1e-3, 'of gas, some 0.1')
    for what in ('energy', 'momentum'):
        check(f'speeds of light that change: {what} not accounted for', float(np.max(np.abs(r.history[f'cr_closure_{what}']))), '<', 1e-13, 'conservation')


def held():
    r = run('tests/invariance/rays.yaml', {**HELD, 'mhd.evolve': False, 'run.step_end': 2})
    resume('gas that was held is let go', r, 'tests/invariance/rays.yaml', {**HELD, 'run.step_end': 3})
    check('gas that was held: kinetic energy after the first step', float(r.history['kinetic_energy'][-1]), '<', 1e-7,
          'forces over a step; 1.6e-5 if it were to give cosmic rays all their momentum at once')
    check('gas that was held: it moves', float(r.history['kinetic_energy'][-1]), '>', 0.0, 'forces')


def coupling():
    """Gas that feels nothing of cosmic rays is the gas without them; what heats it is in the balance."""
    more = {**MOVING, 'sources.events': '[]', 'run.time_end': '0.03 code', 'output.history': '0.005 code'}
    alone = cells(run('tests/invariance/rays.yaml', {**more, 'transport.scheme': 'none', 'cr_initial.kind': 'none'}).snapshots()[-1])
    for kind in ('none', 'heating'):
        r = run('tests/invariance/rays.yaml', {**more, 'transport.coupling': kind})
        place, values = cells(r.snapshots()[-1])
        apart = float(np.max(np.abs(values[:, :alone[1].shape[1]] - alone[1]))) if np.array_equal(place, alone[0]) else 1e300
        if kind == 'none':
            check('coupling none: gas differs from gas alone by', apart, '==', 0.0, 'the same to the last bit')
            check('coupling none: cosmic rays lose energy', float(r.history['cr_lost_energy'][-1]), '>', 1e-3, 'so there is something to feel')
            continue
        check('coupling heating: heat for the gas', float(r.history['cr_given_energy'][-1]), '>', 1e-3, 'of streaming and losses')
        check('coupling heating: energy not accounted for', float(np.max(np.abs(r.history['cr_closure_energy']))), '<', 1e-13, 'conservation')
        check('coupling heating: momentum of cosmic rays that the gas has paid for', float(np.max(np.abs(r.history['cr_momentum1']))), '==', 0.0, 'no forces')


def groups():
    r = run('tests/invariance/rays.yaml', {'run.step_end': 1})
    status, text = start(words('tests/invariance/rays.yaml', r.dir, {'run.step_end': 2, 'cr.scattering_slope': -0.5}, ('--resume',)))
    tap.report(status == 2 and 'cr.scattering_slope: 0.5 in the checkpoint, now -0.5' in text, 'momentum bins stay in their groups', text[-400:])


ratio('uniform mesh', {})
levels = ratio('moving refinement', MOVING)[:, 0]
check('moving refinement: levels', len(np.unique(levels)), '==', 3, 'all are there')
blast()
speeds()
held()
coupling()
groups()
