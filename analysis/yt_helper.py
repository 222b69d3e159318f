"""Open a crux snapshot in yt with its units, gamma and boundaries.

    from analysis.yt_helper import load
    ds = load('out/galaxy.00010.athdf')
    ds.all_data()['gas', 'density'].to('Msun/pc**3'), ds.all_data()['gas', 'cosmic_ray_energy_density'].to('eV/cm**3')

yt.load alone works too, but takes code units for cgs, gamma for 5/3 and all boundaries for periodic.  Every variable of
the file is there as ('crux', name), with the unit and the meaning the file gives.
"""
import h5py
import yt

from analysis.hdf import text


def yt_unit(unit):
    """'erg cm^-3 s^-1' as yt writes it."""
    return '*'.join(unit.replace('^', '**').split()) if unit and unit != '1' else 'dimensionless'


def variables(path):
    """name -> (code unit, that unit in cgs, name of the cgs unit, meaning)"""
    out = {}
    with h5py.File(path, 'r') as f:
        for group in f.attrs['DatasetNames']:
            a = f[text(group)].attrs
            for name, unit, cgs, cgs_unit, meaning in zip(a['names'], a['units'], a['cgs'], a['cgs_units'], a['meanings']):
                out[text(name)] = text(unit), float(cgs), text(cgs_unit), text(meaning)
    return out


def _add(ds, name, factor, unit, meaning):
    def field(field, data):
        return data.ds.arr(data['athena_pp', name].d * factor, unit)
    ds.add_field(('crux', name), function=field, sampling_type='local', units=unit, display_name=meaning, force_override=True)


def load(path, **options):
    with h5py.File(path, 'r') as f:
        a = dict(f.attrs)
    bounds = [text(b) for b in a['boundaries']]
    parameters = {'gamma': float(a['gamma']), 'periodicity': tuple(bounds[2 * d] == 'periodic' for d in range(3))}
    physical = text(a['units']) != 'code'
    if physical:
        options.setdefault('units_override', {'length_unit': (float(a['length_cm']), 'cm'), 'mass_unit': (float(a['mass_g']), 'g'),
                                              'time_unit': (float(a['time_s']), 's')})
        options.setdefault('unit_system', 'cgs')
    ds = yt.load(path, parameters={**parameters, **options.pop('parameters', {})}, **options)
    for name, (_, cgs, cgs_unit, meaning) in variables(path).items():
        _add(ds, name, cgs if physical else 1.0, yt_unit(cgs_unit) if physical else 'dimensionless', meaning)
    # The names that other codes of yt have.
    for name, standard, unit in (('cr_energy', 'cosmic_ray_energy_density', 'erg/cm**3'), ('cr_press', 'cosmic_ray_pressure', 'dyn/cm**2')):
        if physical and name in variables(path):
            ds.add_field(('gas', standard), function=lambda field, data, name=name: data['crux', name], sampling_type='local', units=unit)
    return ds
