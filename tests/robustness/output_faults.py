"""Output that cannot be written: a message with the path and the system's reason, status 2, nothing half written left behind."""
import os
import subprocess
import sys
import tempfile

from tests import tap

UNIT = os.path.join(os.environ['CRUX_BUILD'], 'tests', 'unit')


def attempt(what, program, folder, status, words, limit=()):
    done = subprocess.run([os.path.join(UNIT, program), folder, *limit], capture_output=True, text=True)
    text = done.stdout + done.stderr
    tap.report(done.returncode == status, f'{what}: status {status}', (done.returncode, text))
    for w in words:
        tap.report(w in text, f'{what}: says "{w}"', text)
    tap.report('HDF5-DIAG' not in text, f'{what}: no stack of HDF5', text)


def main():
    with tempfile.TemporaryDirectory() as d:
        gone = os.path.join(d, 'gone')
        attempt('missing folder', 'test_snapshot', gone, 2, [gone + '/sample.00001.athdf', 'No such file or directory'])
        tap.report(not os.path.exists(gone), 'missing folder: nothing is made')
        full = os.path.join(d, 'full')
        os.mkdir(full)
        attempt('no room', 'test_snapshot', full, 2, [full + '/sample.00003.athdf', 'File too large', 'MB'], ['100000'])
        left = sorted(os.listdir(full))
        tap.report(left == [f'sample.0000{i}.athdf{x}' for i in (1, 2) for x in ('', '.xdmf')], 'no room: no rest', left)
        attempt('history without room', 'test_history', os.path.join(d, 'history'), 1, ['history.', 'File too large'], ['100000'])

        attempt('folder in use', 'test_history', full, 2, [full, 'not empty', '--resume', '--force', '--out'])
        tap.report(sorted(os.listdir(full)) == left, 'folder in use: nothing has changed')
        name = os.path.join(d, 'name')
        open(name, 'w').close()
        attempt('a file in its place', 'test_history', name, 2, [name, 'is a file'])
        attempt('folder below a file', 'test_history', name + '/x', 2, [name + '/x', 'Not a directory'])


if __name__ == '__main__':
    sys.exit(main())
