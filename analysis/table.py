"""Read the text files of a run: history.txt, errors.txt, reference.txt, parameters.yaml."""
import os
import re
from dataclasses import dataclass

import numpy as np

from analysis.fault import Fault


@dataclass
class Table:
    path: str
    columns: dict    # name: [row]
    units: dict      # name: text, where the file tells
    meanings: dict
    head: list       # comment lines

    def __getitem__(self, name):
        return self.columns[name]

    def __contains__(self, name):
        return name in self.columns

    @property
    def rows(self):
        return len(next(iter(self.columns.values()))) if self.columns else 0


def read(path):
    """A table of numbers under a comment line of names.  A last line that is torn is left out."""
    names, rows, head, units, meanings = [], [], [], {}, {}
    if not os.path.isfile(path):
        raise Fault(f'{path}: no such file')
    with open(path, errors='replace') as f:
        for number, line in enumerate(f, 1):
            if line.startswith('#'):
                described = re.match(r'#\s*\d+\s+(\S+)\s+\[(.*?)\]\s*(.*)', line)
                if described:
                    units[described[1]], meanings[described[1]] = described[2], described[3].strip()
                elif not rows:
                    names = line[1:].split()
                head.append(line[1:].strip())
                continue
            if not line.endswith('\n') or not line.strip():
                continue
            try:
                rows.append([float(w) for w in line.split()])
            except ValueError:
                raise Fault(f'{path}:{number}: not a line of numbers')
            if len(rows[-1]) != len(names):
                raise Fault(f'{path}:{number}: {len(rows[-1])} numbers under {len(names)} names')
    if not names:
        raise Fault(f'{path}: no line that names the columns')
    values = np.array(rows, dtype=float).reshape(len(rows), len(names))
    return Table(path, {n: values[:, c] for c, n in enumerate(names)}, units, meanings, head)


def reference(folder, number, time):
    """The exact solution at a time: Table from reference.NNNNN.txt of that snapshot, or from reference.txt if the time in its
    comment '# time T' is this one; else None."""
    own = os.path.join(folder, f'reference.{number:05d}.txt') if number is not None else ''
    if own and os.path.isfile(own):
        return read(own)
    path = os.path.join(folder, 'reference.txt')
    if not os.path.isfile(path):
        return None
    t = read(path)
    told = [re.match(r'time\s*=?\s*(\S+)$', h) for h in t.head]
    told = [float(m[1]) for m in told if m]
    return t if not told or abs(told[0] - time) <= 1e-9 * max(abs(time), 1e-300) else None


def parameters(text):
    """'section.key': value of a resolved parameters.yaml (what crux writes, not any YAML)."""
    out, section = {}, ''
    for line in text.splitlines():
        m = re.match(r'( *)(?:- )?([A-Za-z_]\w*):(.*)', line)
        if not m:
            continue
        value = re.sub(r'\s+#.*', '', m[3]).strip()
        if not m[1]:
            section = m[2]
            if value:
                out[section] = value
        elif value:
            out[f'{section}.{m[2]}'] = value
    return out
