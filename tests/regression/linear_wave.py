"""Linear waves in 3-D: size and order of the errors, mirror symmetry, refinement, RK3 + PPM."""
from tests.regression.check import check, run

SETUP = 'setups/linear_wave/linear_wave.yaml'
WAVES = {'fast': (0.5, 0), 'alfven': (1.0, 0), 'slow': (2.0, 0), 'entropy': (1.0, 1.0)}
# RMS-L1 of Athena++ (commit ed4d1e3, VL2 + PLM + HLLD) on uniform meshes of 2N x N x N.
ATHENA = {'fast': {16: 1.833e-7, 32: 5.973e-8, 64: 1.471e-8}, 'alfven': {16: 1.802e-7, 32: 5.635e-8, 64: 1.407e-8},
          'slow': {16: 1.870e-7, 32: 6.590e-8, 64: 1.738e-8}, 'entropy': {16: 1.097e-7, 32: 4.091e-8, 64: 1.053e-8}}
# Bounds of its regression test with static refinement at 64 x 32 x 32.
REFINED = {'fast': 4.5e-8, 'alfven': 4.0e-8, 'slow': 5.0e-8, 'entropy': 2.75e-8}
REGION = '[{level: 1, lower: [-0.4, -0.4, -0.4], upper: [-0.3, -0.3, -0.3]}]'
PPM = {'mhd.integrator': 'rk3', 'mhd.reconstruction': 'ppm'}


def wave(mode, n, **more):
    time, flow = WAVES[mode]
    parameters = {'linear_wave.mode': mode, 'linear_wave.flow': flow, 'run.time_end': time, 'mesh.cells': [2 * n, n, n],
                  'output.snapshots': 0}
    return run(SETUP, {**parameters, **{k.replace('__', '.'): v for k, v in more.items()}}).errors


def main(largest):
    for mode in WAVES:
        coarse, n = wave(mode, largest // 2)['rms_l1'], largest
        errors = wave(mode, n)
        fine = errors['rms_l1']
        check(f'{mode}: RMS-L1 at {2 * n}x{n}x{n}', fine, '<=', ATHENA[mode][n], 'Athena++, same case')
        check(f'{mode}: ratio of errors {n}/{n // 2}', fine / coarse, '<', 0.3 if n > 32 else 0.33, 'second order is 0.25')
        some, base = (n, fine) if n > 32 else (n // 2, coarse)
        precise = wave(mode, some, **{k.replace('.', '__'): v for k, v in PPM.items()})['rms_l1']
        check(f'{mode}: error of RK3 + PPM over VL2 + PLM at {2 * some}x{some}x{some}', precise / base, '<', 0.25, 'a quarter')
        if largest == 32:
            left = wave(mode, n, linear_wave__direction='left')
            check(f'{mode}: left- and right-going errors differ', sum(left[k] != errors[k] for k in errors), '==', 0, 'mirror symmetry')
            refined = wave(mode, n, mesh__max_level=1, mesh__regions=REGION)['rms_l1']
            check(f'{mode}: RMS-L1 at 64x32x32, one refined region', refined, '<=', REFINED[mode], "bound of Athena++'s test")
    if largest == 32:
        for mode, flow in (('sound', 0), ('vortical', 1), ('entropy', 1)):
            p = {'mhd.magnetic': False, 'linear_wave.mode': mode, 'linear_wave.flow': flow, 'run.time_end': 1.0, 'output.snapshots': 0}
            e = [run(SETUP, {**p, 'mesh.cells': [2 * n, n, n]}).errors['rms_l1'] for n in (16, 32)]
            check(f'hydro {mode}: ratio of errors 32/16', e[1] / e[0], '<', 0.33, 'second order is 0.25; extrema are clipped')
        iso = [run(SETUP, {'mhd.eos': 'isothermal', 'mesh.cells': [2 * n, n, n], 'output.snapshots': 0}).errors['rms_l1'] for n in (16, 32)]
        check('isothermal fast: ratio of errors 32/16', iso[1] / iso[0], '<', 0.3, 'second order is 0.25')


if __name__ == '__main__':
    main(32)
