"""analysis/ puts the numbers of a snapshot in the right places: slices, projections, rays and cells of meshes with several levels in 1, 2
and 3 dimensions, written here in the layout of io/snapshot.c and by the program itself; and crux plot and crux info tell mistakes."""
import contextlib
import io
import os
import sys

import h5py
import numpy as np

from analysis import convergence, fields, history, maps, rays, table
from analysis.__main__ import main as analysis
from analysis.fault import Fault
from analysis.snapshot import Snapshot
from tests import tap
from tests.regression import check

LOWER, UPPER = np.array([-0.7, 0.1, 0.0]), np.array([1.4, 1.5, 0.7])
NAMES = {'prim': ['rho', 'press', 'vel1', 'vel2', 'vel3'], 'B': ['Bcc1', 'Bcc2', 'Bcc3']}
ROOT = [3, 2, 1]   # blocks of the root grid
NC = [8, 6, 4]     # cells of a block: all different, so that swapped axes are seen


def leaves(dim):
    """(level, place) of the blocks: a corner is refined twice."""
    out = []

    def visit(level, place):
        low = [p / (ROOT[d] << level) for d, p in enumerate(place)]
        if level < 2 and all(low[d] < 0.2 for d in range(dim)):
            for c in np.ndindex(*[2 if d < dim else 1 for d in (2, 1, 0)]):
                visit(level + 1, [2 * p + c[2 - d] if d < dim else 0 for d, p in enumerate(place)])
        else:
            out.append((level, place))
    for k, j, i in np.ndindex(*[ROOT[d] if d < dim else 1 for d in (2, 1, 0)]):
        visit(0, [i, j, k])
    return out


def truth(name, x, level):
    """Linear in the position, and different for every variable and level."""
    n = sum(NAMES.values(), []).index(name)
    return n + 1 + x[0] + 2 * x[1] + 3 * x[2] + 10.0 * level


def write(path, dim, value=truth, physical=False, dtype='f8', time=0.25, blocks=None, root=None):
    blocks, root = blocks or leaves(dim), root or ROOT
    nc = [n if d < dim else 1 for d, n in enumerate(NC)]
    lower, upper = np.where(np.arange(3) < dim, LOWER, -0.5), np.where(np.arange(3) < dim, UPPER, 0.5)
    fixed = lambda words: np.array([w.encode() for w in words], dtype='S80')
    cgs = {'rho': (1.67e-24, 'g cm^-3'), 'press': (1e-14, 'erg cm^-3'), 'v': (1e5, 'cm s^-1'), 'B': (1e-6, 'G')}
    with h5py.File(path, 'w') as f:
        a = f.attrs
        for d in range(3):
            a[f'RootGridX{d + 1}'] = [lower[d], upper[d], 1.0]
        a['RootGridSize'] = np.array([root[d] * nc[d] if d < dim else 1 for d in range(3)], 'i4')
        a['MeshBlockSize'], a['NumMeshBlocks'] = np.array(nc, 'i4'), len(blocks)
        a['MaxLevel'], a['Time'], a['NumCycles'], a['dimension'], a['gamma'] = max(b[0] for b in blocks), time, 7, dim, 1.5
        for n, text in (('code', 'crux'), ('version', '0'), ('run_name', 'synthetic'), ('setup', 'none'), ('parameters', 'units: code\n'),
                        ('units', 'cgs' if physical else 'code')):
            a[n] = np.bytes_(text)
        for n in ('length_cm', 'mass_g', 'time_s', 'temperature_K', 'velocity_cm_s', 'density_g_cm3', 'pressure_erg_cm3', 'energy_erg', 'field_G'):
            a[n] = {'length_cm': 3.0856775814913673e21, 'time_s': 3.15576e15}.get(n, 1.0) if physical else 1.0
        a['boundaries'] = fixed(['periodic'] * 6)
        a['DatasetNames'], a['VariableNames'] = fixed(NAMES), fixed(sum(NAMES.values(), []))
        a['NumVariables'] = [len(v) for v in NAMES.values()]
        f['Levels'] = np.array([b[0] for b in blocks], 'i4')
        f['LogicalLocations'] = np.array([b[1] for b in blocks], 'i8')
        for group, names in NAMES.items():
            data = np.empty((len(names), len(blocks), *nc[::-1]))
            for b, (level, place) in enumerate(blocks):
                x = []
                for d in range(3):
                    n = root[d] * nc[d] << level if d < dim else 1
                    x.append(lower[d] + (upper - lower)[d] * (place[d] * nc[d] + np.arange(nc[d]) + 0.5) / n)
                z, y, x = np.meshgrid(x[2], x[1], x[0], indexing='ij')
                for r, n in enumerate(names):
                    data[r, b] = value(n, (x, y, z), level)
            f.create_dataset(group, data=data.astype(dtype))
            s = f[group].attrs
            kinds = [cgs.get(n, cgs['B'] if n[0] == 'B' else cgs['v']) for n in names]
            s['names'], s['units'], s['cgs_units'] = fixed(names), fixed(['code_x'] * len(names)), fixed([k[1] for k in kinds])
            s['cgs'], s['meanings'] = [k[0] if physical else 1.0 for k in kinds], fixed(['what it is'] * len(names))
    return path


def close(what, a, b, tolerance=1e-12):
    a, b = np.asarray(a, float), np.asarray(b, float)
    same = a.shape == b.shape
    error = np.max(np.abs(a - b) / (1 + np.abs(b))) if same and a.size else 0.0
    tap.report(same and error <= tolerance, what, f'{a.shape} and {b.shape}, error {error}')


def owner(s, x):
    """The cell that holds a point, by looking at all cells: (level, middle)."""
    c = s.cells()
    inside = np.all([(c[a] - c['d' + a] / 2 <= x[d] + 1e-12) & (x[d] + 1e-12 < c[a] + c['d' + a] / 2) for d, a in enumerate('xyz')], axis=0)
    b = np.flatnonzero(inside)
    assert len(b) == 1, (x, b)
    return c['level'][b[0]], np.array([c[a][b[0]] for a in 'xyz'])


def read_mesh(folder, dim):
    s = Snapshot(write(os.path.join(folder, f'm{dim}.00003.athdf'), dim))
    at = f'{dim}-D: '
    tap.report((s.dim, s.number, s.max_level, s.step, s.time) == (dim, 3, 2, 7, 0.25), at + 'head', (s.dim, s.number, s.max_level))
    size = (s.upper - s.lower)[:dim]
    c = s.cells('rho', 'Bcc3')
    close(at + 'cells: values at their places', c['Bcc3'], truth('Bcc3', (c['x'], c['y'], c['z']), c['level']))
    close(at + 'cells fill the box', c['volume'].sum(), np.prod(size))
    close(at + 'total', s.total('rho'), np.sum(c['rho'] * c['volume']))
    low, high = s.edges()
    close(at + 'edges', np.sum(np.prod((high - low)[:, :dim], axis=1)), np.prod(size))

    rng = np.random.default_rng(1)
    start, end = (np.where(np.arange(3) < dim, s.lower + (s.upper - s.lower) * rng.random(3), 0.0) for _ in range(2))
    r = s.ray(['press'], start, end)
    close(at + 'a ray is whole', r.length.sum(), np.linalg.norm(end - start))
    close(at + 'a ray: values of the cells', r.values['press'], truth('press', r.x.T, r.level))
    on = start + (r.s / r.length.sum())[:, None] * (end - start)
    tap.report(np.all(np.abs(on - r.x) <= 0.5 * r.width + 1e-12), at + 'a ray: its pieces are inside of their cells')
    tap.report(np.all(np.diff(r.s) > 0), at + 'a ray: in order')
    for axis in range(dim):
        p = s.profile(['rho'], axis, LOWER + 0.11)
        close(f'{at}profile along {"xyz"[axis]}', [p.length.sum(), np.max(p.level)], [size[axis], 2])
        close(f'{at}profile along {"xyz"[axis]}: values', p.values['rho'], truth('rho', p.x.T, p.level))
    if dim > 1:
        corner = low[np.argmax(low[:, 1])]   # to the bit on faces of blocks and of cells
        close(at + 'a line on a face belongs to one side', s.profile(['rho'], 0, corner).length.sum(), size[0])
        close(at + 'the middle', s.profile(['rho'], 1).length.sum(), size[1])
    return s


def read_planes(s):
    dim, at = s.dim, f'{s.dim}-D: '
    for axis in ([2] if dim == 2 else [0, 1, 2]):
        name = f'{at}slice across {"xyz"[axis]}'
        for where in (s.lower[axis] + 0.1 * (s.upper - s.lower)[axis], s.centre()[axis], s.upper[axis]):
            image = s.slice('vel2', axis, where)
            h, v = image.axes
            nv, nh = image.values.shape
            tap.report([nh, nv] == list(s.grid(image.level)[[h, v]]) and not np.isnan(image.values).any(), name + ': size', (nh, nv))
            want, have = [], []
            for j, i in zip(*(np.linspace(0, n - 1, 7).astype(int) for n in (nv, nh))):
                x = np.empty(3)
                x[axis] = min(where, s.upper[axis] - 1e-9)
                x[h], x[v] = (s.lower[d] + (s.upper - s.lower)[d] * (k + 0.5) / n for d, k, n in ((h, i, nh), (v, j, nv)))
                level, middle = owner(s, x)
                want.append(truth('vel2', middle, level))
                have.append(image.values[j, i])
            close(f'{name} at {where:.3g}: values', have, want)
            o = image.outlines
            close(name + ': outlines', np.sum((o[:, 1] - o[:, 0]) * (o[:, 3] - o[:, 2])), np.prod((s.upper - s.lower)[[h, v]]))
            coarse = s.slice('vel2', axis, where, level=0).values
            close(name + ': a coarser image has the same mean', coarse.mean(), image.values.mean())
        column = s.projection('rho', axis)
        pixel = np.prod((s.upper - s.lower)[list(column.axes)]) / column.values.size
        close(name.replace('slice', 'projection'), column.values.sum() * pixel, s.total('rho'))
        pixel *= column.values.size / s.projection('rho', axis, level=1).values.size
        close(name.replace('slice', 'coarse projection'), s.projection('rho', axis, level=1).values.sum() * pixel, s.total('rho'))


def smooth_lines(folder):
    s = Snapshot(write(os.path.join(folder, 's.00000.athdf'), 2, lambda n, x, level: truth(n, x, 0)))
    image = s.slice('rho', smooth=True)
    nv, nh = image.values.shape
    x = s.lower[0] + (s.upper - s.lower)[0] * (np.arange(nh) + 0.5) / nh
    y = s.lower[1] + (s.upper - s.lower)[1] * (np.arange(nv) + 0.5) / nv
    inner = (slice(4, -4), slice(4, -4))
    close('smooth image: a linear function stays one over several levels', image.values[inner],
          truth('rho', (x[None, :], y[:, None], 0.0), 0)[inner])
    n = 128
    h = (np.arange(n) + 0.5) / n
    x, y = h[None, :], h[:, None]
    a = np.sin(2 * np.pi * x + 1) * np.cos(4 * np.pi * y) + 0.3 * x - 0.2 * y
    bx = -4 * np.pi * np.sin(2 * np.pi * x + 1) * np.sin(4 * np.pi * y) - 0.2
    by = -2 * np.pi * np.cos(2 * np.pi * x + 1) * np.cos(4 * np.pi * y) - 0.3
    have = maps.flux_function(bx + 0 * y, by + 0 * y, 1 / n, 1 / n)
    close('flux function of a field', have, a - a.mean(), 3e-3)   # second order at 128 cells


def read_units(folder):
    s = Snapshot(write(os.path.join(folder, 'u.00001.athdf'), 2, physical=True, dtype='f4'))
    tap.report(s.shown('rho') == (1.67e-24, 'g cm^-3') and s.shown('speed') == (1.0, 'km s^-1'), 'physical units', s.shown('speed'))
    tap.report([fields.times_cm(u) for u in ('g cm^-3', 'cm s^-1', 'G', 'cm^-1')] == ['g cm^-2', 'cm^2 s^-1', 'G cm', ''], 'units of integrals')
    tap.report(s.length_shown() == (1.0, 'kpc') and s.time_shown() == (25.0, 'Myr'), 'lengths in kpc, times in Myr',
               (s.length_shown(), s.time_shown()))
    v = [s.field(f'vel{d}') for d in (1, 2, 3)]
    close('speed', s.field('speed'), np.sqrt(v[0]**2 + v[1]**2 + v[2]**2))
    close('plasma beta', s.field('beta'), 2 * s.field('press') / sum(s.field(f'Bcc{d}')**2 for d in (1, 2, 3)))
    close('entropy with gamma of the file', s.field('entropy'), s.field('press') / s.field('rho')**1.5)
    code = Snapshot(write(os.path.join(folder, 'u.00002.athdf'), 2))
    tap.report(code.shown('rho') == (1.0, 'code_x') and code.length_shown() == (1.0, 'code length'), 'code units')
    blocks = [0, 3, 4, 11]
    close('some blocks only', code.field('rho', blocks), code.field('rho')[blocks])


def read_tables(folder):
    with open(os.path.join(folder, 'history.txt'), 'w') as f:
        f.write('# History of run t\n#   1  time   [code_time]  time\n#   2  mass   [code_mass]  total mass\n# time mass momentum1 kinetic_energy\n'
                '0 2 0 1\n1 2.002 0.002 1\n2 2.001 0.0\n3 2.0')
    try:
        history.read(folder)
        tap.report(False, 'a short line is told')
    except Fault as e:
        tap.report(':7:' in str(e), 'a short line is told', e)
    with open(os.path.join(folder, 'history.txt'), 'w') as f:
        f.write('#   2  mass   [code_mass]  total mass\n# time mass momentum1 kinetic_energy\n0 2 0 1\n1 2.002 0.002 1\n2 2.001 0.0 1\n3 2.0')
    h = history.read(folder)
    tap.report(h.rows == 3 and h.units['mass'] == 'code_mass', 'history: a torn last line is left out', h.rows)
    close('drift of the mass', history.drifts(h)['mass'], [0, 0.002 / 2.002, 0.001 / 2.002])
    close('drift of momentum, against sqrt(2 M E_kin)', history.drifts(h)['momentum1'][1], 0.002 / np.sqrt(2 * 2.002))
    with open(os.path.join(folder, 'reference.txt'), 'w') as f:
        f.write('# time 0.25\n# x rho\n0 1\n1 2\n')
    close('reference of this time', table.reference(folder, 3, 0.25)['rho'], [1, 2])
    tap.report(table.reference(folder, 3, 0.2) is None, 'no reference of another time')
    p = table.parameters('units: code\n\n# the run\nrun:\n  name: a   # name\nmesh:\n  cells: [8, 8, 1]  # x [1]\n')
    tap.report(p == {'units': 'code', 'run.name': 'a', 'mesh.cells': '[8, 8, 1]'}, 'parameters', p)


def read_errors(folder):
    runs = []
    for n, cells in enumerate((64, 16, 32)):
        for cfl in ('0.3', '0.4'):
            runs.append(os.path.join(folder, f'{n}-{cfl}'))
            os.mkdir(runs[-1])
            with open(os.path.join(runs[-1], 'parameters.yaml'), 'w') as f:
                f.write(f'run:\n  name: r{n}\nmesh:\n  dim: 2\n  cells: {cells}\nmhd:\n  cfl: {cfl}\n')
            with open(os.path.join(runs[-1], 'errors.txt'), 'w') as f:
                f.write(f'# cells time rms_l1\n{cells**2} 1 {3.0 / cells**2 * float(cfl)}\n')
    groups = convergence.series([convergence.read(r) for r in runs])
    tap.report(sorted(g[0] for g in groups) == ['cfl 0.3', 'cfl 0.4'], 'runs that differ in resolution only are one series', groups)
    for label, group in groups:
        close(label + ': resolutions in order', [p.side for p in group], [16, 32, 64])
        close(label + ': order', convergence.orders([p.side for p in group], [p.errors['rms_l1'] for p in group]), [2, 2])
    return runs


def call(*words):
    """(status, what was printed) of crux plot or crux info."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        try:
            status = analysis([str(w) for w in words])
        except SystemExit as e:
            status = e.code
    return status, out.getvalue()


def commands(folder, runs):
    one = os.path.join(folder, 'run')
    os.mkdir(one)
    for number in (0, 1):
        write(os.path.join(one, f'synthetic.{number:05d}.athdf'), 2, time=0.1 * number)
    pictures = [(['plot', one], ['slices.00001.png']),
                (['plot', one, 'slices', '--field', 'rho,vel1', '--snapshot', 'all', '--field-lines', '--contours', '--log', '--no-blocks'],
                 ['slices_rho-vel1.00000.png', 'slices_rho-vel1.00001.png']),
                (['plot', one, 'profiles', '--axis', 'y', '--position', '-0.1,0.2', '--format', 'pdf'], ['profiles_y.00001.pdf']),
                (['plot', one, 'projections', '--level', '0'], ['projection_z.00001.png']),
                (['plot', one, 'radial'], ['radial.00001.png']),
                (['plot', one, 'radial', '--format', 'jpg'], ['radial.00001.jpg']),
                (['plot', one, '--field', 'vel1', '--range', '-40,40'], ['slices_vel1.00001.png']),
                (['plot', 'convergence', *runs], [])]
    for words, files in pictures:
        status, text = call(*words)
        there = [os.path.getsize(os.path.join(one, 'figures', f)) > 2000 for f in files if os.path.exists(os.path.join(one, 'figures', f))]
        tap.report(status == 0 and len(there) == len(files) and all(there), 'crux ' + ' '.join(os.path.basename(w) for w in words), text)
    widths = []
    for dpi in (50, 100):
        call('plot', one, 'radial', '--dpi', dpi)
        with open(os.path.join(one, 'figures', 'radial.00001.png'), 'rb') as f:
            widths.append(int.from_bytes(f.read(20)[16:], 'big'))
    close('--dpi 100: width of a picture over that of --dpi 50', widths[1] / widths[0], 2, 0.02)
    torn = os.path.join(folder, 'torn.00000.athdf')
    with open(os.path.join(one, 'synthetic.00000.athdf'), 'rb') as f, open(torn, 'wb') as g:
        g.write(f.read(3000))
    mistakes = [(['plot', os.path.join(folder, 'nowhere')], 'no such folder'), (['plot', one, 'slises'], 'slices'),
                (['plot', one, '--field', 'rhoo'], 'did you mean rho'), (['plot', one, '--snapshot', '7'], '0 to 1'),
                (['plot', one, '--axis', 'w'], 'x, y or z'), (['plot', one, 'slices', '--axis', 'x'], '2-D'),
                (['plot', one, 'profiles', '--position', '9,9'], 'outside'), (['plot', one, 'history'], 'history.txt'),
                (['plot', folder + '/run', 'convergence'], 'errors.txt'), (['plot', one, '--colour'], 'unrecognized'), (['plot', one, 'radial', '--ring', '7,9'], 'but for galaxy'),
                (['plot', one, 'slices', '--radius', '1'], 'but for spectra'), (['plot', one, '--range', '0,1'], 'one --field'), (['plot', one, '--dpi', '7'], '20 to 1200'),
                (['plot', one, '--field', 'rho', '--range', '2,1'], 'LOW,HIGH'),
                (['info', os.path.join(folder, 'nowhere')], 'no such file'), (['info', torn], ''), (['info', __file__], 'neither')]
    for words, part in mistakes:
        status, text = call(*words)
        tap.report(status == 2 and part in text and 'Traceback' not in text, 'status 2: crux ' + ' '.join(os.path.basename(w) for w in words), text)
    status, text = call('info', os.path.join(one, 'synthetic.00001.athdf'))
    s = Snapshot(os.path.join(one, 'synthetic.00001.athdf'))
    tap.report(status == 0 and f'{s.field("rho").max():.6g}' in text and 'level 2' in text and 'synthetic' in text, 'crux info of a snapshot', text)


def real_runs():
    """The program's own files, against the reader of the other tests."""
    tube = check.run('setups/shock_tube/shock_tube.yaml', {'mesh.cells': '[64, 1, 1]', 'run.time_end': 0.02})
    vortex = check.run('setups/orszag_tang/orszag_tang.yaml', {
        'mesh.cells': '[32, 32, 1]', 'mesh.block': 8, 'mesh.max_level': 1, 'run.step_end': 2,
        'mesh.regions': '[{level: 1, lower: [-0.1, -0.2, 0], upper: [0.1, 0, 1]}]'})
    for name, run in (('1-D', tube), ('2-D', vortex)):
        path = run.snapshots()[-1]
        s = Snapshot(path)
        c = s.cells(*s.stored)
        n = s.grid(c['level'])
        place = np.stack([c['level']] + [np.round((c[a] - s.lower[d]) / (s.upper - s.lower)[d] * n[:, d] - 0.5) for a, d in
                                         (('z', 2), ('y', 1), ('x', 0))], axis=1).astype(np.int64)
        order = np.lexsort(place.T[::-1])
        want_place, want = check.cells(path)
        have = np.stack([c[v][order] for v in s.stored], axis=1)
        tap.report(np.array_equal(place[order], want_place) and np.array_equal(have.astype(want.dtype), want),
                   f'real run, {name}: all cells in their places')
        with h5py.File(path) as f:
            edges = np.stack([f[f'x{d + 1}f'][:, 0] for d in range(3)], axis=1)
        close(f'real run, {name}: lower corners of the blocks', s.edges()[0], edges, 0.0)
        h = history.read(run.dir)
        status, text = call('plot', run.dir, 'all')
        tap.report(status == 0 and 'history.png' in text and h.rows > 1, f'real run, {name}: crux plot all', text)
        for f in ('history.h5', 'history.txt'):
            status, text = call('info', os.path.join(run.dir, f))
            tap.report(status == 0 and 'total_energy' in text and f'{h["mass"][-1]:.6g}' in text, f'real run, {name}: crux info {f}', text)


def near(what, a, b, tolerance):
    """Relative."""
    b = np.asarray(b, float)
    close(what, np.asarray(a, float) / b, np.ones_like(b), tolerance)


def cosmic_rays():
    """Populations, bins, energies and intensities of the same snapshot agree, and all pictures are made."""
    run = check.run('setups/cr_slab/cr_slab.yaml', {'run.step_end': 20, 'cr.min_GV': 1, 'cr.per_decade': 2, 'transport.speed_choice': 'fixed'})
    with Snapshot(run.snapshots()[-1]) as s:
        c = s.cells('cr_energy', 'cr_p_energy', *(f'cr_{n}_energy' for n in ('cno', 'e-')))
        gev = 1.602176634e-3 / s.units['pressure_erg_cm3']
        where = rays.Rays(s)
        for n in ('p', 'cno', 'e-'):
            number, energy = where.sums(n)
            near(f'energies of the bins of {n} and of the species', energy.sum() * gev, c[f'cr_{n}_energy'].mean(), 1e-12)
            parts = sum(s.field(f'{n}_{k:02d}_energy').reshape(-1) for k in range(len(energy)))
            near(f'energy of {n}, cell by cell', parts * gev, c[f'cr_{n}_energy'], 1e-12)
            points = 2000
            p, density = rays.density(where.species[n], *where.populations(n), points=points)
            widths = np.repeat(np.diff(np.log(where.species[n].edges)), points) / points
            near(f'spectrum of {n}: number', np.sum(density * widths), number.sum(), 1e-6)
            near(f'spectrum of {n}: energy', np.sum(density * widths * where.species[n].kinetic(p)), energy.sum(), 1e-6)
        point = rays.Rays(s, point=[0.01]).sums('p')[1].sum()
        inside = rays.Rays(s, region=lambda c: (c['x'] > 0) & (c['x'] < s.width(0)[0])).sums('p')[1].sum()
        near('spectrum at a point and in a region of one cell', point, inside, 1e-14)
    for words in (['all'], ['spectra', '--position', '0'], ['spectra', '--radius', '0.5'], ['profiles', '--field', 'p_01_energy,cr_over_gas'], ['history']):
        status, text = call('plot', run.dir, *words)
        tap.report(status == 0, f'cosmic rays: crux plot {" ".join(words)}', text)
    status, text = call('info', run.snapshots()[-1])
    tap.report(status == 0 and 'populations of cosmic rays' in text and 'be10 ' in text, 'cosmic rays: crux info', text)


def main():
    folder = check.scratch()
    for dim in (1, 2, 3):
        s = read_mesh(folder, dim)
        if dim > 1:
            read_planes(s)
    smooth_lines(folder)
    read_units(folder)
    read_tables(folder)
    runs = read_errors(folder)
    commands(folder, runs)
    real_runs()
    cosmic_rays()


if __name__ == '__main__':
    sys.exit(main())
