"""./crux test: choose the tests, run them with meson, collect what was measured, print the counts last."""
import argparse
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import verification

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def arguments():
    a = argparse.ArgumentParser(prog='./crux test', allow_abbrev=False)
    a.add_argument('build', help=argparse.SUPPRESS)
    a.add_argument('names', nargs='*', metavar='NAME', help='tests whose name contains NAME')
    a.add_argument('--quick', action='store_true', help='unit and style tests only')
    a.add_argument('--full', action='store_true', help='all tests, also the longest')
    a.add_argument('--list', action='store_true', help='print the names of the tests')
    a.add_argument('--verbose', action='store_true', help='show the output of the tests')
    return a.parse_intermixed_args()   # NAME may stand behind options


def introspect(build):
    out = subprocess.run(['meson', 'introspect', '--tests', build], check=True, capture_output=True, text=True).stdout
    return [(t['name'], [s.split(':')[-1] for s in t['suite']]) for t in json.loads(out)]


def choose(tests, a):
    """The words that make meson run what is wanted; none: there is no such test."""
    if a.names:
        return sorted({n for n, s in tests if any(w in n or w in s for w in a.names)})
    if a.quick:
        return ['--suite', 'unit', '--suite', 'style']
    return ['--suite', 'crux'] + ([] if a.full else ['--no-suite', 'full'])


def tally(log):
    """Checks that passed, failed and were left out: a program that reports its checks (TAP) counts each of them,
    any other counts once; one that died or hung counts as at least one failure."""
    passed = failed = skipped = 0
    bad_tests = []
    with open(log) as f:
        for line in f:
            t = json.loads(line)
            out = t.get('stdout') or ''
            skips = len(re.findall(r'^ok \d+.*# SKIP', out, re.M | re.I))
            good = len(re.findall(r'^ok \d+', out, re.M)) - skips
            bad = len(re.findall(r'^not ok \d+', out, re.M))
            skipped += skips
            if t['result'] == 'OK':
                passed += good if good or skips else 1
            elif t['result'] == 'SKIP':
                skipped += not skips
            else:
                passed += good
                failed += max(bad, 1)
                bad_tests.append((t['name'], t['result'], out, t.get('stderr') or ''))
    return passed, failed, skipped, bad_tests


def explain(name, result, out, err):
    print(f'--- {name}: {result}')
    wrong = [l for l in out.splitlines() if l.startswith(('not ok', '#'))]
    print('\n'.join(wrong[-40:]))
    if result == 'TIMEOUT' or 'Traceback' in err or not wrong:
        print('\n'.join((out + err).splitlines()[-40:]))


def main():
    a = arguments()
    tests = introspect(a.build)
    if a.list:
        for name, suites in tests:
            print(f'{name:32s} {" ".join(suites)}')
        return 0
    chosen = choose(tests, a)
    if not chosen:
        print(f'crux: no test is called {" or ".join(a.names)}; ./crux test --list shows the names', file=sys.stderr)
        return 2
    log = os.path.join(a.build, 'meson-logs', 'testlog.json')
    if os.path.exists(log):
        os.remove(log)
    verification.clear(a.build, keep=bool(a.names or a.quick))
    command = ['meson', 'test', '-C', a.build, '--no-rebuild'] + (['--verbose'] if a.verbose else [])
    with subprocess.Popen(command + chosen, stdout=subprocess.PIPE, text=True) as p:
        for line in p.stdout:
            if a.verbose or re.match(r' *\d+/\d+ ', line):
                print(line, end='', flush=True)
    status = p.returncode
    try:
        passed, failed, skipped, bad_tests = tally(log)
    except OSError:
        passed, failed, skipped, bad_tests = 0, 1, 0, []
    if status and not failed:
        failed = 1
    verification.collect(a.build)
    print()
    for bad in bad_tests:
        explain(*bad)
    print(f'{passed} passed, {failed} failed' + (f', {skipped} skipped' if skipped else ''))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
