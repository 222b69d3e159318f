"""Folders may include only what lies below them; p4est stays behind amr/forest.c; printing stays in a few files."""
import os
import re
import sys

from tests import tap

ROOT = os.environ['CRUX_ROOT']
ALLOWED = {
    'base': [],
    'amr': ['base'],
    'elliptic': ['base', 'amr'],
    'io': ['base', 'amr'],
    'microphysics': ['base'],
    'mhd': ['base', 'amr', 'io', 'microphysics'],
    'gravity': ['base', 'amr', 'elliptic', 'io', 'microphysics', 'mhd'],
    'cooling': ['base', 'amr', 'io', 'microphysics', 'mhd'],
    'crtransport': ['base', 'amr', 'elliptic', 'io', 'microphysics', 'mhd', 'gravity'],
    'supernovae': ['base', 'amr', 'io', 'microphysics', 'mhd', 'crtransport'],
    'setups': ['base', 'amr', 'elliptic', 'io', 'microphysics', 'mhd', 'gravity', 'crtransport', 'supernovae'],
    'run': ['base', 'amr', 'elliptic', 'io', 'microphysics', 'mhd', 'gravity', 'cooling', 'crtransport', 'supernovae', 'setups'],
}
# The only places that may write to the terminal: messages, errors, and what the user asked to see.
PRINTING = {'base/log.c', 'base/fail.c', 'base/params_print.c', 'base/params_report.c', 'io/info.c', 'main.c'}
PRINT_CALL = re.compile(r'(?<![\w.>])(?:printf|puts|putchar|vprintf)\s*\(|\bf(?:printf|puts)\s*\([^;]*?\bstd(?:out|err)\b', re.S)


def sources(folder):
    for dir, _, files in os.walk(os.path.join(ROOT, folder)):
        for f in sorted(files):
            if f.endswith(('.c', '.h')):
                path = os.path.join(dir, f)
                with open(path) as file:
                    yield os.path.relpath(path, ROOT), file.read()


def code_only(text):
    text = re.sub(r'/\*.*?\*/', '', text, flags=re.S)
    return re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text)


def check(folder):
    wrong_include, wrong_p4est, wrong_print = [], [], []
    for path, text in sources(folder):
        for name in re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', text, re.M):
            first = name.split('/')[0]
            if '/' in name and first in ALLOWED and first != folder and first not in ALLOWED[folder]:
                wrong_include.append(f'{path} includes {name}')
            if re.match(r'(p4est|p8est|p4_to_p8|sc)[_.]|sc\.h|p[48]est', name) and not re.match(r'amr/forest\w*\.[ch]$', path):
                wrong_p4est.append(f'{path} includes {name}')
            if name.startswith('.'):
                wrong_include.append(f'{path} includes {name}: write the path from the root')
        if path not in PRINTING and PRINT_CALL.search(code_only(text)):
            wrong_print.append(path)
    tap.report(not wrong_include, f'{folder} includes only {", ".join(ALLOWED[folder]) or "the system"}', '; '.join(wrong_include))
    tap.report(not wrong_p4est, f'{folder} leaves p4est to amr/forest.c', '; '.join(wrong_p4est))
    tap.report(not wrong_print, f'{folder} prints through base/log.h', ', '.join(wrong_print))


def main():
    for folder in ALLOWED:
        if os.path.isdir(os.path.join(ROOT, folder)):
            check(folder)
    return 0


if __name__ == '__main__':
    sys.exit(main())
