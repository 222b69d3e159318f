"""Shock tubes of gas and cosmic rays: errors against the exact solutions, mirror images and axes, energy."""
import numpy as np

from tests.regression.check import check, keep, run
from tests.regression.states import different, mapped, state

SETUP = 'setups/cr_shock_tube/cr_shock_tube.yaml'
FIELDS = 'rho,press,vel1,vel2,vel3,cr_press'.split(',')
# Between the contact and the shock: velocity and total pressure, pressure of cosmic rays (Rankine-Hugoniot).
BEHIND = {'strong': (8.129300, 0.606832, 10.965412), 'mild': (1.260100, 0.246769, 2.560679)}
DOMINATED = (0.949251, 0.276525, 1.778744, 0.268047)   # velocity, pressure of cosmic rays, speed of the shock, density behind it


def tube(problem, n, **more):
    end = {'mild': '1 code', 'strong': '0.35 code', 'dominated': '1.2 code'}[problem]
    return run(SETUP, {'cr_shock_tube.problem': problem, 'mesh.cells': [n, 1, 1], 'run.time_end': end, 'output.snapshots': 0, **more})


def exact():
    for problem, bound in (('mild', 0.01), ('strong', 0.01)):
        runs = [tube(problem, n) for n in (128, 256, 512)]
        for name in ('l1_rho', 'l1_m1', 'l1_energy', 'relative_e_p'):
            e = [r.errors[name] for r in runs]
            check(f'{problem}: mean order of {name} from 128 to 512', 0.5 * np.log2(e[0] / e[2]), '>', 0.7, 'first order at jumps is 1, less at contacts')
        check(f'{problem}: error of the energy of cosmic rays at 256, relative', runs[1].errors['relative_e_p'], '<', bound, 'exact solution')
        v, rays, shock = BEHIND[problem]
        s, t = state(runs[2]), float(runs[2].history['time'][-1])
        x = -5.0 + 10.0 * (np.arange(512) + 0.5) / 512
        between = (x > (v + 0.1 * (shock - v)) * t) & (x < (v + 0.9 * (shock - v)) * t)
        check(f'{problem}: pressure of cosmic rays behind the shock, relative error', float(abs(np.mean(s['cr_press'].ravel()[between]) / rays - 1)), '<', 0.03,
              'adiabatic compression through the shock; 0.13 with the divergence of the velocity')
        check(f'{problem}: energy', float(abs(runs[2].history['cr_closure_energy'][-1])), '<', 1e-13, 'conservation')
        if problem == 'strong':
            keep(runs[1], 'cr_shock_tube')


def dominated():
    """Cosmic rays with 100 times the pressure of the gas: the gas has no shock of its own, and what holds the flow together is the drag of force.c."""
    runs = [tube('dominated', n) for n in (128, 256)]
    v, rays, shock, rho = DOMINATED
    for name in ('l1_rho', 'l1_m1', 'relative_e_p'):
        check(f'dominated: ratio of errors 256/128, {name}', runs[1].errors[name] / runs[0].errors[name], '<', 0.65, 'first order at jumps is 0.5, less at contacts')
    s, t = {k: w.ravel() for k, w in state(runs[1]).items()}, float(runs[1].history['time'][-1])
    x = -5.0 + 10.0 * (np.arange(256) + 0.5) / 256
    between = (x > (v + 0.15 * (shock - v)) * t) & (x < (v + 0.9 * (shock - v)) * t)
    for name, value, bound in (('vel1', v, 0.005), ('rho', rho, 0.01)):
        check(f'dominated: overshoot of {name} behind the shock', float(np.max(s[name][between]) / value - 1), '<', bound, 'exact solution; 0.02 without drag of the whole jump in shocks')
    check('dominated: pressure of cosmic rays behind the shock, relative error', float(abs(np.mean(s['cr_press'][between]) / rays - 1)), '<', 0.01,
          'adiabatic compression; 0.025 without')
    check('dominated: energy', float(abs(runs[1].history['cr_closure_energy'][-1])), '<', 1e-13, 'conservation')


def turned():
    results = []
    for a in range(3):
        cells, lower, upper = [8, 8, 8], [-0.3125] * 3, [0.3125] * 3
        cells[a], lower[a], upper[a] = 64, -2.5, 2.5
        boundary = {'mesh.boundary_' + 'xyz'[d]: 'outflow' if d == a else 'periodic' for d in range(3)}
        r = run(SETUP, {'mesh.dim': 3, 'mesh.cells': cells, 'mesh.lower': [f'{v} code' for v in lower], 'mesh.upper': [f'{v} code' for v in upper], 'mesh.block': 8,
                        **boundary, 'cr_shock_tube.axis': 'xyz'[a], 'run.step_end': 8, 'output.fields': FIELDS})
        results.append(state(r))
    for a in (1, 2):
        check(f'along {"xyz"[a]}: values that differ from x', different(results[0], mapped(results[a], tuple((d + a) % 3 for d in range(3)))), '==', 0,
              'the same to the last bit')
    left, right = {'density': 1, 'velocity': '0 code', 'pressure': 17.172, 'rays': 34.344}, {'density': 0.125, 'velocity': '0 code', 'pressure': 0.05, 'rays': 0.1}

    def custom(l, r):
        sides = {f'cr_shock_tube.{s}_{k}': v if isinstance(v, str) else f'{v} code' for s, w in (('left', l), ('right', r)) for k, v in w.items()}
        return state(run(SETUP, {'cr_shock_tube.problem': 'custom', **sides, 'mesh.cells': [64, 1, 1], 'run.step_end': 40, 'output.fields': FIELDS}))
    check('mirror image: values that differ', different(custom(left, right), mapped(custom(right, left), flip=(0,))), '==', 0, 'the same to the last bit')


exact()
dominated()
turned()
