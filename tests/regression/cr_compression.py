"""Gas and cosmic rays that flow together: adiabatic relations of fast and slow particles and of the gas, and energy that goes from one to the other."""
import numpy as np

from tests.regression.check import check, run
from tests.regression.states import different, mapped, state

SETUP = 'setups/cr_compression/cr_compression.yaml'
FIELDS = 'rho,press,vel1,vel2,vel3,cr_press'.split(',')
SLOW = {'cr.species': '[{name: p, min_GV: 3e-5, max_GV: 3, per_decade: 1}]', 'cr.scattering_slope': 0}


def adiabatic(what, power, **more):
    worst, mean = [], []
    for n in (32, 64):
        r = run(SETUP, {'mesh.cells': [n, 1, 1], 'output.fields': FIELDS, **more})
        s, h = {k: v.ravel() for k, v in state(r).items()}, r.history
        off = np.abs(s['cr_press'] / (1.2 * s['rho'] ** power) - 1)
        worst.append(float(np.max(off)))
        mean.append(float(np.mean(off)))
    check(f'{what}: density is raised to', float(np.max(s['rho'])), '>', 1.25, 'a compression in which powers 4/3 and 5/3 differ by 8 %')
    check(f'{what}: P_cr over rho^{power:.3f}, largest error at 64', worst[1], '<', 3e-3, 'adiabatic compression')
    check(f'{what}: the same, ratio of mean errors 64/32', mean[1] / mean[0], '<', 0.4, 'second order but for extrema')
    check(f'{what}: P of the gas over rho^5/3, largest error at 64', float(np.max(np.abs(s['press'] / (0.6 * s['rho'] ** (5 / 3)) - 1))), '<', 1e-3, 'work is no heat')
    # The momentum that cosmic rays carry along the field is taken from the gas, which leaves its energy to them (cr_inertia).
    gained = {k: float(h[k][-1] - h[k][0]) for k in ('cr_energy', 'total_energy', 'cr_inertia')}
    check(f'{what}: energy that cosmic rays gain', gained['cr_energy'], '>', 0.03, 'work of the flow, of 0.0625 at the start')
    check(f'{what}: energy of gas and cosmic rays, change over what they exchange', abs(gained['cr_energy'] + gained['total_energy'] - gained['cr_inertia']) / gained['cr_energy'], '<', 1e-12, 'round-off')
    check(f'{what}: cr_inertia over what they exchange', abs(gained['cr_inertia']) / gained['cr_energy'], '<', 3e-3, 'particles are faster than the flow')
    check(f'{what}: energy not accounted for, at any time', float(np.max(np.abs(h['cr_closure_energy']))), '<', 1e-14, 'round-off')
    check(f'{what}: momentum', float(np.max(np.abs(h['cr_closure_momentum']))), '<', 1e-14, 'round-off')


def mirror():
    """The flow is its own mirror image."""
    s = state(run(SETUP, {'output.fields': FIELDS, 'run.step_end': 20}))
    check('values that differ from the mirror image', different(s, mapped(s, flip=(0,))), '==', 0, 'the same to the last bit')


adiabatic('fast', 4 / 3)
adiabatic('slow', 5 / 3, **SLOW)
mirror()
