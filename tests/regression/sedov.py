"""The Sedov explosion: conservation on a refined mesh, the radius of the shock, symmetry."""
import numpy as np
import h5py

from tests.regression.check import cells, check, keep, run
from tests.regression.states import different, mapped, state

SETUP = 'setups/sedov/sedov.yaml'
TIMES = {1: 0.2, 2: 0.12, 3: 0.065}                      # the shock is at about 0.34 in all
ALPHA = {1: 1.07748558, 2: 0.98407402, 3: 0.85107185}   # gamma 1.4; energy = ALPHA rho r^(dim + 2) / t^2
UNIFORM = {'mesh.max_level': 0, 'mesh.regions': '[]'}


def shock_radius(r, dim):
    """Where the mean density over shells falls through the middle between its peak and the gas outside.  The thin dense shell is
    smeared over some cells, which moves this place outwards in proportion to the cells."""
    path = r.snapshots()[-1]
    place, values = cells(path)
    with h5py.File(path, 'r') as f:
        rho = values[:, [n.decode() for n in f.attrs['VariableNames']].index('rho')]
        root = [int(n) for n in f.attrs['RootGridSize']]
    at = (place[:, 1:] + 0.5) / (np.array(root)[::-1] * 2.0 ** place[:, :1]) - 0.5
    radius = np.sqrt(np.sum(at[:, 3 - dim:] ** 2, axis=1))
    weight = 0.5 ** (dim * place[:, 0].astype(float))
    edges = np.linspace(0.0, 0.5, 2 * root[0] + 1)
    volume, mass, moment = (np.histogram(radius, edges, weights=weight * q)[0] for q in (1.0, rho, radius))
    full = volume > 0
    middle, mean = moment[full] / volume[full], mass[full] / volume[full]
    top = int(np.argmax(mean))
    half = 0.5 * (mean[top] + 1.0)
    out = top + int(np.argmax(mean[top:] < half))
    f = (mean[out - 1] - half) / (mean[out - 1] - mean[out])
    return middle[out - 1] + f * (middle[out] - middle[out - 1])


def explosion(dim, n):
    more = {'mesh.dim': dim, 'mesh.cells': [n if d < dim else 1 for d in range(3)], 'output.snapshots': 0, 'run.time_end': TIMES[dim]}
    if dim < 3:
        more['mesh.lower'], more['mesh.upper'] = [-0.5 if d < dim else 0 for d in range(3)], [0.5 if d < dim else 1 for d in range(3)]
    if dim == 1:   # uniform only, and slowest to forget the size of the explosion
        more = {**more, **UNIFORM, 'sedov.radius': 0.02}
    return run(SETUP, more)


def main():
    for dim, n in ((1, 128), (2, 96), (3, 48)):
        coarse, r = explosion(dim, n // 2), explosion(dim, n)
        radius = 2.0 * shock_radius(r, dim) - shock_radius(coarse, dim)
        exact = (TIMES[dim] ** 2 / ALPHA[dim]) ** (1.0 / (dim + 2))
        check(f'{dim}-D: radius of the shock, extrapolated from {n // 2} and {n} root cells, over the exact one, less 1', abs(radius / exact - 1.0),
              '<', 0.01, 'Kamm & Timmes 2007')
        check(f'{dim}-D: change of the mass', r.drift('mass'), '<', 1e-13, 'conservation')
        check(f'{dim}-D: change of the energy', r.drift('total_energy'), '<', 1e-13, 'conservation')
        check(f'{dim}-D: floors hit', int(r.history['density_floors'][-1] + r.history['pressure_floors'][-1]), '==', 0, 'positivity')
        if dim == 3:
            keep(r, 'sedov')
    s = state(run(SETUP, {**UNIFORM, 'run.step_end': 60, 'output.snapshots': 0}))
    for name, permute, flip in (('mirrored in x', (0, 1, 2), (0,)), ('turned x to y to z', (1, 2, 0), ()), ('with x and z exchanged', (2, 1, 0), ())):
        check(f'{name}: values that differ', different(s, mapped(s, permute, flip)), '==', 0, 'symmetry to the last bit')


main()
