"""What a file holds."""
import os
import re

import h5py
import numpy as np

from analysis import fields, particles, rays, table
from analysis.fault import Fault
from analysis.hdf import text
from analysis.snapshot import Snapshot


def _print_record(version, setup, run_name):
    print(f'run       {run_name}, setup {setup}')
    print(f'written   by crux {version}')


def _range(lo, hi):
    return f'{lo:.6g} to {hi:.6g}'


def snapshot(path):
    with Snapshot(path) as s:
        print(f'{path}: snapshot')
        _print_record(s.version, s.setup, s.run_name)
        time, unit = s.time_shown()
        print(f'time      {s.time:.9g}' + (f' ({time:.6g} {unit})' if unit else '') + f', step {s.step}')
        box = '  '.join(f'{"xyz"[d]} {_range(s.lower[d], s.upper[d])} ({s.boundaries[2 * d]}'
                        + (f', {s.boundaries[2 * d + 1]})' if s.boundaries[2 * d] != s.boundaries[2 * d + 1] else ')') for d in range(s.dim))
        print(f'box       {s.dim}-D: {box}')
        if s.physical:
            scale, name = s.length_shown()
            size = ' x '.join(f'{w * scale:.6g}' for w in (s.upper - s.lower)[:s.dim])
            print(f'          {size} {name}; code units: {s.units["length_cm"]:.6g} cm, {s.units["mass_g"]:.6g} g, {s.units["time_s"]:.6g} s')
        cells = 'x'.join(str(n) for n in s.block[:s.dim])
        print(f'mesh      {s.blocks * s.block_cells} cells in {s.blocks} blocks of {cells}; gamma {s.gamma:.6g}; numbers are {s.precision}')
        for l in np.unique(s.level):
            of = s.level == l
            width = s.width(l)[:s.dim]
            share = of.sum() * s.block_cells * np.prod(s.width(l)) / np.prod(s.upper - s.lower)
            print(f'  level {l}: {of.sum()} blocks, {100 * share:.4g}% of the box, cells of {" x ".join(f"{w:.6g}" for w in width)}')
        print('fields    (code units)')
        print(f'  {"name":<12} {"unit":<16} {"least":>13} {"largest":>13} {"integral":>13}  meaning')
        populations = [n for n in s.stored if fields.is_population(n)]
        for n, v in s.stored.items():
            if n in populations:
                continue
            least, most, total, bad = s.summary(n)
            note = f'  {bad} CELLS ARE NOT FINITE' if bad else ''
            print(f'  {n:<12} {v.unit:<16} {least:13.6g} {most:13.6g} {total:13.6g}  {v.meaning}{note}')
        if populations:
            print(f'  {populations[0]} ... {populations[-1]}: {len(populations)} populations of cosmic rays and their fluxes')
        if s.extra('cosmic_rays') is not None:
            print('cosmic rays')
            for name, c in rays.species_of(s).items():
                print(f'  {name:<12} {len(c.edges) - 1} bins from {c.edges[0]:.4g} to {c.edges[-1]:.4g} GV; {c.meaning}')
        made = [n for n in s.variables if n not in s.stored and not re.search(r'_\d\d+_(number|energy)$', n)]
        if made:
            print(f'  made from them: {", ".join(made)}')


def history(path, names, units, meanings, column, rows):
    """column(name) gives the numbers."""
    print(f'  {rows} rows')
    if not rows:
        return
    print(f'  {"name":<18} {"unit":<14} {"first":>13} {"last":>13} {"least":>13} {"largest":>13}  meaning')
    for n in names:
        v = np.asarray(column(n), float)
        print(f'  {n:<18} {units.get(n, ""):<14} {v[0]:13.6g} {v[-1]:13.6g} {np.nanmin(v):13.6g} {np.nanmax(v):13.6g}  {meanings.get(n, "")}')


def _describe_item(name, item):
    if isinstance(item, h5py.Dataset):
        print(f'  {name}: {"x".join(map(str, item.shape)) or "one"} {item.dtype}' + (f' [{text(item.attrs["unit"])}]' if 'unit' in item.attrs else ''))


def hdf5(path):
    try:
        f = h5py.File(path, 'r')
    except OSError as e:
        raise Fault(f'{path}: not a whole HDF5 file ({e})')
    with f:
        if 'MeshBlockSize' in f.attrs:
            snapshot(path)
            return
        if particles.is_particles(f):
            particles.info(path)
            return
        record = [text(f.attrs.get(n, 'unknown')) for n in ('version', 'setup', 'run_name')]
        if 'time' in f and f['time'].ndim == 1 and 'dt' in f:
            print(f'{path}: history')
            _print_record(*record)
            names = list(table_order(f))
            history(path, names, {n: text(f[n].attrs.get('unit', '')) for n in names},
                    {n: text(f[n].attrs.get('meaning', '')) for n in names}, lambda n: f[n][...], len(f['time']))
            return
        print(f'{path}: {text(f.attrs.get("kind", "checkpoint" if text(f.attrs.get("code", "")) == "crux" else "HDF5 file not made by crux"))}')
        _print_record(*record)
        for n, v in f.attrs.items():
            words = ' '.join(text(w) for w in np.atleast_1d(v))
            if n not in ('code', 'version', 'setup', 'run_name', 'parameters', 'kind') and len(words) < 100:
                print(f'  {n}: {words}')
        f.visititems(_describe_item)


def table_order(f):
    """Columns with the time and the step first."""
    first = [n for n in ('time', 'step', 'dt') if n in f]
    return first + sorted(n for n in f if n not in first)


def text_table(path):
    t = table.read(path)
    kind = 'history' if 'dt' in t else 'errors against the exact solution' if 'rms_l1' in t else 'table'
    print(f'{path}: {kind}')
    if t.head and kind == 'history':
        print(f'  {t.head[0]}')
    history(path, list(t.columns), t.units, t.meanings, lambda n: t[n], t.rows)


def folder(path):
    from analysis.snapshot import find
    shots = find(path)
    known = [n for n in ('history.txt', 'history.h5', 'errors.txt', 'parameters.yaml', 'run.log', 'reference.txt', 'zone.h5', 'spectra.txt', 'ledger.txt',
                         'observables.h5') if
             os.path.isfile(os.path.join(path, n))]
    if not shots and not known:
        raise Fault(f'{path}: nothing of crux in this folder')
    print(f'{path}: folder of a run with {len(shots)} snapshot{"s" * (len(shots) != 1)}{"".join(", " + n for n in known)}')
    if shots:
        times = []
        for p in (shots[0], shots[-1]):
            with Snapshot(p) as s:
                times.append(s.time)
        print(f'snapshots from time {times[0]:.6g} to {times[1]:.6g}; the last:')
        snapshot(shots[-1])


def info(path):
    if os.path.isdir(path):
        folder(path)
    elif not os.path.isfile(path) and particles.find(path):
        hdf5(particles.find(path))
    elif not os.path.isfile(path):
        raise Fault(f'{path}: no such file')
    elif h5py.is_hdf5(path):
        hdf5(path)
    elif path.endswith('.txt'):
        text_table(path)
    else:
        raise Fault(f'{path}: neither an HDF5 file nor a table of crux; it may be torn or something else')
