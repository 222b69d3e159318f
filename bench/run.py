"""./crux bench: run the benchmark program on one and on two processes, print one table, write JSON when asked.

The JSON is {"machine": {...}, "results": [{"name", "value", "unit", "least", "most"}, ...]}; value is the median.
"""
import argparse
import datetime
import json
import os
import platform
import re
import subprocess
import sys

RESULT = re.compile(r'\S+( [-+0-9.e]+){3} \S')

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def arguments():
    a = argparse.ArgumentParser(prog='./crux bench', allow_abbrev=False)
    a.add_argument('build', help=argparse.SUPPRESS)
    a.add_argument('names', nargs='*', metavar='NAME', help='only cases whose name contains NAME')
    a.add_argument('--quick', action='store_true', help='fewer and shorter measurements')
    a.add_argument('--repeat', type=int, metavar='N', help='measure every case N times')
    a.add_argument('--json', metavar='FILE', help='write the results there as well')
    return a.parse_args()


def first_line(command):
    try:
        out = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    except OSError:
        return ''
    return out.splitlines()[0].strip() if out.strip() else ''


def machine(build):
    """What the numbers depend on."""
    lscpu = subprocess.run(['lscpu'], capture_output=True, text=True, env={**os.environ, 'LC_ALL': 'C'}).stdout
    cpu = {k.strip(): v.strip() for k, _, v in (l.partition(':') for l in lscpu.splitlines())}
    with open(os.path.join(build, 'version.h.in')) as f:
        compiler = re.search(r'CRUX_BUILD "(.*)"', f.read())
    return {
        'date': datetime.datetime.now(datetime.timezone.utc).strftime('%Y-%m-%d %H:%M UTC'),
        'commit': first_line(['git', 'describe', '--always', '--dirty', '--abbrev=10']),
        'cpu': f'{cpu.get("Model name", platform.processor())} (family {cpu.get("CPU family", "?")}, model {cpu.get("Model", "?")})',
        'cores': os.cpu_count(),
        'caches': ', '.join(f'{k} {cpu[k + " cache"]}' for k in ('L1d', 'L2', 'L3') if k + ' cache' in cpu),
        'vectors': next((v for v in ('avx512f', 'avx2', 'avx', 'asimd') if v in cpu.get('Flags', '').split()), ''),
        'system': platform.platform(),
        'compiler': compiler.group(1) if compiler else '',
        'mpi': first_line(['mpirun', '--version']),
        'load': round(os.getloadavg()[0], 2),
    }


def measure(build, ranks, a):
    options = (['--quick'] if a.quick else []) + (['--repeat', str(a.repeat)] if a.repeat else [])
    command = ['mpirun', '--quiet', '-n', str(ranks), os.path.join(build, 'bench', 'bench'), *options, *a.names]
    results = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as p:
        for line in p.stdout:
            if not RESULT.match(line):  # of the log
                continue
            name, value, least, most, unit = line.split(None, 4)
            print(f'{name:28s} {float(value):12.5g}   {float(least):10.4g} {float(most):10.4g}   {unit.strip()}', flush=True)
            results.append({'name': name, 'value': float(value), 'unit': unit.strip(), 'least': float(least), 'most': float(most)})
    if p.returncode != 0:
        sys.exit(f'crux: the benchmark on {ranks} processes ended with status {p.returncode}')
    return results


def main():
    a = arguments()
    about = machine(a.build)
    for key, value in about.items():
        print(f'{key:10s} {value}')
    print(f'\n{"":28s} {"median":>12s}   {"least":>10s} {"most":>10s}   unit')
    results = []
    for ranks in (1, 2):
        if ranks <= (os.cpu_count() or 1):
            found = measure(a.build, ranks, a)
            known = {r['name'] for r in results}
            results += [r for r in found if r['name'] not in known]
    if a.json:
        with open(a.json, 'w') as f:
            json.dump({'machine': about, 'results': results}, f, indent=1)
            f.write('\n')
    return 0 if results else 2


if __name__ == '__main__':
    sys.exit(main())
