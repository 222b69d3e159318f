"""docs/parameters.md is what the program says; the shell scripts pass shellcheck; the Python compiles."""
import os
import shutil
import subprocess
import sys

from tests import tap

ROOT = os.environ['CRUX_ROOT']
PROGRAM = os.path.join(os.environ['CRUX_BUILD'], 'crux')


def parameters():
    what = 'docs/parameters.md is up to date'
    if not os.path.exists(PROGRAM):
        tap.skip(what, 'the program is not built')
        return
    done = subprocess.run([PROGRAM, 'params', '--markdown'], capture_output=True, text=True)
    try:
        with open(os.path.join(ROOT, 'docs', 'parameters.md')) as f:
            written = f.read()
    except OSError:
        written = ''
    tap.report(done.returncode == 0 and done.stdout == written, what, './crux params --markdown > docs/parameters.md')


def shell():
    what = 'the shell scripts pass shellcheck'
    if not shutil.which('shellcheck'):
        tap.skip(what, 'shellcheck is not installed')
        return
    done = subprocess.run(['shellcheck', 'crux', '.ci/run'], cwd=ROOT, capture_output=True, text=True)
    tap.report(done.returncode == 0, what, done.stdout.replace('\n', ' ')[:500])


def python():
    bad = []
    for folder in ('tests', 'analysis', 'bench', 'setups'):
        for dir, _, files in os.walk(os.path.join(ROOT, folder)):
            for f in files:
                if f.endswith('.py'):
                    path = os.path.join(dir, f)
                    try:
                        with open(path) as source:
                            compile(source.read(), path, 'exec')
                    except SyntaxError as e:
                        bad.append(f'{path}: {e}')
    tap.report(not bad, f'all Python files compile under {sys.version.split()[0]}', '; '.join(bad))


if __name__ == '__main__':
    parameters()
    shell()
    python()
