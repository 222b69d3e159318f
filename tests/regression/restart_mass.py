"""Stars and dark matter of a snapshot as mass on the mesh, with the potential of the gas: the same as their potential on nested grids, where that is resolved."""
import os
import sys

import h5py
import numpy as np

from tests import tap
from tests.regression.check import ROOT, check, run, scratch

sys.path.insert(0, os.path.join(ROOT, 'setups', 'restart'))
import make_snapshot  # noqa: E402

SETUP = 'setups/restart/restart.yaml'
RUN = {'run.step_end': 0, 'mesh.max_level': 1, 'transport.scheme': 'none', 'cr_initial.kind': 'none', 'cr_initial.from_setup': False, 'restart.sources': False, 'output.fields': '[rho, phi]', 'gravity.from_setup': False}
SELF = {'gravity.self': 'isolated'}


def potential(**more):
    """phi and the distance from the centre, of all cells."""
    with h5py.File(run(SETUP, {**RUN, **more}).snapshots()[0], 'r') as f:
        names = [n.decode() for n in f.attrs['VariableNames']]
        phi = f['prim'][names.index('phi')].astype(float)
        x, y, z = (f[f'x{d}v'][...] for d in (1, 2, 3))
    r = np.sqrt(x[:, None, None, :] ** 2 + y[:, None, :, None] ** 2 + z[:, :, None, None] ** 2)
    return phi.reshape(-1), r.reshape(-1)


def main():
    path = os.path.join(scratch(), 'galaxy.hdf5')
    make_snapshot.make(make_snapshot.arguments([path, '--particles', '12000']))
    RUN['restart.snapshot'] = path
    fixed, r = potential(**{'gravity.from_setup': True})
    both, _ = potential(**SELF, **{'gravity.mass_from_setup': True})
    gas, _ = potential(**SELF)
    mass = both - gas
    near = r < 12.0
    off = (mass - fixed)[near]
    check('difference of the potentials, but for a constant, over their range', float(np.std(off) / np.ptp(fixed[near])), '<', 0.005, 'mass outside of the box, which is round, exerts no force')
    check('of this size without', float(np.std((gas - fixed)[near]) / np.ptp(fixed[near])), '>', 0.05, 'the test sees what the mass does')
    for what, text, more in (('attract twice', 'would attract twice', {**SELF, 'gravity.mass_from_setup': True, 'gravity.from_setup': True}),
                             ('no potential of the gas', 'set gravity.self', {'gravity.mass_from_setup': True})):
        r = run(SETUP, {**RUN, **more}, may_fail=True)
        tap.report(r.status == 2 and text in r.text, f'{what}: status 2', r.text[-500:])
    r = run('setups/jeans_wave/jeans_wave.yaml', {'gravity.mass_from_setup': True}, may_fail=True)
    tap.report(r.status == 2 and 'has no mass but gas' in r.text, 'a setup without: status 2', r.text[-500:])


main()
