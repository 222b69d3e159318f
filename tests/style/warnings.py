"""clang must compile every file without a warning, and vectorise every loop marked "omp simd"."""
import json
import os
import shlex
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

from tests import tap

ROOT = os.environ['CRUX_ROOT']
BUILD = os.environ['CRUX_BUILD']


def compile_with_clang(entry):
    """Compile as the build does, with clang; nothing is left.  The text of what it says."""
    words = shlex.split(entry['command'])
    words = words[1:]
    keep, skip = [], False
    for w in words:
        if skip:
            skip = False
        elif w in ('-o', '-MF', '-MQ'):
            skip = True
        elif w not in ('-MD', '-c', entry['file']) and not w.startswith(('-fsanitize', '-O')):
            keep.append(w)
    with open(os.path.join(entry['directory'], entry['file'])) as f:
        simd = 'omp simd' in f.read()
    # Without -O3 there is no vectoriser; without loops to vectorise the syntax is enough.
    keep += ['-O3', '-Werror=pass-failed'] if simd else ['-O1', '-fsyntax-only']
    done = subprocess.run(['clang', *keep, '-Wno-unknown-warning-option', '-Wno-unused-command-line-argument', '-c', entry['file'],
                           '-o', os.devnull], cwd=entry['directory'], capture_output=True, text=True)
    return done.returncode, done.stderr, simd


def main():
    if not shutil.which('clang'):
        tap.skip('clang compiles everything', 'clang is not installed')
        return
    with open(os.path.join(BUILD, 'compile_commands.json')) as f:
        entries = [e for e in json.load(f) if e['file'].endswith('.c')]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for e, (status, text, simd) in zip(entries, pool.map(compile_with_clang, entries)):
            path = os.path.relpath(os.path.join(e['directory'], e['file']), ROOT)
            first = next((l for l in text.splitlines() if 'error' in l or 'warning' in l), '')
            tap.report(status == 0 and not text, f'clang: {path} is free of warnings' + (', its loops vectorise' if simd else ''), first)


if __name__ == '__main__':
    main()
