"""A run that is stopped, killed or interrupted, and resumed on any number of ranks, leaves the same files as one that is not."""
import glob
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import h5py
import numpy as np

from tests import tap
from tests.regression import check

TANG = 'setups/orszag_tang/orszag_tang.yaml'
SMALL = {'mesh.cells': '[32, 32, 1]', 'mesh.block': 8, 'run.time_end': 0.12, 'output.snapshots': 0.03, 'output.history': 0.01,
         'output.precision': 'float64'}
REFINED = {**SMALL, 'mesh.max_level': 2, 'mesh.regions': '[{level: 1, lower: [-0.2, -0.3, 0], upper: [0.3, 0.1, 0]}, '
           '{level: 2, lower: [0, 0, 0], upper: [0.1, 0.05, 0]}]', 'run.time_end': 0.06, 'mhd.scalars': 2, 'mhd.reconstruction': 'ppm',
           'mhd.integrator': 'rk3'}
MOVING = {**SMALL, 'mesh.max_level': 2, 'run.time_end': 0.1, 'refine.every': 2, 'refine.derefine_after': 3,
          'refine.criteria': '[{name: region, center: [-0.3, 0, 0], velocity: [5, 2, 0], radius: 0.1}]'}
TUBE = {'mesh.cells': '[64, 1, 1]', 'mesh.block': 8, 'output.snapshots': 0.02, 'output.precision': 'float64'}
BLAST = {'mesh.dim': 3, 'mesh.cells': '[16, 16, 16]', 'mesh.block': 8, 'run.time_end': 0.1, 'output.snapshots': 0.03,
         'output.precision': 'float64'}
CASES = [('2-D', TANG, SMALL), ('2-D, three levels, rk3, ppm, scalars', TANG, REFINED),
         ('2-D, moving refinement', TANG, MOVING), ('1-D', 'setups/shock_tube/shock_tube.yaml', TUBE),
         ('3-D', 'setups/blast/blast.yaml', BLAST)]
RANKS = [(1, 3), (3, 2), (2, 1)]


def folder(name):
    return os.path.join(check.scratch(), name)


def words(setup, dir, overrides, *options):
    out = ['run', setup, '--out', dir, *options]
    for k, v in overrides.items():
        out += ['--set', f'{k}={check.text(v)}']
    return out


def start(setup, dir, overrides, *options, ranks=1):
    return check.start(words(setup, dir, overrides, *options), ranks)


def numbers(path):
    """All datasets of a file as bytes, and the numbers among the attributes of the file."""
    with h5py.File(path, 'r') as f:
        sets = {n: f[n][...].tobytes() for n in f}
        attributes = {k: np.asarray(v).tobytes() for k, v in f.attrs.items() if k not in ('parameters', 'version')}
    return sets, attributes


def rows(dir):
    with open(os.path.join(dir, 'history.txt')) as f:
        return [line for line in f if not line.startswith('#')]


def differences(a, b):
    """What differs between the outputs of two runs."""
    names = [sorted(os.path.basename(p) for p in glob.glob(os.path.join(d, '*.athdf'))) for d in (a, b)]
    found = sorted(set(names[0]) ^ set(names[1]))
    found += [n for n in names[0] if n in names[1] and numbers(os.path.join(a, n)) != numbers(os.path.join(b, n))]
    if rows(a) != rows(b):
        found.append(f'history.txt ({len(rows(a))} and {len(rows(b))} rows)')
    h5 = [numbers(os.path.join(d, 'history.h5')) for d in (a, b)]
    return found + (['history.h5'] if h5[0] != h5[1] else [])


def same(what, a, b):
    found = differences(a, b)
    return tap.report(not found, what, ', '.join(found))


def steps_of(dir):
    return int(float(rows(dir)[-1].split()[1]))


def parts():
    """Stopped by step: at the start, in the middle, at the end; all outputs, and none but the last."""
    for name, setup, overrides in CASES:
        for outputs in (True, False):
            extra = dict(overrides) if outputs else {**overrides, 'output.snapshots': 0, 'output.history': 1e9}
            tag = name.split(',')[0].replace(' ', '') + str(CASES.index((name, setup, overrides))) + ('on' if outputs else 'off')
            whole = folder(tag + '-whole')
            status, text = start(setup, whole, extra)
            if not tap.report(status == 0, f'{name}: runs', text[-600:]):
                continue
            last = steps_of(whole)
            for step, (first, second) in zip((0, last // 2, last), RANKS):
                if not outputs and step != last // 2:
                    continue
                part = folder(f'{tag}-{step}')
                stop = {'run.step_end': step} if step < last else {'output.checkpoints': 1e-3}
                one, text1 = start(setup, part, {**extra, **stop}, ranks=first)
                two, text2 = start(setup, part, extra, '--resume', ranks=second)
                what = f'{name}, outputs {"on" if outputs else "off"}: {first} ranks to step {step} of {last}, then {second}'
                if tap.report((one, two) == (0, 0), f'{what}: runs', text1[-600:] + text2[-600:]):
                    same(f'{what}: same snapshots and history', whole, part)


def launch(arguments, ranks=1):
    command = ([] if ranks == 1 else ['mpirun', '--quiet', '-n', str(ranks)]) + [check.PROGRAM] + arguments
    return subprocess.Popen(command, cwd=check.ROOT, env={**os.environ, **check.MPI}, text=True, errors='replace',
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


LONG = {**SMALL, 'mesh.cells': '[64, 64, 1]', 'mesh.block': 16, 'run.time_end': 0.4, 'output.checkpoints': 0.02}


def wait_for(path, process, seconds=60):
    end = time.time() + seconds
    while not glob.glob(path) and process.poll() is None and time.time() < end:
        time.sleep(0.005)


def whole_run():
    dir = folder('long-whole')
    began = time.time()
    status, text = start(TANG, dir, LONG)
    tap.report(status == 0, 'the undisturbed run', text[-600:])
    return dir, time.time() - began


def signals(whole):
    for number, ranks in ((signal.SIGINT, 1), (signal.SIGTERM, 1), (signal.SIGUSR1, 2)):
        dir = folder(f'signal-{number}')
        p = launch(words(TANG, dir, LONG), ranks)
        wait_for(os.path.join(dir, 'checkpoint.*.h5'), p)
        p.send_signal(number)
        text = p.communicate(timeout=120)[0]
        what = f'{signal.Signals(number).name} on {ranks} ranks'
        tap.report(p.returncode == 0, f'{what}: status 0', (p.returncode, text[-600:]))
        tap.report(f'--out {dir} --resume' in text and './crux run' in text, f'{what}: says how to go on', text[-600:])
        status, text = start(TANG, dir, LONG, '--resume', ranks=3 - ranks)
        tap.report(status == 0 and 'have changed' not in text, f'{what}: resumes', text[-600:])
        same(f'{what}: same files as undisturbed', whole, dir)
        left = glob.glob(os.path.join(dir, 'checkpoint.*'))
        tap.report(len(left) == 2, f'{what}: the newest two checkpoints are kept', left)
        alike = [os.path.basename(s) for s in glob.glob(os.path.join(whole, '*.athdf'))
                 if open(s, 'rb').read() != open(os.path.join(dir, os.path.basename(s)), 'rb').read()]
        tap.report(not alike, f'{what}: snapshots have the same bytes', alike)


def wall_time(whole):
    dir = folder('wall')
    overrides = {**LONG, 'run.wall_time': '0.1 s', 'output.checkpoint_wall_time': '0.03 s', 'output.checkpoints': 0}
    status, text = start(TANG, dir, overrides)
    tap.report(status == 0 and 'wall_time' in text and '--resume' in text, 'wall-time limit: ends with status 0 and says how to go on', text[-600:])
    for _ in range(100):
        if status != 0 or 'run.wall_time is over' not in text:
            break
        status, text = start(TANG, dir, overrides, '--resume')
    tap.report(status == 0, 'wall-time limit: resumed until the end', text[-600:])
    same('wall-time limit: same files as undisturbed', whole, dir)


def children(pid):
    with open(f'/proc/{pid}/task/{pid}/children') as f:
        return [int(w) for w in f.read().split()]


def kill(process, ranks):
    """The program itself; under mpirun one rank, on which mpirun ends the others."""
    try:
        os.kill(process.pid if ranks == 1 else random.choice(children(process.pid)), signal.SIGKILL)
    except (IndexError, OSError):
        pass


def kills(count, whole, seconds, seed=None):
    """Killed at random moments, several times; a run killed before its first checkpoint starts anew."""
    seed = seed or random.randrange(1 << 30)
    random.seed(seed)
    tap.note(f'seed {seed}')
    fresh = resumed = 0
    for i in range(count):
        dir = folder(f'kill-{i}')
        ranks, options = 1 + i % 2, []
        for _ in range(3):
            p = launch(words(TANG, dir, LONG, *options), ranks)
            time.sleep(random.uniform(0.02, 1.1 * seconds * ranks))
            kill(p, ranks)
            text = p.communicate(timeout=120)[0]
            if glob.glob(os.path.join(dir, 'checkpoint.*.h5')):
                options = ['--resume']
                resumed += 1
                continue
            fresh += 1
            status, text = start(TANG, dir, LONG, '--resume')
            tap.report(status == 2 and ('no checkpoint' in text or 'does not exist' in text), f'kill {i}: without a checkpoint that is said', text[-400:])
            options = ['--force']
        status, text = start(TANG, dir, LONG, *options, ranks=3 - ranks)
        tap.report(status == 0, f'kill {i}: goes on', text[-800:])
        same(f'kill {i}: same files as undisturbed', whole, dir)
        shutil.rmtree(dir, ignore_errors=True)
    tap.note(f'{resumed} kills with a checkpoint, {fresh} without')


def main():
    parts()
    whole, seconds = whole_run()
    signals(whole)
    wall_time(whole)
    kills(4, whole, seconds)


if __name__ == '__main__':
    sys.exit(main())
