"""yt opens snapshots in 1, 2 and 3 dimensions with several levels, and finds the right values in the right cells and units."""
import os
import subprocess
import sys
import tempfile

from tests import tap

WRITER = os.path.join(os.environ['CRUX_BUILD'], 'tests', 'unit', 'test_snapshot')
LOWER, UPPER = [-0.7, 0.1, 0.0], [1.4, 1.5, 0.7]
NUMBER = {'rho': 0, 'Bcc1': 1, 'press': 2, 'vel1': 3, 'vel2': 4, 'vel3': 5, 'Bcc2': 6, 'Bcc3': 7, 'ecr_p_000': 8, 'scalar': 9}
# float32 in 3-D keeps 2^-24
EPS = {1: 1e-13, 2: 1e-13, 3: 1e-7}


def want(variable, x):
    return NUMBER[variable] + 1 + x[0] + 2 * x[1] + 3 * x[2]


def check(path, dim):
    import numpy as np
    import yt
    from analysis.yt_helper import load
    name = f'{dim}-D: '
    ds = yt.load(path)
    tap.report(type(ds).__name__ == 'AthenaPPDataset' and ds.dimensionality == dim, name + 'yt.load opens it without help')
    box = np.array([float(e) for e in ds.domain_left_edge]), np.array([float(e) for e in ds.domain_right_edge])
    tap.report(list(box[0][:dim]) == LOWER[:dim] and list(box[1][:dim]) == UPPER[:dim], name + 'domain', box)
    ad = ds.all_data()
    x = [np.array(ad['index', c]) for c in 'xyz']
    tap.report(max([0.0] + [abs(x[d]).max() for d in range(dim, 3)]) == 0.0, name + 'missing axes are at 0')
    volume = float(ad['index', 'cell_volume'].sum())
    domain = np.prod(box[1] - box[0])
    tap.report(abs(volume / domain - 1) < 1e-12, name + 'cells fill the domain', (volume, domain))
    levels = sorted(set(np.array(ad['index', 'grid_level']).astype(int)))
    tap.report(levels == ([0] if dim == 1 else [0, 1, 2]), name + 'levels', levels)
    tap.report(abs(float(ds.current_time) - 0.25) < 1e-15, name + 'time')
    for v in NUMBER:
        error = abs(np.array(ad['athena_pp', v]) / want(v, x) - 1).max()
        tap.report(error < EPS[dim], name + v + ' in every cell', error)
    at = [-0.62, 0.93, 0.055]
    point = ds.point([a if d < dim else 0.0 for d, a in enumerate(at)])
    width = 2.1 / 24 / (1 if dim == 1 else 4)
    tap.report(abs(float(point['index', 'dx'][0]) / width - 1) < 1e-12, name + 'a point is in the finest cell there')

    # An image, and a uniform grid of the finest cells
    finest = 0 if dim == 1 else 2
    # Cells of the root grid, times 2 per level along the axes there are
    shape = [n * 2**finest if d < dim else 1 for d, n in enumerate(ds.domain_dimensions)]
    grid = ds.covering_grid(finest, left_edge=ds.domain_left_edge, dims=shape)
    rho = np.array(grid['athena_pp', 'rho'])
    centre = [LOWER[d] + (np.arange(n) + 0.5) * (UPPER[d] - LOWER[d]) / n if d < dim else np.zeros(1) for d, n in enumerate(shape)]
    smooth = want('rho', np.meshgrid(*centre, indexing='ij'))
    step = sum((d + 1) * (UPPER[d] - LOWER[d]) / ds.domain_dimensions[d] for d in range(dim)) / 2
    tap.report(rho.shape == tuple(shape) and abs(rho - smooth).max() < step, name + 'covering grid', abs(rho - smooth).max())
    if dim > 1:
        image = np.array(ds.slice(2, 0.35 if dim == 3 else 0.0).to_frb(1.4, 64, height=1.4)['athena_pp', 'rho'])
        tap.report(np.isfinite(image).all() and image.std() > 0.1, name + 'slice')

    ds = load(path)
    ad = ds.all_data()
    x = [np.array(ad['index', c].to('code_length')) for c in 'xyz']
    length, mass, time = 3.0857e21, 1.989e43, 3.1557e13
    pressure = mass / length / time**2
    cgs = {('gas', 'density'): ('rho', mass / length**3, 'g/cm**3'), ('gas', 'pressure'): ('press', pressure, 'erg/cm**3'),
           ('gas', 'velocity_y'): ('vel2', length / time, 'cm/s'),
           ('gas', 'magnetic_field_z'): ('Bcc3', (4 * np.pi * pressure)**0.5, 'G'),
           ('crux', 'rho'): ('rho', mass / length**3, 'g/cm**3'), ('crux', 'Bcc1'): ('Bcc1', (4 * np.pi * pressure)**0.5, 'G'),
           ('crux', 'ecr_p_000'): ('ecr_p_000', pressure, 'erg/cm**3'), ('crux', 'scalar'): ('scalar', 1.0, 'dimensionless')}
    for field, (v, factor, unit) in cgs.items():
        error = abs(np.array(ad[field].to(unit)) / want(v, x) / factor - 1).max()
        tap.report(error < max(EPS[dim], 1e-12), name + f'{field} in {unit}', error)
    b2 = sum(want(f'Bcc{d}', x)**2 for d in (1, 2, 3)) / 2 * pressure
    error = abs(np.array(ad['gas', 'magnetic_pressure'].to('erg/cm**3')) / b2 - 1).max()
    tap.report(error < max(4 * EPS[dim], 1e-12), name + 'magnetic pressure is B^2/2 in code units', error)
    tap.report(ds.gamma == 1.4 and list(ds.periodicity) == [False, True, True], name + 'gamma and boundaries')


def main():
    try:
        import yt
    except ImportError:
        tap.skip('yt reads snapshots', 'python3-yt is not installed')
        return
    yt.set_log_level(50)
    with tempfile.TemporaryDirectory() as d:
        done = subprocess.run(['mpirun', '--quiet', '-n', '2', WRITER, d], capture_output=True, text=True)
        if not tap.report(done.returncode == 0, 'samples are written', done.stderr):
            return
        for dim in (1, 2, 3):
            check(os.path.join(d, f'sample.{dim:05d}.athdf'), dim)


if __name__ == '__main__':
    sys.exit(main())
