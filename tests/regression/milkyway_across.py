"""What the steady operator adds across the field: fast protons in the gas and field that the live galaxy starts with, from the same even sources by steps in time and as steady states.
Steps in time diffuse along the field alone; steady states come up to them as the diffusion across the field is taken away."""
import h5py

from tests.regression.check import check, run
from tests.regression.milkyway_live import SETUP, solar_circle

STILL = {'mhd.evolve': False, 'supernovae.on': False, 'milkyway.wind_power': '0 erg/s', 'cr.species': '[{name: p, min_GV: 316.2, max_GV: 1e3}]', 'cr_initial.kind': 'none',
         'output.fields': '["p_*"]', 'output.snapshots': 0, 'output.precision': 'float64'}
STEADY = {**STILL, 'transport.scheme': 'steady', 'run.time_end': 0}


def around(r):
    """Mean number density around the solar circle."""
    with h5py.File(r.snapshots()[-1], 'r') as f:
        names = [n.decode() for n in f.attrs['VariableNames']]
        n = f['cr'][names.index('p_00_lo')] + f['cr'][names.index('p_00_hi')]
        here = solar_circle(f, n.shape)
    return float(n[here].mean())


def main():
    steps = {speed: around(run(SETUP, {**STILL, 'run.time_end': '25 Myr', 'transport.substeps': 40, 'transport.speed_choice': 'fixed', 'transport.speed': f'{speed} km/s'},
                               ranks=2, timeout=3600)) for speed in (5000, 20000)}
    positive = around(run(SETUP, STEADY, ranks=2, timeout=1800))
    symmetric = {across: around(run(SETUP, {**STEADY, 'steady.operator': 'symmetric', 'scattering.perpendicular': across, 'steady.solver_iterations': 6000, 'steady.solver_tolerance': 1e-4},
                                    ranks=2, timeout=1800)) for across in (0.05, 0.02, 0.005, 0.002)}
    check('steps in time over the steady state', steps[20000] / positive, '>', 2.0, 'its positive differences diffuse across the field')
    check('reduced speed of light: 5,000 over 20,000 km/s', steps[5000] / steps[20000], '<', 1.15, 'ends of the box that let particles out no faster')
    check('positive differences against 0.05 across the field', abs(positive / symmetric[0.05] - 1), '<', 0.1, 'what they add acts like that here')
    for more, less in ((0.05, 0.02), (0.02, 0.005), (0.005, 0.002)):
        check(f'{less} across the field over {more}', symmetric[less] / symmetric[more], '>', 1.1, 'fewer leave')
    check('0.002 across the field against steps in time', abs(symmetric[0.002] / steps[20000] - 1), '<', 0.1, 'the same equation but for what is left of it')


if __name__ == '__main__':
    main()
