"""Names, symbols and units of what is drawn, and fields made from those of a file."""
import re
from dataclasses import dataclass
from typing import Callable

import numpy as np


@dataclass(frozen=True)
class Variable:
    """A variable of a snapshot.  cgs: its code unit in cgs; row: of dataset group; a derived one has needs and make."""
    name: str
    unit: str
    cgs: float
    cgs_unit: str
    meaning: str
    group: str = ''
    row: int = 0
    needs: tuple = ()
    make: Callable = None


def _norm(*v):
    return np.sqrt(sum(c * c for c in v))


def _ratio(a, b):
    with np.errstate(divide='ignore', invalid='ignore'):
        return a / b


# name: needs, function of them and of gamma, the variable whose unit it has or None for a pure number, meaning
_V, _B = ('vel1', 'vel2', 'vel3'), ('Bcc1', 'Bcc2', 'Bcc3')
_DERIVED = {
    'speed': (_V, lambda g, *v: _norm(*v), 'vel1', 'size of the gas velocity'),
    'B': (_B, lambda g, *b: _norm(*b), 'Bcc1', 'strength of the magnetic field; B^2/2 is a pressure in code units'),
    'sound_speed': (('rho', 'press', 'vel1'), lambda g, d, p, v: np.sqrt(g * p / d), 'vel1', 'adiabatic sound speed'),
    'mach': (('rho', 'press') + _V, lambda g, d, p, *v: _norm(*v) / np.sqrt(g * p / d), None, 'sonic Mach number'),
    'kinetic': (('press', 'rho') + _V, lambda g, p, d, *v: 0.5 * d * _norm(*v)**2, 'press', 'kinetic energy density'),
    'magnetic': (('press',) + _B, lambda g, p, *b: 0.5 * _norm(*b)**2, 'press', 'magnetic energy density'),
    'beta': (('press',) + _B, lambda g, p, *b: _ratio(p, 0.5 * _norm(*b)**2), None, 'gas pressure over magnetic pressure'),
    'entropy': (('rho', 'press'), lambda g, d, p: p / d**g, None, 'p / rho^gamma in code units'),
}


def derived(stored, gamma):
    """The derived fields that the variables of a file allow: {name: Variable}."""
    out = {}
    for name, (needs, make, like, meaning) in _DERIVED.items():
        if name in stored or not all(n in stored for n in needs):
            continue
        v = stored[like] if like else Variable('', 'dimensionless', 1.0, '', '')
        out[name] = Variable(name, v.unit, v.cgs, v.cgs_unit, meaning, needs=needs, make=lambda *a, make=make: make(gamma, *a))
    return out


_WORDS = {'rho': ('density', r'\rho'), 'press': ('pressure', 'p'), 'vel1': ('velocity', 'v_x'), 'vel2': ('velocity', 'v_y'),
          'vel3': ('velocity', 'v_z'), 'Bcc1': ('field', 'B_x'), 'Bcc2': ('field', 'B_y'), 'Bcc3': ('field', 'B_z'),
          'speed': ('speed', '|v|'), 'B': ('field', '|B|'), 'sound_speed': ('sound speed', 'c_s'), 'mach': ('Mach number', 'M'),
          'beta': ('plasma beta', r'\beta'), 'entropy': ('entropy', r'p/\rho^\gamma'),
          'kinetic': ('kinetic energy', r'\rho v^2/2'), 'magnetic': ('magnetic energy', 'B^2/2')}


def symbol(name):
    """As mathematics where the name is known, else the name."""
    if name in _WORDS:
        return f'${_WORDS[name][1]}$'
    return f'$r_{{{name[1:]}}}$' if re.fullmatch(r'r\d+', name) else name.replace('_', ' ')


def word(name):
    return _WORDS[name][0] if name in _WORDS else 'scalar' if re.fullmatch(r'r\d+', name) else ''


def unit_text(unit):
    """'erg cm^-3' for a label; '' for a pure number and for code units, which go without saying."""
    if unit in ('', '1', 'dimensionless') or unit.startswith('code'):
        return ''
    return re.sub(r'\^([-+\d./]+)', r'$^{\1}$', unit).replace('_', ' ')


def times_cm(unit):
    """The unit of an integral along a line: 'g cm^-2' from 'g cm^-3'."""
    parts = unit.split()
    for n, p in enumerate(parts):
        m = re.fullmatch(r'cm(?:\^(-?\d+))?', p)
        if m:
            power = int(m[1] or 1) + 1
            parts[n] = {0: '', 1: 'cm'}.get(power, f'cm^{power}')
            return ' '.join(p for p in parts if p)
    return f'{unit} cm'.strip()


# What people use instead of a cgs unit: name and factor.
_USUAL = {'cm s^-1': ('km s^-1', 1e-5), 'G': ('µG', 1e6)}


def usual(unit):
    return _USUAL.get(unit, (unit, 1.0))


def with_unit(text, unit):
    u = unit_text(unit)
    return f'{text} [{u}]' if u else text


_LENGTHS = [('cm', 1.0), ('km', 1e5), ('au', 1.495978707e13), ('pc', 3.0856775814913673e18), ('kpc', 3.0856775814913673e21),
            ('Mpc', 3.0856775814913673e24)]
_TIMES = [('s', 1.0), ('yr', 3.15576e7), ('kyr', 3.15576e10), ('Myr', 3.15576e13), ('Gyr', 3.15576e16)]


def readable(table, cgs):
    """(name, size) of the largest unit that is not larger than a length or time of so many cgs units."""
    fit = [u for u in table if u[1] <= abs(cgs) * (1 + 1e-9)]
    return fit[-1] if fit else table[0]


def length_unit(size_cm):
    return readable(_LENGTHS, size_cm)


def time_unit(time_s):
    return readable(_TIMES, time_s)
