"""The record of what the regression tests measured: build/verification.json, and docs/verification.md made from it.

    python3 tests/verification.py BUILD      write docs/verification.md from BUILD/verification.json

Every check leaves {test, name, value, op, bound, compares_with, good, figure (of some)}; a test writes its own file in
BUILD/verification/, so that tests may run at the same time.  Sections of docs/verification.md about tests that have
not run stay as they are.
"""
import glob
import json
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HEAD = """# Verification

What `./crux test --full` measured, beside what must hold. Made by `tests/verification.py`; do not edit.
"""


def clear(build, keep=False):
    """Forget earlier results, unless only some of the tests are about to run."""
    if not keep:
        for path in glob.glob(os.path.join(build, 'verification', '*.json')):
            os.remove(path)


def collect(build):
    records = []
    for path in sorted(glob.glob(os.path.join(build, 'verification', '*.json'))):
        with open(path) as f:
            records += json.load(f)
    with open(os.path.join(build, 'verification.json'), 'w') as f:
        json.dump(records, f, indent=1)
        f.write('\n')


def number(x):
    return f'{x:.4g}' if isinstance(x, float) else str(x)


def section(records):
    """The table of one test."""
    shown = any('figure' in r for r in records)
    out = ['| check | measured | must be | compared with |' + (' figure |' if shown else ''), '|---|---|---|---|' + ('---|' if shown else '')]
    for r in records:
        mark = '' if r['good'] else ' **fails**'
        figure = f'[{os.path.basename(r["figure"])}]({r["figure"]})' if 'figure' in r else ''
        out.append(f'| {r["name"]} | {number(r["value"])}{mark} | {r["op"]} {number(r["bound"])} | {r["compares_with"]} |' + (f' {figure} |' if shown else ''))
    return '\n'.join(out)


def sections(text):
    """{test: what stands under its heading} of docs/verification.md."""
    return {s.partition('\n')[0].strip(): s.partition('\n')[2].strip() for s in text.split('\n## ')[1:]}


def markdown(records, old=''):
    there = {os.path.basename(p)[:-3] for p in glob.glob(os.path.join(ROOT, 'tests', '*', '*.py'))}
    made = {test: rows for test, rows in sections(old).items() if test in there}
    made.update({test: section([r for r in records if r['test'] == test]) for test in {r['test'] for r in records}})
    return '\n'.join([HEAD] + [f'## {test}\n\n{made[test]}\n' for test in sorted(made)])


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with open(os.path.join(sys.argv[1], 'verification.json')) as f:
        records = json.load(f)
    path = os.path.join(ROOT, 'docs', 'verification.md')
    with open(path) as f:
        old = f.read()
    with open(path, 'w') as f:
        f.write(markdown(records, old))
