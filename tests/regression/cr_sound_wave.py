"""Sound in gas and cosmic rays: order and speed, damping by diffusion, oblique and refined meshes, energy and momentum."""
from tests.regression.check import check, run
from tests.regression.states import different, mapped, state

SETUP = 'setups/cr_sound_wave/cr_sound_wave.yaml'
FIELDS = 'rho,press,vel1,vel2,vel3,cr_press'.split(',')


def wave(n, **more):
    return run(SETUP, {'mesh.cells': [n, 1, 1], 'mesh.block': 8, 'output.snapshots': 0, **more})


def order(what, **more):
    e = []
    for n in (32, 64):
        r = wave(n, **more)
        e.append(r.errors)
    for name in ('rms_l1', 'l1_rho', 'l1_energy', 'relative_e_p'):
        check(f'{what}: ratio of errors 64/32, {name}', e[1][name] / e[0][name], '<', 2 ** -1.8, 'order 1.8')
    check(f'{what}: RMS-L1 at 64 over the amplitude', e[1]['rms_l1'] / 1e-5, '<', 1e-2, 'exact solution')
    check(f'{what}: energy', float(abs(r.history['cr_closure_energy'][-1])), '<', 1e-13, 'conservation')
    check(f'{what}: momentum', float(abs(r.history['cr_closure_momentum'][-1])), '<', 1e-13, 'conservation')


def damped():
    """Diffusion with kappa = 0.033 damps the wave by a fifth in a period and slows it down."""
    order('with diffusion', **{'cr.scattering_rate_s': 0.01, 'transport.speed': '0.1 c'})


def oblique():
    box = {'mesh.dim': 2, 'mesh.upper': '[2 code, 1 code, 1 code]', 'cr_sound_wave.waves': [1, 1, 0], 'run.time_end': '0.2 code'}
    e = [run(SETUP, {**box, 'mesh.cells': [2 * n, n, 1], 'mesh.block': 8, 'output.snapshots': 0, **more}).errors['rms_l1']
         for n, more in ((16, {}), (32, {}), (16, {'mesh.max_level': 1, 'mesh.regions': [{'level': 1, 'lower': ['0.4 code'] * 2 + ['0 code'], 'upper': ['0.9 code'] * 2 + ['1 code']}]}))]
    check('oblique: ratio of errors 32/16', e[1] / e[0], '<', 2 ** -1.8, 'order 1.8')
    check('oblique with a refined patch: error over that without', e[2] / e[0], '<', 1.0, 'more cells')


def axes():
    results = []
    for a in range(3):
        cells, waves, size = [8, 8, 8], [0, 0, 0], [0.5] * 3
        cells[a], waves[a], size[a] = 16, 1, 1.0
        r = run(SETUP, {'mesh.dim': 3, 'mesh.cells': cells, 'mesh.block': 8, 'mesh.upper': [f'{s} code' for s in size], 'cr_sound_wave.waves': waves,
                        'run.step_end': 4, 'output.fields': FIELDS, 'cr.scattering_rate_s': 0.01, 'transport.closure': 'm1'})
        results.append(state(r))
    for a in (1, 2):
        turned = mapped(results[a], tuple((d + a) % 3 for d in range(3)))
        check(f'along {"xyz"[a]}: values that differ from x', different(results[0], turned), '==', 0, 'the same to the last bit')


order('cosmic rays move with the gas')
damped()
oblique()
axes()
