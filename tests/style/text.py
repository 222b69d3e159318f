"""Form of the sources: no tabs or trailing blanks, length of files and lines, TODO only with an issue, a unit test
per file."""
import os
import re
import subprocess

from tests import tap

ROOT = os.environ['CRUX_ROOT']
LONGEST_FILE = 400
LONGEST_LINE = 150
TEXT = ('.c', '.h', '.py', '.sh', '.md', '.yaml', '.build', '.txt', '.cff')
TESTED = ('base', 'amr', 'elliptic', 'io', 'mhd', 'microphysics', 'crtransport', 'gravity', 'supernovae')
# Files without tests/unit/test_<name>.c, and what tests them instead.
NO_UNIT_TEST = os.path.join(ROOT, 'tests', 'style', 'no_unit_test.txt')


def files():
    """Paths from the root of all files that belong to the project."""
    listed = subprocess.run(['git', '-C', ROOT, '-c', f'safe.directory={ROOT}', 'ls-files', '-co', '--exclude-standard'],
                            capture_output=True, text=True)
    if listed.returncode == 0:
        return [p for p in listed.stdout.splitlines() if os.path.isfile(os.path.join(ROOT, p))]
    skip = re.compile(r'^(\.|build|runs)')
    return [os.path.relpath(os.path.join(d, f), ROOT) for d, _, fs in os.walk(ROOT) for f in fs
            if not skip.match(os.path.relpath(os.path.join(d, f), ROOT))]


def exceptions():
    with open(NO_UNIT_TEST) as f:
        return dict(line.split(None, 1) for line in f if line.strip() and not line.startswith('#'))


def main():
    blanks, tabs, todo, long_files, long_lines = [], [], [], [], []
    paths = files()
    for path in paths:
        launcher = path in ('crux', '.ci/run')
        if not path.endswith(TEXT) and not launcher or path.startswith('tests/robustness/bad_yaml/'):
            continue
        with open(os.path.join(ROOT, path), errors='replace') as f:
            lines = f.read().splitlines()
        for n, line in enumerate(lines, 1):
            at = f'{path}:{n}'
            if line != line.rstrip():
                blanks.append(at)
            if '\t' in line:
                tabs.append(at)
            if re.search(r'\b(TODO|FIXME|XXX)\b(?!.*#\d)', line) and not path.startswith('tests/style/'):
                todo.append(at)
            if len(line) > LONGEST_LINE and path.endswith(('.c', '.h')):
                long_lines.append(at)
        if path.endswith(('.c', '.h')) and len(lines) > LONGEST_FILE:
            long_files.append(f'{path} has {len(lines)}')
    tap.report(not blanks, 'no blanks at the end of a line', ', '.join(blanks[:10]))
    tap.report(not tabs, 'no tabs', ', '.join(tabs[:10]))
    tap.report(not todo, 'a TODO names its issue', ', '.join(todo[:10]))
    # These two are for the eye: said, not failed.
    tap.note(f'longer than {LONGEST_FILE} lines: {", ".join(long_files) or "none"}')
    tap.note(f'lines longer than {LONGEST_LINE} characters: {", ".join(long_lines) or "none"}')

    reasons = exceptions()
    names = set(paths)
    untested, needless = [], []
    for path in paths:
        folder, _, name = path.partition('/')
        if folder in TESTED and name.endswith('.c'):
            # test_params.c may stand for params_check.c and the like.
            words = os.path.basename(name)[:-2].split('_')
            has_test = any(f'tests/unit/test_{"_".join(words[:n])}.c' in names for n in range(1, len(words) + 1))
            if not has_test and path not in reasons:
                untested.append(path)
            if has_test and path in reasons:
                needless.append(path)
    needless += [p for p in reasons if p not in names]
    tap.report(not untested, 'every file has a unit test or a reason in tests/style/no_unit_test.txt', ', '.join(untested))
    tap.report(not needless, 'tests/style/no_unit_test.txt lists no file in vain', ', '.join(needless))


if __name__ == '__main__':
    main()
