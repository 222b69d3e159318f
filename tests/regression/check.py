"""Helpers of the tests that drive the program.

    from tests.regression.check import run, check

    r = run('setups/sedov/sedov.yaml', {'mesh.cells': '[64, 64, 64]'}, ranks=2)
    check('total energy drifts', r.drift('total_energy'), '<', 1e-13, 'conservation')

Each check is one line of TAP for meson and one record in build/verification.json.
"""
import atexit
import glob
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np

from tests import tap

ROOT = os.environ.get('CRUX_ROOT') or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get('CRUX_BUILD') or os.path.join(ROOT, 'build')
PROGRAM = os.path.join(BUILD, 'crux')
MPI = {'OMPI_ALLOW_RUN_AS_ROOT': '1', 'OMPI_ALLOW_RUN_AS_ROOT_CONFIRM': '1', 'OMPI_MCA_rmaps_base_oversubscribe': '1',
       'OMPI_MCA_hwloc_base_binding_policy': 'none', 'OMPI_MCA_mpi_yield_when_idle': '1', 'OMP_NUM_THREADS': '1',
       'CRUX_PROGRESS': 'lines'}
TEST = os.path.splitext(os.path.basename(sys.argv[0]))[0]

_OPS = {'<': lambda a, b: a < b, '<=': lambda a, b: a <= b, '>': lambda a, b: a > b, '>=': lambda a, b: a >= b,
        '==': lambda a, b: a == b}
_records = []
_scratch = tempfile.mkdtemp(prefix='crux-')
_runs = 0


class Run:
    """A finished run: status, text (what it printed), dir, and what it left there."""

    def __init__(self, status, text, dir):
        self.status, self.text, self.dir = status, text, dir

    @property
    def history(self):
        """Columns of history.txt by name."""
        return table(os.path.join(self.dir, 'history.txt'))

    @property
    def errors(self):
        """Columns of errors.txt, each one number: the errors against the exact solution at the end."""
        return {k: float(v[-1]) for k, v in table(os.path.join(self.dir, 'errors.txt')).items()}

    def drift(self, column):
        """Largest change of a total since the start, relative to its largest size."""
        v = self.history[column]
        return float(np.max(np.abs(v - v[0])) / max(np.max(np.abs(v)), 1e-300))

    def snapshots(self):
        return sorted(glob.glob(os.path.join(self.dir, '*.athdf')))


def table(path):
    """A text file of columns: the last comment line before the numbers names them, as in '# 1:time 2:dt' or '# time dt'."""
    names, rows = [], []
    with open(path) as f:
        for line in f:
            if line.startswith('#'):
                if not rows:
                    names = [w.split(':')[-1] for w in line[1:].split()] or names
            elif line.strip():
                rows.append([float(w) for w in line.split()])
    columns = np.array(rows, dtype=float).T
    if len(names) != len(columns):
        raise ValueError(f'{path}: {len(names)} names for {len(columns)} columns')
    return dict(zip(names, columns))


def text(value):
    """A Python value as YAML."""
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, (list, tuple)):
        return '[' + ', '.join(text(v) for v in value) + ']'
    return repr(value) if isinstance(value, float) else str(value)


def start(arguments, ranks=1, timeout=600, env=None):
    """Run the program; (exit status, everything it printed)."""
    command = [PROGRAM] + [str(a) for a in arguments]
    if ranks > 1:
        command = ['mpirun', '--quiet', '-n', str(ranks)] + command
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **MPI, **(env or {})}, timeout=timeout, text=True,
                          errors='replace', stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def words(setup, dir, overrides=None, options=()):
    """The arguments of a run of a YAML file in a folder with overrides {'section.key': value}."""
    return ['run', setup, '--out', dir, *options] + [w for k, v in (overrides or {}).items() for w in ('--set', f'{k}={text(v)}')]


def positive(dir):
    """With explicit transport no population of cosmic rays is negative, in any run of any test: looked at in the last snapshot, where it has them."""
    import h5py
    snapshots = sorted(glob.glob(os.path.join(dir, '*.athdf')))
    try:
        with open(os.path.join(dir, 'parameters.yaml')) as f:
            if not snapshots or not re.search(r'^  scheme: explicit', f.read(), re.M):
                return
    except FileNotFoundError:
        return
    with h5py.File(snapshots[-1], 'r') as f:
        names, first = [n.decode() for n in f.attrs['VariableNames']], 0
        for name, count in zip(f.attrs['DatasetNames'], f.attrs['NumVariables']):
            for i in range(int(count)):
                if re.search(r'_\d\d_(lo|hi)$', names[first + i]):
                    least = float(f[name.decode()][i].min())
                    if not least >= 0.0:
                        raise RuntimeError(f'{snapshots[-1]}: {names[first + i]} is {least}')
            first += int(count)


def run(setup, overrides=None, ranks=1, options=(), timeout=600, may_fail=False):
    """Run a YAML file (path from the root, or absolute) with overrides {'section.key': value} in a folder of its own."""
    global _runs
    _runs += 1
    dir = os.path.join(_scratch, f'{_runs:03d}')
    arguments = words(setup, dir, overrides, options)
    status, output = start(arguments, ranks, timeout)
    if status != 0 and not may_fail:
        tap.note(output[-4000:])
        raise RuntimeError(f'{" ".join(arguments)} on {ranks} ranks ended with status {status}')
    positive(dir)
    return Run(status, output, dir)


def resume(name, part, setup, overrides=None, ranks=1, timeout=600):
    """Go on with a run that was stopped, in its folder; that it ends well is a test of its own, with this name."""
    status, output = start(words(setup, part.dir, overrides, ('--resume',)), ranks, timeout)
    tap.report(status == 0, name, output[-800:])
    positive(part.dir)
    return Run(status, output, part.dir)


def check(name, value, op, bound, compares_with, figure=None):
    """value op bound must hold.  compares_with says where the bound comes from: a paper, another code, a property.  figure: what shows it, a path from docs/."""
    value = value.item() if hasattr(value, 'item') else value
    number = not isinstance(value, float) or math.isfinite(value)
    good = bool(number and _OPS[op](value, bound))
    shown = value if number else str(value)
    _records.append({'test': TEST, 'name': name, 'value': shown, 'op': op, 'bound': bound, 'compares_with': compares_with,
                     'good': good, **({'figure': figure} if figure else {})})
    tap.report(good, f'{name}: {shown} {op} {bound} ({compares_with})')
    return good


def same_snapshots(name, a, b, compares_with):
    """The last snapshots of two runs hold the same numbers in every cell, to the last bit, whatever their blocks."""
    (place, x), (place2, y) = cells(a.snapshots()[-1]), cells(b.snapshots()[-1])
    if place.shape != place2.shape or not np.array_equal(place, place2):
        different = -1
    else:
        different = int(np.count_nonzero(np.any(x.view(f'u{x.itemsize}') != y.view(f'u{y.itemsize}'), axis=1)))
    return check(f'{name}: cells that differ', different, '==', 0, compares_with)


def numbers(path):
    """All datasets of an HDF5 file, as bytes."""
    import h5py
    found = {}
    with h5py.File(path, 'r') as f:
        f.visititems(lambda name, o: found.__setitem__(name, o[...].tobytes()) if isinstance(o, h5py.Dataset) else None)
    return found


def same_files(name, a, b):
    """All snapshots in the folders of two runs, and their histories, hold the same numbers to the last bit."""
    other = []
    for path in sorted(glob.glob(os.path.join(a, '*.athdf'))) + [os.path.join(a, 'history.h5')]:
        x, y = numbers(path), numbers(os.path.join(b, os.path.basename(path)))
        other += [f'{os.path.basename(path)} {k}' for k in x if x[k] != y.get(k)]
    return tap.report(not other, f'{name}: the same numbers', ', '.join(other[:6]))


def cells(path):
    """Cells of a snapshot in an order that does not depend on blocks: places (level, z, y, x) and values [cell][variable]."""
    import h5py
    with h5py.File(path, 'r') as f:
        n = [int(m) for m in f.attrs['MeshBlockSize']]
        sets = [f[s.decode()][...] for s in f.attrs['DatasetNames']]
        level, at = f['Levels'][...].astype(np.int64), f['LogicalLocations'][...].astype(np.int64)
    values = np.moveaxis(np.concatenate(sets, axis=0), 0, -1)   # [block][k][j][i][variable]
    place = np.empty(values.shape[:4] + (4,), dtype=np.int64)
    place[..., 0] = level[:, None, None, None]
    place[..., 1] = at[:, 2][:, None, None, None] * n[2] + np.arange(n[2])[:, None, None]
    place[..., 2] = at[:, 1][:, None, None, None] * n[1] + np.arange(n[1])[:, None]
    place[..., 3] = at[:, 0][:, None, None, None] * n[0] + np.arange(n[0])
    place, values = place.reshape(-1, 4), values.reshape(-1, values.shape[-1])
    order = np.lexsort(place.T[::-1])
    return place[order], np.ascontiguousarray(values[order])


def scratch():
    """A folder that is removed at the end."""
    return _scratch


def keep(result, name):
    """Leave the folder of a run in build/results/NAME, for pictures."""
    to = os.path.join(BUILD, 'results', name)
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(result.dir, to)


def _finish():
    shutil.rmtree(_scratch, ignore_errors=True)
    if _records:
        os.makedirs(os.path.join(BUILD, 'verification'), exist_ok=True)
        with open(os.path.join(BUILD, 'verification', TEST + '.json'), 'w') as f:
            json.dump(_records, f)


atexit.register(_finish)
