"""A steady source of cosmic rays in a radial field between absorbing walls: 1 / r, with a refined centre."""
import numpy as np

from tests.regression.check import check, run

SETUP = 'setups/cr_point_source/cr_point_source.yaml'


def source(n, **more):
    return run(SETUP, {'mesh.cells': [n, n, n], 'mesh.block': 8, 'mesh.max_level': 0, 'mesh.regions': '[]', 'run.time_end': '0.3 Myr', 'output.snapshots': '1 Myr',
                       'output.history': '0.05 Myr', **{a.replace('__', '.'): b for a, b in more.items()}})


def main():
    r = [source(n) for n in (16, 24)]
    e = [x.errors['relative_n_p'] for x in r]
    check('relative error at 24^3', e[1], '<=', 0.12, 'measured')
    check('order from 16^3 to 24^3', float(np.log(e[0] / e[1]) / np.log(1.5)), '>=', 1.3, 'between first order at the centre and second elsewhere')
    steady('24^3', r[1])
    patch = source(24, mesh__max_level=1, mesh__regions='[{level: 1, lower: [-0.2 kpc, -0.2 kpc, -0.2 kpc], upper: [0.2 kpc, 0.2 kpc, 0.2 kpc]}]')
    check('24^3 with a refined centre: blocks', float(patch.history['blocks'][-1]), '==', 34, '26 + 8, on two levels')
    check('24^3 with a refined centre: error over that without', patch.errors['relative_n_p'] / e[1], '<', 0.6, 'refinement helps')
    steady('24^3 with a refined centre', patch)


def steady(name, r):
    h = r.history
    change = [h['cr_p_energy'][-1] / h['cr_p_energy'][0] - 1, (h['cr_outflow_energy'][-1] - h['cr_outflow_energy'][-2]) / -(
        h['cr_p_source_energy'][-1] - h['cr_p_source_energy'][-2]) - 1]
    check(f'{name}: energy in the box over that of the solution, less one', abs(float(change[0])), '<=', 0.01, 'steady')
    check(f'{name}: what leaves over what is made, less one', abs(float(change[1])), '<=', 0.01, 'steady')
    check(f'{name}: closure of energy with the ledger', float(np.max(np.abs(h['cr_closure_energy']))), '<=', 1e-12, 'conservation')


if __name__ == '__main__':
    main()
