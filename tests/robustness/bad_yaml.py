"""Every mistake of the table bad_yaml/cases.txt must end with status 2 and a message that says where, what and what to do;
nothing may be written."""
import os
import re

from tests import tap
from tests.regression import check

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'bad_yaml')


def cases():
    """Lines 'file | line | key | fragment of the message'; an empty line number or key is not looked for."""
    with open(os.path.join(HERE, 'cases.txt')) as f:
        for text in f:
            if text.strip() and not text.startswith('#'):
                yield [w.strip() for w in text.split('|', 3)]


def main():
    listed = set()
    for file, line, key, fragment in cases():
        listed.add(file)
        out = os.path.join(check.scratch(), 'out-' + os.path.splitext(file)[0])
        status, text = check.start(['run', os.path.join(HERE, file), '--out', out], timeout=30)
        place = re.escape(file) + (rf':{line}\b' if line and line != '-' else '')
        faults = []
        if status != 2:
            faults.append(f'status {status}')
        lines = [l for l in text.splitlines() if re.search(place, l)]
        if not lines:
            faults.append(f'no message for {file}:{line}')
        elif not any((key in l or key == '-') and fragment.lower() in l.lower() for l in lines):
            faults.append(f'no "{key}" with "{fragment}"')
        if os.path.exists(out):
            faults.append('the output folder was made')
        if not tap.report(not faults, f'{file}: {key}: {fragment}', ', '.join(faults)):
            tap.note(text[-1500:])
    unlisted = sorted(f for f in os.listdir(HERE) if f.endswith('.yaml') and f not in listed)
    tap.report(not unlisted, 'every file of bad_yaml is in the table', ', '.join(unlisted))
    tap.report(len(listed) >= 30, 'the table has at least 30 files', str(len(listed)))


main()
