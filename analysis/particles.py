"""What a snapshot of particles (Gadget, GIZMO, FIRE) holds, and what the setup `restart` would do with it; see io/particles.h for the layout."""
import os
import re
from dataclasses import dataclass, field

import h5py
import numpy as np

from analysis.fault import Fault

KPC, MSUN, KM = 3.0856775814913673e21, 1.988409870698051e33, 1e5   # cm, g, cm
KINDS = ['gas', 'dark matter', 'disc or dark matter', 'bulge or dark matter', 'stars', 'sinks']
NEEDED = ['Coordinates', 'Velocities', 'Masses', 'InternalEnergy']
# What io/particles.c wants of the numbers of a field: how many per particle (0: any), and above zero, not below, or a share of one.
ANY, NOT_NEGATIVE, POSITIVE, SHARE = range(4)
WANTED = {'Coordinates': (3, ANY), 'Velocities': (3, ANY), 'Masses': (1, POSITIVE), 'InternalEnergy': (1, POSITIVE), 'Density': (1, POSITIVE),
          'SmoothingLength': (1, POSITIVE), 'MagneticField': (3, ANY), 'CosmicRayEnergy': (0, NOT_NEGATIVE), 'Metallicity': (0, SHARE),
          'ElectronAbundance': (1, NOT_NEGATIVE), 'NeutralHydrogenAbundance': (1, SHARE), 'StarFormationRate': (1, NOT_NEGATIVE), 'StellarFormationTime': (1, ANY)}
OF_OTHERS = ('Coordinates', 'Velocities', 'Masses')                   # that are read of all types; of stars these as well:
OF_STARS = ('Metallicity', 'StellarFormationTime')
ELEMENTS, MOST_SHARE = 11, 1.001
# Optional fields of the gas, and what stands for them.
INSTEAD = {'Density': 'taken from SmoothingLength', 'SmoothingLength': 'taken from Density, 32 particles in a kernel', 'MagneticField': 'no magnetic field',
           'CosmicRayEnergy': 'no cosmic rays, or what cr_initial says', 'Metallicity': 'the mixture of the Sun, restart.metallicity',
           'ElectronAbundance': '1.16 above 15000 K, 0 below', 'NeutralHydrogenAbundance': '0 above 15000 K, 1 below', 'StarFormationRate': 'zero'}
# Powers of length, mass, velocity and a, and the unit that is shown.
SHOWN = {'Coordinates': (1, 0, 0, 1, KPC, 'kpc'), 'SmoothingLength': (1, 0, 0, 1, KPC, 'kpc'), 'Masses': (0, 1, 0, 0, MSUN, 'Msun'), 'Velocities': (0, 0, 1, 0.5, KM, 'km/s'),
         'InternalEnergy': (0, 0, 2, 0, KM**2, '(km/s)^2'), 'Density': (-3, 1, 0, -3, 1.67262192369e-24, 'mp/cm^3'), 'MagneticField': (0, 0, 0, 0, 1e-6, 'uG'),
         'CosmicRayEnergy': (0, 1, 2, 0, 1.0, 'erg'), 'StarFormationRate': (0, 0, 0, 0, 1.0, 'Msun/yr')}


def find(path):
    """The file of this name, with .hdf5 or with .0.hdf5 added; None: there is none."""
    return next((p for p in (path, path + '.hdf5', path + '.0.hdf5') if os.path.isfile(p)), None)


def is_particles(f):
    return 'Header' in f and 'NumPart_ThisFile' in f['Header'].attrs


def _files(path, count):
    if count == 1:
        return [path]
    stem = re.sub(r'(\.\d+)?\.hdf5$', '', path)
    names = [f'{stem}.{i}.hdf5' for i in range(count)]
    gone = [n for n in names if not os.path.isfile(n)]
    if gone:
        raise Fault(f'{gone[0]}: this file of the snapshot is missing ({len(gone)} of {count})')
    return names


def _number(head, preset, *names):
    return next((float(np.ravel(head[n])[0]) for n in names if n in head), preset)


def _counts(head, path):
    n = np.ravel(head['NumPart_ThisFile'])
    if len(n) != 6:
        raise Fault(f'{path}: the attribute NumPart_ThisFile has {len(n)} values; 6 numbers are wanted')
    return n.astype(np.int64)


UNITS = (('UnitLength_In_CGS', 'UnitLength_in_cm'), ('UnitMass_In_CGS', 'UnitMass_in_g'), ('UnitVelocity_In_CGS', 'UnitVelocity_in_cm_per_s'))


def _header_faults(head, first):
    """Of a file; first: header of the first file."""
    units = [_number(head, 0.0, *n) for n in UNITS]
    given = sum(u != 0 for u in units)
    if given not in (0, 3):
        yield f'Header gives {given} of UnitLength_In_CGS, UnitMass_In_CGS and UnitVelocity_In_CGS; all or none are wanted'
    elif given and not all(np.isfinite(u) and u > 0 for u in units):
        yield 'the units of Header must be above zero'
    for a, b in UNITS:
        if a in head and b in head and abs(_number(head, 0, a) - _number(head, 0, b)) > 1e-3 * abs(_number(head, 0, a)):
            yield f'{a} and {b} contradict each other'
    time, redshift, h = (_number(head, 0.0, n) for n in ('Time', 'Redshift', 'HubbleParam'))
    if not (np.isfinite(time) and np.isfinite(redshift) and 0 <= h < 10):
        yield f'Header has no good Time {time:.6g}, Redshift {redshift:.6g}, HubbleParam {h:.6g}'
    for t, mass in enumerate(np.ravel(head.get('MassTable', np.zeros(6)))):
        if not (mass >= 0 and np.isfinite(mass)):
            yield f'MassTable of type {t} is {mass:.6g}'
    for n in ('Time', 'Redshift', 'HubbleParam', 'ComovingIntegrationOn', 'NumFilesPerSnapshot', *(w for names in UNITS for w in names)):
        if abs(_number(head, 0.0, n) - _number(first, 0.0, n)) > 1e-6 * abs(_number(first, 0.0, n)):
            yield f'{n} differs from that of the first file: these files are not of one snapshot'


class _Layout:
    """The header, as crux reads it."""

    def __init__(self, head):
        self.time, self.redshift = _number(head, 0.0, 'Time'), _number(head, 0.0, 'Redshift')
        self.h = _number(head, 0.0, 'HubbleParam') or 1.0
        omega, comoving = _number(head, 0.0, 'Omega0', 'Omega_Matter'), _number(head, -1.0, 'ComovingIntegrationOn')
        factor = self.time > 0 and abs(self.time * (1 + self.redshift) - 1) < 1e-4
        if comoving >= 0:
            self.cosmological, self.why = comoving > 0, 'ComovingIntegrationOn in the header'
        else:
            self.cosmological = omega > 0 and factor
            self.why = 'Omega0 > 0 and Time = 1/(1 + Redshift)' if self.cosmological else 'no ComovingIntegrationOn, and Omega0 = 0 or Time is not 1/(1 + Redshift)'
        self.contradiction = comoving > 0 and not factor
        self.a = self.time if self.cosmological else 1.0
        units = [_number(head, 0.0, *n) for n in UNITS]
        self.given = all(u > 0 for u in units)
        length, mass, self.velocity = units if self.given else (KPC, 1e10 * MSUN, KM)
        self.length, self.mass = length / self.h, mass / self.h

    def factor(self, name):
        l, m, v, a, unit, _ = SHOWN[name]
        return self.length**l * self.mass**m * self.velocity**v * self.a**a / unit


@dataclass
class _Field:
    """Of a type of particles, over all files."""
    shape: tuple                 # of a particle
    kind: np.dtype
    least: float = np.inf
    most: float = -np.inf
    rows: int = 0
    faults: list = field(default_factory=list)

    def fault(self, text):
        if text not in self.faults:
            self.faults.append(text)


def _read_by_restart(t, name):
    return name in WANTED if t == 0 else name in OF_OTHERS or (t == 4 and name in OF_STARS)


def _wrong(v, allowed):
    """(how many are wrong, why)"""
    if allowed == POSITIVE:
        return np.count_nonzero(v <= 0), 'not above zero'
    if allowed != ANY and np.any(v < 0):
        return np.count_nonzero(v < 0), 'below zero'
    if allowed == SHARE:
        high = (v if v.ndim == 1 else v[:, :ELEMENTS]) > MOST_SHARE
        return np.count_nonzero(high), 'above one'
    return 0, ''


def _values(f, d, t, name):
    """Range of a dataset, and what is wrong with it."""
    bad, wrong, why = 0, 0, ''
    for i in range(0, len(d), 1 << 20):
        v = d[i:i + (1 << 20)]
        good = np.isfinite(v)
        bad += int(v.size - good.sum())
        if good.any():
            f.least, f.most = min(f.least, v[good].min()), max(f.most, v[good].max())
        if name in WANTED and good.all():
            n, reason = _wrong(v, WANTED[name][1])
            wrong, why = wrong + n, reason or why
    if _read_by_restart(t, name):
        for n, reason in ((bad, 'not finite'), (wrong, why)):
            if n:
                f.fault(f'{n} value{"s" * (n > 1)} {reason}')


def _unit_fault(l, d, name):
    """Units that writers put at a field, against those of the header."""
    to_cgs, a, h = (_number(d.attrs, 0.0, *n) for n in (('to_cgs', 'CGSConversionFactor'), ('a_scaling', 'aexp-scale-exponent'), ('h_scaling', 'h-scale-exponent')))
    if to_cgs > 0 and np.isfinite(to_cgs) and l.given and name in SHOWN and any(SHOWN[name][:3]):
        said, header = to_cgs * l.a**(a if l.cosmological else 0) * l.h**h, l.factor(name) * SHOWN[name][4]
        if abs(said - header) > 1e-3 * max(said, header):
            return f'its units contradict each other: {header:.6g} in cgs by the header, {said:.6g} by its attributes'


def _fields(names, l):
    """{type: {name: _Field}}"""
    found = {}
    for path in names:
        with h5py.File(path, 'r') as f:
            for t in range(6):
                group, here = f.get(f'PartType{t}'), int(_counts(f['Header'].attrs, path)[t])
                for name, d in (group.items() if isinstance(group, h5py.Group) and here else ()):
                    if not isinstance(d, h5py.Dataset):
                        continue
                    one = found.setdefault(t, {}).setdefault(name, _Field(d.shape[1:], d.dtype))
                    one.rows += d.shape[0] if d.shape else 0
                    columns, known = WANTED.get(name, (0, ANY))[0], name in WANTED
                    numbers = d.dtype.kind in 'fiu'
                    if known and not numbers:
                        one.fault('does not hold numbers')
                    if known and (not 1 <= d.ndim <= 2 or d.shape[0] != here or (columns and int(np.prod(d.shape[1:])) != columns) or 0 in d.shape[1:]):
                        one.fault(f'has the shape {list(d.shape)}; [{here}{", 3" if columns == 3 else ", any" if columns == 0 else ""}] is wanted')
                    elif d.shape and d.shape[1:] != one.shape:
                        one.fault(f'has the shape {list(d.shape)} here, and {list(one.shape)} per particle in earlier files')
                    elif d.shape and numbers:
                        _values(one, d, t, name)
                    fault = _unit_fault(l, d, name) if known else None
                    if fault:
                        one.fault(fault)
    return found


def info(path):
    with h5py.File(path, 'r') as f:
        head = {k: np.array(v) for k, v in f['Header'].attrs.items()}
    names, faults = _files(path, int(_number(head, 1.0, 'NumFilesPerSnapshot'))), []
    total = np.zeros(6, np.int64)
    for name in names:
        with h5py.File(name, 'r') as f:
            if not is_particles(f):
                raise Fault(f'{name}: no group Header with NumPart_ThisFile: this is no snapshot of particles')
            total += _counts(f['Header'].attrs, name)
            faults += [f'{os.path.basename(name)}: {text}' for text in _header_faults(f['Header'].attrs, head)]
    l, table = _Layout(head), np.ravel(head.get('MassTable', np.zeros(6))).astype(float)
    print(f'{names[0]}: snapshot of particles (Gadget, GIZMO, FIRE), {len(names)} file{"s" * (len(names) > 1)}')
    print(f'taken as  {"cosmological" if l.cosmological else "physical"} ({l.why}); restart.convention overrules it')
    print(f'time      {l.time:.9g}, redshift {l.redshift:.6g}, h {l.h:.6g}')
    print(f'units     {"of the header" if l.given else "assumed, the header has none"}: {l.length * l.a:.6g} cm, {l.mass:.6g} g, {l.velocity:.6g} cm/s, with h{" and a" * l.cosmological}')
    found = _fields(names, l)
    for t in range(6):
        if total[t] == 0:
            continue
        mass = f', {table[t] * l.mass / MSUN:.6g} Msun each' if table[t] > 0 else ''
        print(f'PartType{t} {total[t]} particles, {KINDS[t]}{mass}')
        for name, f in sorted(found.get(t, {}).items()):
            scale, unit = (l.factor(name), SHOWN[name][5]) if name in SHOWN else (1.0, '')
            each = 'x' + 'x'.join(map(str, f.shape)) if f.shape else ''
            print(f'  {name:<26} {str(f.kind) + each:<12} {f.least * scale:13.6g} to {f.most * scale:13.6g} {unit}')
            faults += [f'PartType{t}/{name}: {text}' for text in f.faults]
            if f.rows != total[t] and name in WANTED and not f.faults:
                faults.append(f'PartType{t}/{name}: {f.rows} rows for {total[t]} particles')
        faults += [f'PartType{t} has no {n}' for n in OF_OTHERS if t > 0 and n not in found.get(t, {}) and not (n == 'Masses' and table[t] > 0)]
    gas = found.get(0, {})
    print('restart would')
    if total[0] == 0:
        faults.append('zero particles of gas')
    faults += [f'PartType0 has no {n}' for n in NEEDED if total[0] and n not in gas and not (n == 'Masses' and table[0] > 0)]
    if total[0] and 'Density' not in gas and 'SmoothingLength' not in gas:
        faults.append('PartType0 has neither Density nor SmoothingLength')
    if l.contradiction:
        faults.append('ComovingIntegrationOn is 1, but Time is not 1/(1 + Redshift)')
    if l.cosmological and not 0 < l.time < 10:
        faults.append(f'Time {l.time:.9g} is no scale factor; set restart.convention: physical')
    told = np.ravel(head.get('NumPart_Total', total)).astype(np.int64) + (np.ravel(head.get('NumPart_Total_HighWord', np.zeros(6))).astype(np.int64) << 32)
    if not np.array_equal(told, total):
        faults.append(f'NumPart_Total counts {told.sum()} particles, the files hold {total.sum()}')
    for fault in dict.fromkeys(faults):
        print(f'  refuse it: {fault}')
    if faults:
        return
    print(f'  make {total[0]} particles of gas into cells, with ' + ', '.join(n for n in INSTEAD if n in gas))
    for n, instead in INSTEAD.items():
        if n not in gas:
            print(f'  without {n}: {instead}')
    others = [f'{total[t]} of type {t}' for t in range(1, 6) if total[t]]
    print(f'  keep the potential of {", ".join(others)}, with gravity.from_setup' if others else '  find no stars and no dark matter: no potential')
    if not any(total[[4] if l.cosmological else [2, 3, 4]]):
        print(f'  find no stars: set restart.centre: gas{" or dark" * bool(others)}')
    if 'StellarFormationTime' not in found.get(4, {}):
        print('  find no stars with StellarFormationTime: no supernovae from the ages of stars')
