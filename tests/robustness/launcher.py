"""The launcher: clear errors with status 2, and the packages it asks apt for, tried with stand-ins for dpkg-query and apt-get."""
import os
import shutil
import stat
import subprocess
import tempfile

from tests import tap

ROOT = os.environ['CRUX_ROOT']
BOX = tempfile.mkdtemp(prefix='crux-launcher-')
BIN = os.path.join(BOX, 'bin')


def tool(name, text):
    path = os.path.join(BIN, name)
    if os.path.lexists(path):
        os.remove(path)
    with open(path, 'w') as f:
        f.write('#!/bin/sh\n' + text)
    os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)


def crux(*words, path=None):
    env = {**os.environ, 'PATH': path or BIN + ':' + os.environ['PATH'], 'BOX': BOX}
    done = subprocess.run([os.path.join(BOX, 'crux'), *words], cwd=BOX, env=env, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def log():
    path = os.path.join(BOX, 'log')
    if not os.path.exists(path):
        return []
    with open(path) as f:
        lines = f.read().splitlines()
    os.remove(path)
    return lines


def expect(what, result, status, *fragments):
    code, text = result
    absent = [f for f in fragments if f not in text]
    tap.report(code == status and not absent, what, f'status {code}; without {absent}: {text[-400:]!r}')


def words():
    expect('help lists the commands', crux('help'), 0, 'crux run FILE.yaml', 'crux test')
    for command in ('run', 'test', 'plot', 'study', 'bench', 'params', 'info', 'new-setup'):
        expect(f'help {command}', crux('help', command), 0, f'./crux {command}')
        if command not in ('plot', 'info', 'study'):   # theirs is in Python
            expect(f'{command} --help', crux(command, '--help'), 0, f'./crux {command}')
    expect('an unknown command', crux('rum'), 2, "unknown command 'rum'")
    expect('an unknown option', crux('--fast', 'run'), 2, "unknown option '--fast'")
    expect('run without a file', crux('run'), 2, 'crux run FILE.yaml')
    expect('ranks that are no number', crux('run', 'x.yaml', '--ranks', 'two'), 2, "not 'two'")
    expect('no ranks', crux('run', 'x.yaml', '--ranks=0'), 2, "not '0'")
    expect('ranks without a value', crux('run', 'x.yaml', '--ranks'), 2, '--ranks')


def packages():
    """dpkg-query knows everything but meson and yt; apt-get fails until update has been called."""
    tool('dpkg-query', 'for p; do case $p in -*|*{*) ;; meson|python3-yt) [ -f "$BOX/got" ] && printf "%s/installed " $p ;;\n'
         'libyaml-dev) printf "%s/config-files " $p ;; *) printf "%s/installed " $p ;; esac; done\n')
    tool('id', 'echo ${FAKE_ID:-0}\n')
    tool('meson', 'echo "$0 $*" >>"$BOX/log"; echo no compiler; exit 1\n')
    tool('apt-get', 'echo "$DEBIAN_FRONTEND $*" >>"$BOX/log"; case "$*" in *update*) touch "$BOX/lists" ;;\n'
         '*) [ -f "$BOX/lists" ] || { echo "Unable to locate package"; exit 100; }; touch "$BOX/got" ;; esac\n')

    expect('--no-install says what is missing', crux('--no-install', 'params'), 2, 'meson libyaml-dev', 'apt-get install')
    tap.report(log() == [], '--no-install does not call apt-get')

    code, text = crux('params')
    called = log()
    tap.report('installing meson libyaml-dev' in text, 'it says what it installs', text[-400:])
    tap.report([('update' in l, 'install' in l) for l in called[:3]] == [(False, True), (True, False), (False, True)],
               'it updates the package lists when installing fails', str(called))
    tap.report(all(l.startswith('noninteractive') for l in called[:3]), 'apt-get asks no questions', str(called))
    tap.report('--no-install-recommends meson libyaml-dev' in called[0], 'it installs what is missing and nothing else', called[0])
    tap.report(code == 2 and 'no compiler' in text, 'configuring that fails says why', text[-400:])

    os.remove(os.path.join(BOX, 'got'))
    code, text = crux('test')
    tap.report(any('python3-yt' in l for l in log()), 'test installs yt as well', text)

    tool('apt-get', 'echo "E: no network"; exit 100\n')
    os.remove(os.path.join(BOX, 'got')) if os.path.exists(os.path.join(BOX, 'got')) else None
    expect('an install that fails says why', crux('params'), 2, 'no network', 'could not install: meson')

    tool('id', 'echo 1000\n')
    tool('sudo', 'echo "sudo $*" >>"$BOX/log"; exit 1\n')
    crux('params')
    called = log()
    tap.report(called and 'apt-get' in called[0] and called[0].startswith('sudo'), 'a user who is not root installs with sudo', str(called))


def figures():
    """Stand-ins for the program, which asks for two pictures, and for what draws them."""
    tool('dpkg-query', 'for p; do case $p in -*) ;; *) printf "%s/installed " $p ;; esac; done\n')
    tool('ninja', 'exit 0\n')
    os.makedirs(os.path.join(BOX, 'build'))
    os.makedirs(os.path.join(BOX, 'analysis'))
    open(os.path.join(BOX, 'build', 'build.ninja'), 'w').close()
    open(os.path.join(BOX, 'analysis', '__init__.py'), 'w').close()
    with open(os.path.join(BOX, 'analysis', '__main__.py'), 'w') as f:
        f.write('import sys\nprint("drawn:", *sys.argv[1:], flush=True)\nsys.exit(int("slices" in sys.argv))\n')

    def program(status):
        path = os.path.join(BOX, 'build', 'crux')
        with open(path, 'w') as f:
            f.write('#!/bin/sh\necho "program: $*"\n[ -z "$CRUX_FIGURES" ] || printf "runs/a b\\nslices\\ngalaxy\\n" >"$CRUX_FIGURES"\n' f'exit {status}\n')
        os.chmod(path, 0o755)
    program(0)
    expect('a run draws what it asks for', crux('run', 'x.yaml', '--ranks', '1', '--quick'), 0, 'program: run x.yaml --quick', 'drawn: plot runs/a b slices --format png',
           'draw it again with: ./crux plot runs/a b slices', 'drawn: plot runs/a b galaxy --format both')
    code, text = crux('run', 'x.yaml', '--ranks', '1', '--no-figures')
    tap.report(code == 0 and 'program: run x.yaml\n' in text and 'drawn' not in text, '--no-figures', text)
    program(1)
    code, text = crux('run', 'x.yaml', '--ranks', '1')
    tap.report(code == 1 and 'drawn' not in text, 'a run that fails draws nothing, and its status is kept', f'{code} {text}')


def elsewhere():
    """A system without apt: only the tools of the launcher itself and a compiler."""
    other = os.path.join(BOX, 'other')
    os.makedirs(other)
    for name in ('sh', 'cat', 'dirname', 'env', 'id', 'grep', 'gcc'):
        os.symlink(shutil.which(name), os.path.join(other, name))
    expect('elsewhere it lists what is missing', crux('params', path=other), 2, 'missing: meson ninja pkg-config mpicc mpirun', 'libp4est-dev')


os.makedirs(BIN)
shutil.copy(os.path.join(ROOT, 'crux'), BOX)
try:
    words()
    packages()
    elsewhere()
    figures()
finally:
    shutil.rmtree(BOX)
