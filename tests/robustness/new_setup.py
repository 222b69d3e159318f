"""./crux new-setup makes a problem that builds without warnings, runs, and converges; bad names change nothing."""
import filecmp
import os
import shutil
import subprocess

from tests import tap
from tests.regression import check

COPY = os.path.join(check.scratch(), 'crux')
PARTS = ('crux', 'main.c', 'meson.build', 'meson_options.txt', 'base', 'amr', 'elliptic', 'io', 'microphysics', 'mhd',
         'gravity', 'cooling', 'crtransport', 'supernovae',
         'setups', 'run')


def make(name):
    done = subprocess.run([os.path.join(COPY, 'crux'), '--no-install', 'new-setup', name], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def main():
    os.mkdir(COPY)
    for part in PARTS:
        path = os.path.join(check.ROOT, part)
        if os.path.isdir(path):
            shutil.copytree(path, os.path.join(COPY, part), ignore=shutil.ignore_patterns('__pycache__'))
        elif os.path.exists(path):
            shutil.copy(path, COPY)
    with open(os.path.join(COPY, 'meson.build')) as f:   # only the program is built here
        lines = [l for l in f if "subdir('tests')" not in l and "subdir('bench')" not in l]
    with open(os.path.join(COPY, 'meson.build'), 'w') as f:
        f.writelines(l.replace("if is_variable('base_dep')", "if false") for l in lines)

    for name in ('My-Wave', '../x', 'linear_wave', ''):
        status, text = make(name)
        tap.report(status == 2 and text.startswith('crux: '), f"the name '{name}' is refused", f'{status}: {text}')
    same = filecmp.cmp(os.path.join(COPY, 'setups', 'list.c'), os.path.join(check.ROOT, 'setups', 'list.c'), shallow=False)
    tap.report(same, 'and changes nothing')

    status, text = make('my_wave')
    tap.report(status == 0 and 'crux run setups/my_wave/my_wave.yaml' in text, 'a new setup is made', text)
    build = os.path.join(COPY, 'build')
    for command in (['meson', 'setup', '-Dbuildtype=debugoptimized', build, COPY], ['ninja', '-C', build, 'crux']):
        done = subprocess.run(command, capture_output=True, text=True)
        if not tap.report(done.returncode == 0, ' '.join(command[:2]), (done.stdout + done.stderr)[-1500:].replace("\n", " | ")):
            return
    check.PROGRAM = os.path.join(build, 'crux')
    coarse, fine = (check.run(os.path.join(COPY, 'setups/my_wave/my_wave.yaml'), {'mesh.cells': [n, n, 1]}).errors['rms_l1']
                    for n in (32, 64))
    tap.report(fine < 0.4 * coarse, 'it runs and converges', f'{coarse} {fine}')


main()
