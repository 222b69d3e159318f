"""The record of what the regression tests measured: build/verification.json, and docs/verification.md made from it.

    python3 tests/verification.py BUILD      write docs/verification.md from BUILD/verification.json

Every check leaves {test, name, value, op, bound, compares_with, good}; a test writes its own file in
BUILD/verification/, so that tests may run at the same time.
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


def markdown(records):
    out = [HEAD]
    for test in sorted({r['test'] for r in records}):
        out.append(f'## {test}\n\n| check | measured | must be | compared with |\n|---|---|---|---|')
        for r in records:
            if r['test'] == test:
                mark = '' if r['good'] else ' **fails**'
                out.append(f'| {r["name"]} | {number(r["value"])}{mark} | {r["op"]} {number(r["bound"])} | {r["compares_with"]} |')
        out.append('')
    return '\n'.join(out)


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with open(os.path.join(sys.argv[1], 'verification.json')) as f:
        text = markdown(json.load(f))
    with open(os.path.join(ROOT, 'docs', 'verification.md'), 'w') as f:
        f.write(text)
