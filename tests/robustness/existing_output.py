"""A folder that holds a run is left alone without --resume or --force; --force removes only what crux wrote there."""
import hashlib
import os

from tests import tap
from tests.regression import check

SETUP = 'setups/shock_tube/shock_tube.yaml'


def contents(dir):
    """What is in the folder: names, sizes, times and sums of all files."""
    found = {}
    for d, _, names in os.walk(dir):
        for n in names:
            path = os.path.join(d, n)
            with open(path, 'rb') as f:
                found[os.path.relpath(path, dir)] = (os.stat(path).st_mtime_ns, hashlib.sha256(f.read()).hexdigest())
    return found


def main():
    first = check.run(SETUP, {'run.step_end': 2})
    with open(os.path.join(first.dir, 'notes.txt'), 'w') as f:
        f.write('mine\n')
    before = contents(first.dir)
    tap.report(len(before) > 3, 'a run leaves its files', ', '.join(before))

    again = ['run', SETUP, '--out', first.dir, '--set', 'run.step_end=2']
    status, text = check.start(again)
    tap.report(status == 2, 'a second run in the same folder ends with status 2', f'{status}: {text[-300:]}')
    tap.report('--resume' in text and '--force' in text, 'and names --resume and --force', text[-300:])
    tap.report(contents(first.dir) == before, 'and changes nothing')

    status, text = check.start(['run', SETUP, '--out', first.dir, '--force', '--set', 'mesh.blok=8'])
    tap.report(status == 2 and contents(first.dir) == before, 'a mistake in the parameters changes nothing, even with --force',
               f'{status}: {text[-300:]}')

    status, text = check.start(again + ['--force'])
    after = contents(first.dir)
    tap.report(status == 0, '--force runs', f'{status}: {text[-300:]}')
    tap.report(after.get('notes.txt') == before['notes.txt'], 'and keeps the files of the user')
    tap.report(set(after) == set(before), 'and leaves the same files', ', '.join(set(after) ^ set(before)))


main()
