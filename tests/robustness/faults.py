"""Damaged, foreign, missing or unreadable checkpoints, full disks and forbidden changes: a message that says what is wrong, an older checkpoint is
used, and nothing is lost or overwritten."""
import glob
import os
import resource
import shutil
import subprocess
import sys

import h5py

from tests import tap
from tests.invariance.restart import SMALL, TANG, differences, folder, launch, start, wait_for, words
from tests.regression import check

RUN = {**SMALL, 'output.checkpoints': 0.02, 'output.keep_checkpoints': 3}
STOP = {**RUN, 'run.step_end': 20}


def contents(dir):
    return {os.path.relpath(p, dir): open(p, 'rb').read() for p in glob.glob(os.path.join(dir, '**'), recursive=True) if os.path.isfile(p)}


def stopped(name):
    """A run that was stopped, with several checkpoints; (folder, paths of the checkpoints)."""
    dir = folder(name)
    if not os.path.exists(folder('stopped')):
        status, text = start(TANG, folder('stopped'), STOP)
        tap.report(status == 0, 'the run to be resumed', text[-500:])
    shutil.copytree(folder('stopped'), dir)
    return dir, sorted(glob.glob(os.path.join(dir, 'checkpoint.*.h5')))


def flip(path, at):
    with open(path, 'r+b') as f:
        f.seek(at)
        c = f.read(1)[0]
        f.seek(at)
        f.write(bytes([c ^ 8]))


def in_dataset(path):
    with h5py.File(path, 'r') as f:
        s = f['gas']
        return s.id.get_offset() + s.id.get_storage_size() // 2


def in_parameters(path):
    with open(path, 'rb') as f:
        return f.read().index(b'time_end: ') + 11


def damage(whole):
    """What happens to the newest file, and what is said about it."""
    def truncate(path):
        os.truncate(path, os.path.getsize(path) // 2)

    def foreign(path):
        with h5py.File(path, 'w') as f:
            f['x'] = [1.0]

    def text(path):
        with open(path, 'w') as f:
            f.write('not HDF5\n')

    def unreadable(path):
        os.remove(path)
        os.mkdir(path)
        if os.geteuid() != 0:   # root may read everything
            os.rmdir(path)
            text(path)
            os.chmod(path, 0)

    cases = [('truncated', truncate, 'truncated'), ('empty', lambda p: os.truncate(p, 0), 'HDF5'), ('a byte of a dataset', lambda p: flip(p, in_dataset(p)),
              'gas does not match its checksum'), ('a byte of the parameters', lambda p: flip(p, in_parameters(p)), ''),
             ('a foreign HDF5 file', foreign, 'is not a checkpoint of crux'), ('no HDF5 file', text, 'HDF5'),
             ('unreadable', unreadable, 'is no file' if os.geteuid() == 0 else 'Permission denied')]
    for i, (what, harm, words_wanted) in enumerate(cases):
        dir, files = stopped(f'damage-{i}')
        newer = os.path.join(dir, 'checkpoint.00099.h5')   # beside intact ones, or in place of the newest
        victim = newer if what in ('a foreign HDF5 file', 'no HDF5 file') else files[-1]
        harm(victim)
        before = open(victim, 'rb').read() if os.path.isfile(victim) else None
        used = files[-1] if victim == newer else files[-2]
        status, said = start(TANG, dir, RUN, '--resume', ranks=1 + i % 2)
        tap.report(status == 0 and f'resumed from {used}' in said, f'{what}: the next older one is used', said[-800:])
        line = [l for l in said.splitlines() if l.startswith(f'warning: {victim}: ')]
        tap.report(len(line) == 1 and words_wanted in line[0], f'{what}: says why it is skipped', said[:1500])
        found = differences(whole, dir)
        tap.report(not found, f'{what}: same files as undisturbed', ', '.join(found))
        after = open(victim, 'rb').read() if os.path.isfile(victim) else None
        tap.report(os.path.exists(victim) and after == before, f'{what}: it is left as it is')


def none_left():
    dir, files = stopped('none')
    for f in files:
        os.truncate(f, 1000)
    before = contents(dir)
    status, text = start(TANG, dir, RUN, '--resume')
    tap.report(status == 2 and all(f in text for f in files) and '--force' in text, 'all damaged: status 2, all are named, with a remedy', text)
    tap.report(contents(dir) == before, 'all damaged: nothing is changed')
    status, text = start(TANG, folder('nowhere'), RUN, '--resume')
    tap.report(status == 2 and 'does not exist' in text and not os.path.exists(folder('nowhere')), 'missing folder: status 2, not made', text)


def forbidden():
    dir, files = stopped('forbidden')
    before = contents(dir)
    for key, value, old in (('mesh.dim', 3, '2'), ('mesh.cells', '[64, 32, 1]', '[32, 32, 1]'), ('mesh.block', 16, '8'),
                            ('mesh.lower', '[-1, -0.5, 0]', '[-0.5, -0.5, 0]'), ('mesh.upper', '[1, 0.5, 1]', '[0.5, 0.5, 1]'),
                            ('mhd.scalars', 1, '0'), ('mhd.magnetic', 'false', 'true'), ('mhd.eos', 'isothermal', 'adiabatic'),
                            ('mesh.boundary_x', 'outflow', 'periodic'), ('run.setup', 'rotor', 'orszag_tang')):
        more = {'mesh.cells': 32} if key == 'mesh.dim' else {}
        status, text = start(TANG, dir, {**RUN, **more, key: value}, '--resume')
        shown = str(value).split(',')[0].strip('[')
        named = any(key in l and old in l and shown in l for l in text.splitlines())
        tap.report(status == 2 and named, f'{key} cannot change: status 2, both values', text[-500:])
    text = open(os.path.join(check.ROOT, TANG)).read().replace('units: code', 'units: {length: 1 pc, velocity: 1 km/s, density: 1 mp cm^-3}')
    other = os.path.join(check.scratch(), 'other.yaml')
    with open(other, 'w') as f:
        f.write(text.replace('0.5\n', '0.5 code\n').replace('[-0.5, -0.5, 0]', '[-0.5 code, -0.5 code, 0]').replace('[0.5, 0.5, 1]', '[0.5 code, 0.5 code, 1 code]'))
    status, said = start(other, dir, {k: f'{v} code' if k in ('run.time_end', 'output.snapshots', 'output.history', 'output.checkpoints') else v
                                      for k, v in RUN.items()}, '--resume')
    tap.report(status == 2 and 'units: code in the checkpoint' in said, 'units cannot change: status 2, both values', said[-500:])
    tap.report(contents(dir) == before, 'after all these nothing has changed')
    status, text = start(TANG, dir, {**RUN, 'mhd.cfl': 0.2, 'run.time_end': 0.1}, '--resume')
    tap.report(status == 0 and 'mhd.cfl: 0.3 in the checkpoint, now 0.2' in text, 'what may change is listed', text[-800:])
    tap.report('mhd.cfl: 0.3' in open(os.path.join(dir, 'run.log')).read(), 'also in run.log')
    status, text = start(TANG, dir, RUN, '--resume', '--force')
    tap.report(status == 2 and '--force' in text, '--resume and --force together are refused', text)


def no_room(whole):
    dir = folder('limit')
    endless = {**RUN, 'mesh.cells': '[96, 96, 1]', 'run.time_end': 100.0, 'output.snapshots': 0}   # checkpoints are the largest files
    p = launch(words(TANG, dir, endless))
    wait_for(os.path.join(dir, 'checkpoint.00002.h5'), p)
    size = os.path.getsize(os.path.join(dir, 'checkpoint.00000.h5'))
    resource.prlimit(p.pid, resource.RLIMIT_FSIZE, (size // 2, size // 2))   # MPI itself needs more at the start
    text = p.communicate(timeout=60)[0]
    left = sorted(glob.glob(os.path.join(dir, 'checkpoint.*')))
    name = 'checkpoint.%05d.h5' % (int(left[-1][-8:-3]) + 1)
    tap.report(p.returncode == 2 and name in text and 'File too large' in text and 'MB' in text, 'file-size limit: message', (p.returncode, text[-500:]))
    tap.report(len(left) == 3 and not glob.glob(os.path.join(dir, '*.tmp')), 'file-size limit: the old checkpoints stay, and no rest', left)
    status, text = start(TANG, dir, {**endless, 'run.step_end': 0}, '--resume', ranks=2)
    tap.report(status == 0 and f'resumed from {left[-1]}' in text, 'file-size limit: goes on when it is lifted', text[-500:])

    disk = os.path.join(check.scratch(), 'disk')
    os.mkdir(disk)
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk], capture_output=True).returncode != 0:
        tap.skip('full disk', 'cannot mount a small one')
        return
    try:
        dir = os.path.join(disk, 'run')
        shutil.copytree(folder('stopped'), dir)
        with open(os.path.join(disk, 'ballast'), 'wb') as f:
            free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
            f.write(bytes(max(free - int(0.6 * os.path.getsize(max(glob.glob(os.path.join(dir, 'checkpoint.*'))))), 0)))
        old = {f: open(f, 'rb').read() for f in glob.glob(os.path.join(dir, 'checkpoint.*.h5'))}
        status, text = start(TANG, dir, RUN, '--resume', ranks=2)
        tap.report(status != 0 and 'No space left' in text and dir in text, 'full disk: message', (status, text[-500:]))
        tap.report(all(open(f, 'rb').read() == b for f, b in old.items()), 'full disk: old checkpoints are untouched')
        os.remove(os.path.join(disk, 'ballast'))
        status, text = start(TANG, dir, RUN, '--resume')
        found = differences(whole, dir) if status == 0 else [text[-500:]]
        tap.report(not found, 'full disk: goes on when there is room, same files as undisturbed', ', '.join(found))
    finally:
        subprocess.run(['umount', disk], check=False)


def folder_gone():
    """The folder vanishes during the run."""
    dir = folder('gone')
    p = launch(words(TANG, dir, {**RUN, 'run.time_end': 100.0}), 1)
    wait_for(os.path.join(dir, 'checkpoint.*.h5'), p)
    os.rename(dir, dir + '-away')
    text = p.communicate(timeout=60)[0]
    tap.report(p.returncode != 0 and dir in text and 'no such file' in text.lower(), 'folder gone during the run: message', (p.returncode, text[-500:]))
    status, text = start(TANG, dir + '-away', {**RUN, 'run.time_end': 100.0, 'run.step_end': 60}, '--resume')
    tap.report(status == 0, 'folder gone during the run: what was written can be resumed', text[-500:])


def gas_goes_wrong():
    """Gas that a step cannot handle: the last good state is kept."""
    right = {**RUN, 'mhd.eos': 'isothermal', 'mhd.sound_speed': 1.0}
    status, text = start(TANG, folder('right'), right)
    tap.report(status == 0, 'isothermal, undisturbed', text[-500:])
    dir = folder('wrong')
    start(TANG, dir, {**right, 'run.step_end': 13})
    status, text = start(TANG, dir, {**right, 'mhd.sound_speed': 1e200}, '--resume')
    tap.report(status == 1 and 'went wrong in step 14' in text and '--resume' in text, 'gas goes wrong: status 1, how to go on', (status, text[-800:]))
    newest = sorted(glob.glob(os.path.join(dir, 'checkpoint.*.h5')))[-1]
    with h5py.File(newest, 'r') as f:
        tap.report(int(f.attrs['step']) == 13, 'gas goes wrong: a checkpoint of the last good step', dict(f.attrs))
    status, text = start(TANG, dir, right, '--resume', ranks=2)
    found = differences(folder('right'), dir) if status == 0 else [text[-500:]]
    tap.report(f'resumed from {newest}' in text and not found, 'gas goes wrong: goes on from it, same files as undisturbed', ', '.join(found))


def memory():
    status, text = start(TANG, folder('memory'), {'mesh.dim': 3, 'mesh.cells': '[16384, 16384, 16384]'})
    tap.report(status == 2 and 'GB left' in text and 'bytes per cell' in text, 'a run that does not fit: status 2 and the numbers', (status, text[-500:]))
    tap.report(not os.path.exists(folder('memory')), 'a run that does not fit: writes nothing')
    status, text = start(TANG, folder('memory'), {**SMALL, 'run.step_end': 1})
    tap.report(status == 0 and 'bytes per cell' in text, 'memory per cell is reported', text[-500:])


def main():
    whole = folder('whole')
    status, text = start(TANG, whole, RUN)
    tap.report(status == 0, 'the undisturbed run', text[-500:])
    damage(whole)
    none_left()
    forbidden()
    no_room(whole)
    folder_gone()
    gas_goes_wrong()
    memory()


if __name__ == '__main__':
    sys.exit(main())
