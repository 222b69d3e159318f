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
    'cr_over_gas': (('cr_press', 'press'), lambda g, c, p: _ratio(c, p), None, 'pressure of cosmic rays over that of the gas'),
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


def bins(group, stored):
    """Number and energy of the momentum bins of cosmic rays, from their populations: p_03_number, p_03_energy."""
    out = {}
    for name in group:
        edges, mass, charge = group[name][...], float(group[name].attrs['mass_GeV']), abs(float(group[name].attrs['charge']))
        p = edges * charge
        t = p * p / (np.sqrt(p * p + mass * mass) + mass)
        for k in range(len(edges) - 1):
            short = f'{name[:6]}_{k:02d}'
            needs = (f'{short}_lo', f'{short}_hi')
            if not all(n in stored for n in needs):
                continue
            where = f'{name}, {edges[k]:.3g} to {edges[k + 1]:.3g} GV'
            out[f'{short}_number'] = Variable(f'{short}_number', 'cm^-3', 1.0, 'cm^-3', f'number of {where}', needs=needs, make=lambda a, b: a + b)
            out[f'{short}_energy'] = Variable(f'{short}_energy', 'GeV cm^-3', 1.0, 'GeV cm^-3', f'kinetic energy of {where}', needs=needs,
                                              make=lambda a, b, t0=t[k], t1=t[k + 1]: t0 * a + t1 * b)
            _WORDS[f'{short}_number'] = ('number', rf'n(\mathrm{{{name}}},\ {edges[k]:.3g}-{edges[k + 1]:.3g}\ \mathrm{{GV}})')
            _WORDS[f'{short}_energy'] = ('energy', rf'e(\mathrm{{{name}}},\ {edges[k]:.3g}-{edges[k + 1]:.3g}\ \mathrm{{GV}})')
    return out


def is_population(name):
    """Of cosmic rays, one of very many."""
    return bool(re.fullmatch(r'[\w+-]{1,6}_\d\d+_(lo|hi)(_flux)?', name))


_WORDS = {'rho': ('density', r'\rho'), 'press': ('pressure', 'p'), 'vel1': ('velocity', 'v_x'), 'vel2': ('velocity', 'v_y'),
          'vel3': ('velocity', 'v_z'), 'Bcc1': ('field', 'B_x'), 'Bcc2': ('field', 'B_y'), 'Bcc3': ('field', 'B_z'),
          'speed': ('speed', '|v|'), 'B': ('field', '|B|'), 'sound_speed': ('sound speed', 'c_s'), 'mach': ('Mach number', 'M'),
          'cr_energy': ('cosmic rays', r'e_\mathrm{cr}'), 'cr_press': ('cosmic rays', r'P_\mathrm{cr}'),
          'cr_over_gas': ('', r'P_\mathrm{cr}/P_\mathrm{gas}'),
          'beta': ('plasma beta', r'\beta'), 'entropy': ('entropy', r'p/\rho^\gamma'),
          'phi': ('potential', r'\Phi'), 'kinetic': ('kinetic energy', r'\rho v^2/2'), 'magnetic': ('magnetic energy', 'B^2/2')}


def symbol(name):
    """As mathematics where the name is known, else the name."""
    if name in _WORDS:
        return f'${_WORDS[name][1]}$'
    species = re.fullmatch(r'cr_([\w+-]+)_energy', name)
    if species:
        return rf'$e_\mathrm{{{species[1]}}}$'
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


_GROUPS = {'cr': {'erg cm^-3': ('eV cm^-3', 1 / 1.602176634e-12)}}


def usual(unit, group=''):
    """(unit, factor) for pictures; some groups of variables have units of their own."""
    return {**_USUAL, **_GROUPS.get(group, {})}.get(unit, (unit, 1.0))


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
