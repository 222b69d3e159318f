"""Wrong and damaged snapshots of particles: each ends with status 2 and a message that says what is wrong where, on one rank and on two; nothing is
written.  `crux info` says before that they would be refused."""
import contextlib
import io
import os
import shutil
import sys

import h5py
import numpy as np

from analysis.fault import Fault
from analysis.info import info
from tests import tap
from tests.regression import check

sys.path.insert(0, os.path.join(check.ROOT, 'setups', 'restart'))
import make_snapshot  # noqa: E402

SETUP = 'setups/restart/restart.yaml'
FEW = ['run.step_end=0', 'mesh.max_level=0', 'refine.criteria=[]', 'transport.scheme=none', 'restart.centre=given', 'restart.orient=none']


def delete(*names):
    def change(f, path):
        for n in names:
            del f[n]
    return change


def put(name, index, value):
    def change(f, path):
        d = f[name]
        v = d[...]
        v[index] = value
        d[...] = v
    return change


def replace(name, function):
    def change(f, path):
        v = function(f[name][...])
        del f[name]
        f[name] = v
    return change


def head(**values):
    def change(f, path):
        for k, v in values.items():
            if v is None:
                del f['Header'].attrs[k]
            else:
                f['Header'].attrs[k] = v
    return change


def unit(name, **values):
    def change(f, path):
        f[name].attrs.update(values)
    return change


def no_gas(f, path):
    del f['PartType0']
    for n in ('NumPart_ThisFile', 'NumPart_Total'):
        v = f['Header'].attrs[n]
        v[0] = 0
        f['Header'].attrs[n] = v


def table(type, value):
    def change(f, path):
        v = f['Header'].attrs['MassTable']
        v[type] = value
        f['Header'].attrs['MassTable'] = v
    return change


# name, what is done to a good snapshot, fragments of the message, overrides
CASES = [
    ('no header', delete('Header'), ['no group Header'], []),
    ('no numbers', head(NumPart_ThisFile=None), ['no NumPart_ThisFile'], []),
    ('short numbers', head(NumPart_ThisFile=np.array([1, 2, 3])), ['NumPart_ThisFile', '3 values', '6 numbers'], []),
    ('total', head(NumPart_Total=np.array([2001, 1000, 0, 0, 1000, 0])), ['NumPart_Total', '2001', 'missing or cut off'], []),
    ('zero particles', no_gas, ['zero particles of gas'], []),
    ('no group', delete('PartType0'), ['no group PartType0', '2000'], []),
    *[(f'no {n}', delete(f'PartType0/{n}'), [f'PartType0 has no {n}'], []) for n in ('Coordinates', 'Velocities', 'Masses', 'InternalEnergy')],
    ('no density', delete('PartType0/Density', 'PartType0/SmoothingLength'), ['neither Density nor SmoothingLength'], []),
    *[(f'NaN in {n}', put(f'PartType0/{n}', 17, np.nan), [f'PartType0/{n}', 'not finite', 'particle 17'], []) for n in
      ('Coordinates', 'Velocities', 'Masses', 'InternalEnergy', 'Density', 'SmoothingLength', 'MagneticField', 'CosmicRayEnergy', 'Metallicity')],
    ('infinite', put('PartType4/Coordinates', 5, np.inf), ['PartType4/Coordinates', 'not finite', 'particle 5'], []),
    ('negative mass', put('PartType0/Masses', 1999, -1), ['PartType0/Masses', 'not above zero', 'particle 1999'], []),
    ('zero density', put('PartType0/Density', 3, 0), ['PartType0/Density', 'not above zero', 'particle 3'], []),
    ('negative rays', put('PartType0/CosmicRayEnergy', 3, -1), ['PartType0/CosmicRayEnergy', 'below zero'], []),
    ('two coordinates', replace('PartType0/Coordinates', lambda v: v[:, :2]), ['PartType0/Coordinates', '[2000, 2]', '[2000, 3] is wanted'], []),
    ('flat coordinates', replace('PartType0/Coordinates', np.ravel), ['PartType0/Coordinates', '[6000]'], []),
    ('few masses', replace('PartType0/Masses', lambda v: v[:-1]), ['PartType0/Masses', '[1999]', '[2000] is wanted'], []),
    ('words', replace('PartType0/Density', lambda v: np.full(len(v), b'rho')), ['PartType0/Density', 'does not hold numbers'], []),
    ('one unit', head(UnitMass_In_CGS=None), ['2 of UnitLength_In_CGS'], []),
    ('negative unit', head(UnitLength_In_CGS=-1.0), ['above zero'], []),
    ('two units', head(UnitLength_in_cm=3.0e18), ['UnitLength_In_CGS', 'UnitLength_in_cm', 'contradict'], []),
    ('unit of a field', unit('PartType0/Coordinates', to_cgs=3.085678e18, a_scaling=1.0, h_scaling=-1.0), ['PartType0/Coordinates', 'contradict'], []),
    ('not comoving', head(ComovingIntegrationOn=1), ['ComovingIntegrationOn', 'Redshift'], []),
    ('hubble', head(HubbleParam=-0.7), ['HubbleParam'], []),
    ('hubble in km/s/Mpc', head(HubbleParam=70.0), ['HubbleParam 70'], []),
    ('no time', head(Time=np.nan), ['Time nan'], []),
    ('metals in percent', replace('PartType0/Metallicity', lambda v: 100 * v), ['PartType0/Metallicity', 'above one', 'particle 0'], []),
    ('neutral share', put('PartType0/NeutralHydrogenAbundance', 4, 1.1), ['PartType0/NeutralHydrogenAbundance', 'above one', 'particle 4'], []),
    ('mass table', table(1, -1.0), ['MassTable of type 1'], []),
    ('no mass', table(1, 0.0), ['PartType1 has no Masses', 'MassTable'], []),
    ('not in the box', None, ['zero particles of gas in the box'], ['restart.position=[1000 kpc, 0 kpc, 0 kpc]']),
    ('no such kind', delete('PartType4'), ['no group PartType4'], []),
    ('scalars', None, ["no 'Zn'"], ['restart.scalars=[Zn, He, C, N]']),
    ('periodic', None, ['open ends'], ['mesh.boundary_x=periodic']),
]


def refused(name, path, fragments, overrides=(), ranks=1, setup=SETUP):
    out = os.path.join(check.scratch(), 'out')
    shutil.rmtree(out, ignore_errors=True)
    words = ['run', setup, '--out', out]
    for s in [*(FEW if setup == SETUP else []), f'restart.snapshot={path}', *overrides]:
        words += ['--set', s]
    status, text = check.start(words, ranks=ranks, timeout=60)
    faults = [] if status == 2 else [f'status {status}']
    faults += [f'no "{f}"' for f in fragments if f not in text]
    if os.path.exists(out):
        faults.append('the output folder was made')
    if not tap.report(not faults, f'{name}, {ranks} rank{"s" if ranks > 1 else ""}: {", ".join(fragments)}', ', '.join(faults)):
        tap.note(text[-1500:])


def told(path):
    """What crux info says."""
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            info(path)
    except Fault as e:
        return f'refuse it: {e}'
    return out.getvalue()


def foreseen(name, path):
    """crux info refuses what a run refuses."""
    text = told(path)
    if not tap.report('refuse it' in text or 'not made by crux' in text, f'{name}: crux info', 'it would take this snapshot'):
        tap.note(text[-1500:])


def make(name, *words):
    path = os.path.join(check.scratch(), name)
    return make_snapshot.make(make_snapshot.arguments([path, '--particles', '4000', *words]))[0]


def late(good, path):
    """Stars of the future count as new, and that is said."""
    shutil.copy(good, path)
    with h5py.File(path, 'r+') as f:
        put('PartType4/StellarFormationTime', [0, 5, -1], 1e3)(f, path)
    words = ['run', SETUP, '--out', os.path.join(check.scratch(), 'late')]
    for s in (*FEW, f'restart.snapshot={path}', 'run.time_end=0'):
        words += ['--set', s]
    status, text = check.start(words, ranks=2, timeout=60)
    tap.report(status == 0 and '3 stars formed after the time of the snapshot' in text, 'stars of the future', (status, text[-1500:]))


def main():
    good = make('good.hdf5')[0]
    with h5py.File(good, 'r+') as f:   # tracers of other codes behind the elements may be any number
        v = f['PartType0/Metallicity'][...]
        del f['PartType0/Metallicity']
        f['PartType0/Metallicity'] = np.concatenate([v, 50 * np.ones((len(v), 2))], axis=1)
    tap.report('refuse it' not in told(good), 'crux info takes a good snapshot')
    bad = os.path.join(check.scratch(), 'bad.hdf5')
    late(good, bad)
    for i, (name, change, fragments, overrides) in enumerate(CASES):
        shutil.copy(good, bad)
        if change:
            with h5py.File(bad, 'r+') as f:
                change(f, bad)
        refused(name, bad, fragments, overrides, ranks=2 if i % 5 == 0 or 'NaN in C' in name else 1)
        if change:
            foreseen(name, bad)
    with open(good, 'rb') as f:
        data = f.read()
    for name, part in (('torn', data[:len(data) // 2]), ('empty', b''), ('text', b'no snapshot\n' * 100)):
        with open(bad, 'wb') as f:
            f.write(part)
        refused(name, bad, ['bad.hdf5: not a whole HDF5 file'])
        foreseen(name, bad)
    refused('no file', os.path.join(check.scratch(), 'none'), ['no such file'])
    files = make('set.hdf5', '--files', '3')
    os.rename(files[1], files[1] + '.gone')
    refused('a file of three is missing', files[0], ['set.1.hdf5', 'is missing'])
    foreseen('of several files', files[0])
    os.rename(files[1] + '.gone', files[1])
    with h5py.File(files[2], 'r+') as f:
        f['Header'].attrs['Time'] = 11.0
    refused('files of two snapshots', files[0], ['set.2.hdf5', 'not of one snapshot'])
    foreseen('of several files', files[0])
    with h5py.File(files[2], 'r+') as f:
        f['Header'].attrs['Time'] = 10.0
        f['Header'].attrs['UnitMass_In_CGS'] = 1.0
    refused('units of two files', files[0], ['set.2.hdf5', 'contradict'])
    foreseen('of several files', files[0])
    with h5py.File(files[2], 'r+') as f:
        f['Header'].attrs['UnitMass_In_CGS'] = 1e10 * make_snapshot.MSUN
        del f['PartType0/MagneticField']
    refused('a field in two files of three', files[0], ['set.2.hdf5', 'MagneticField'])
    foreseen('of several files', files[0])
    with h5py.File(files[2], 'r+') as f:
        v = f['PartType0/Velocities'][...]
        v[-1, 1] = np.nan
        f['PartType0/Velocities'][...] = v
        f['PartType0/MagneticField'] = np.zeros_like(v)
    refused('NaN in the last file', files[0], ['PartType0/Velocities', 'particle 1999'], ranks=3)
    foreseen('of several files', files[0])
    bare = os.path.join(check.scratch(), 'code.yaml')
    with open(bare, 'w') as f:
        f.write('units: code\nrun: {name: code, setup: restart, time_end: 0}\n'
                'mesh: {cells: [16, 16, 16], lower: [-1, -1, -1], upper: [1, 1, 1], boundary_x: outflow, boundary_y: outflow, boundary_z: outflow}\n')
    refused('units: code', good, ['physical units'], setup=bare)


main()
