"""What a snapshot of particles (Gadget, GIZMO, FIRE) holds, and what the setup `restart` would do with it; see io/particles.h for the layout."""
import os
import re

import h5py
import numpy as np

from analysis.fault import Fault

KPC, MSUN, KM = 3.0856775814913673e21, 1.988409870698051e33, 1e5   # cm, g, cm
KINDS = ['gas', 'dark matter', 'disc or dark matter', 'bulge or dark matter', 'stars', 'sinks']
NEEDED = ['Coordinates', 'Velocities', 'Masses', 'InternalEnergy']
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
        units = [_number(head, 0.0, *n) for n in (('UnitLength_In_CGS', 'UnitLength_in_cm'), ('UnitMass_In_CGS', 'UnitMass_in_g'),
                                                  ('UnitVelocity_In_CGS', 'UnitVelocity_in_cm_per_s'))]
        self.given = all(u > 0 for u in units)
        length, mass, self.velocity = units if self.given else (KPC, 1e10 * MSUN, KM)
        self.length, self.mass = length / self.h, mass / self.h

    def factor(self, name):
        l, m, v, a, unit, _ = SHOWN[name]
        return self.length**l * self.mass**m * self.velocity**v * self.a**a / unit


def _fields(names, total):
    """{type: {field: (shape of a particle, type of number, least, largest, how many are not finite)}}"""
    found = {}
    for name in names:
        with h5py.File(name, 'r') as f:
            for t in range(6):
                group = f.get(f'PartType{t}')
                for field, d in (group.items() if group is not None else ()):
                    if not isinstance(d, h5py.Dataset) or d.dtype.kind not in 'fiu':
                        continue
                    here = found.setdefault(t, {}).setdefault(field, [d.shape[1:], d.dtype, np.inf, -np.inf, 0, 0])
                    here[5] += d.shape[0] if d.shape else 0
                    for i in range(0, len(d), 1 << 20):
                        v = d[i:i + (1 << 20)]
                        good = np.isfinite(v)
                        here[4] += int(v.size - good.sum())
                        if good.any():
                            here[2], here[3] = min(here[2], v[good].min()), max(here[3], v[good].max())
    return found


def info(path):
    with h5py.File(path, 'r') as f:
        head = {k: np.array(v) for k, v in f['Header'].attrs.items()}
    names = _files(path, int(_number(head, 1.0, 'NumFilesPerSnapshot')))
    total = np.zeros(6, np.int64)
    for name in names:
        with h5py.File(name, 'r') as f:
            total += np.array(f['Header'].attrs['NumPart_ThisFile'], np.int64)
    l, table = _Layout(head), np.ravel(head.get('MassTable', np.zeros(6))).astype(float)
    print(f'{names[0]}: snapshot of particles (Gadget, GIZMO, FIRE), {len(names)} file{"s" * (len(names) > 1)}')
    print(f'taken as  {"cosmological" if l.cosmological else "physical"} ({l.why}); restart.convention overrules it')
    print(f'time      {l.time:.9g}, redshift {l.redshift:.6g}, h {l.h:.6g}')
    print(f'units     {"of the header" if l.given else "assumed, the header has none"}: {l.length * l.a:.6g} cm, {l.mass:.6g} g, {l.velocity:.6g} cm/s, with h{" and a" * l.cosmological}')
    found, faults = _fields(names, total), []
    for t in range(6):
        if total[t] == 0:
            continue
        mass = f', {table[t] * l.mass / MSUN:.6g} Msun each' if table[t] > 0 else ''
        print(f'PartType{t} {total[t]} particles, {KINDS[t]}{mass}')
        for field, (shape, kind, least, most, bad, rows) in sorted(found.get(t, {}).items()):
            scale, unit = (l.factor(field), SHOWN[field][5]) if field in SHOWN else (1.0, '')
            each = f'x{shape[0]}' if shape else ''
            print(f'  {field:<26} {str(kind) + each:<12} {least * scale:13.6g} to {most * scale:13.6g} {unit}')
            if bad:
                faults.append(f'PartType{t}/{field}: {bad} values are not finite')
            if rows != total[t]:
                faults.append(f'PartType{t}/{field}: {rows} rows for {total[t]} particles')
    gas = found.get(0, {})
    print('restart would')
    if total[0] == 0:
        faults.append('zero particles of gas')
    faults += [f'PartType0 has no {n}' for n in NEEDED if total[0] and n not in gas and not (n == 'Masses' and table[0] > 0)]
    if total[0] and 'Density' not in gas and 'SmoothingLength' not in gas:
        faults.append('PartType0 has neither Density nor SmoothingLength')
    if l.contradiction:
        faults.append('ComovingIntegrationOn is 1, but Time is not 1/(1 + Redshift)')
    told = np.ravel(head.get('NumPart_Total', total)).astype(np.int64) + (np.ravel(head.get('NumPart_Total_HighWord', np.zeros(6))).astype(np.int64) << 32)
    if not np.array_equal(told, total):
        faults.append(f'NumPart_Total counts {told.sum()} particles, the files hold {total.sum()}')
    for fault in faults:
        print(f'  refuse it: {fault}')
    if faults:
        return
    print(f'  make {total[0]} particles of gas into cells, with ' + ', '.join(n for n in INSTEAD if n in gas))
    for n, instead in INSTEAD.items():
        if n not in gas:
            print(f'  without {n}: {instead}')
    others = [f'{total[t]} of type {t}' for t in range(1, 6) if total[t]]
    print(f'  keep the potential of {", ".join(others)}, with gravity.from_setup' if others else '  find no stars and no dark matter: no potential; set restart.centre: gas')
