"""A small synthetic disc galaxy in the HDF5 layout of Gadget, GIZMO and FIRE snapshots.

    /usr/bin/python3 setups/restart/make_snapshot.py galaxy.hdf5
    /usr/bin/python3 setups/restart/make_snapshot.py galaxy.hdf5 --particles 20000 --files 3 --double --cosmological --without MagneticField

What is in it, in kpc, km/s and solar masses, before the frame of a cosmological snapshot is applied:
  gas (half of the particles)   1e10 in an exponential disc (scale 4, height 0.2, to R = 20), a quarter of it in clumps of 0.1; 3e9 in a hot halo to
                                r = 40; the gas is cold (1e4 K) in the disc, 100 K in clumps, 1e6 K in the halo, and turns with the disc
  magnetic field                toroidal, B_phi(R, z) up to some 5 uG, and 0.3 uG along z: div B = 0 as a function
  cosmic rays                   1 eV/cm^3 in the inner disc, falling with R and z
  metals                        total, He, C, N, O, Ne, Mg, Si, S, Ca, Fe, falling outwards from solar
  stars (a quarter)             4e10 in an exponential disc (scale 3, height 0.3), ages 0 to 10 Gyr
  dark matter (a quarter)       1e12 in a sphere of Hernquist (scale 30) to r = 200, one mass for all: MassTable
It is no equilibrium: it is there to try the setup `restart`, and to test it."""
import argparse
import os

import h5py
import numpy as np

KPC, MSUN, KM = 3.0856775814913673e21, 1.988409870698051e33, 1e5   # cm, g, cm
GRAVITY = 4.30091e-6                                               # kpc (km/s)^2 / Msun
EV = 1.602176634e-12
SOLAR = [0.0134, 0.2485, 2.365e-3, 6.93e-4, 5.733e-3, 1.257e-3, 7.08e-4, 6.65e-4, 3.09e-4, 6.4e-5, 1.292e-3]  # Asplund et al. 2009, mass fractions
DISC, CLUMPS, HALO, STARS, DARK = 1e10, 0.25, 3e9, 4e10, 1e12
HALO_CORE, HALO_END = 10.0, 40.0
OPTIONAL = ['MagneticField', 'CosmicRayEnergy', 'ElectronAbundance', 'NeutralHydrogenAbundance', 'Metallicity', 'StarFormationRate', 'Density',
            'SmoothingLength', 'Masses', 'InternalEnergy', 'Velocities', 'Coordinates', 'StellarFormationTime']


def exponential_radius(u, scale, end):
    """R with u of the mass of exp(-R / scale) inside, up to the end."""
    r = np.linspace(0, end, 4001)
    inside = 1 - np.exp(-r / scale) * (1 + r / scale)
    return np.interp(u, inside / inside[-1], r)


def disc_points(rng, n, scale, height, end):
    r, phi = exponential_radius(rng.random(n), scale, end), 2 * np.pi * rng.random(n)
    z = height * np.arctanh(np.clip(2 * rng.random(n) - 1, -0.9999, 0.9999))
    return np.stack([r * np.cos(phi), r * np.sin(phi), z], 1)


def disc_density(x, mass, scale, height, end):
    r = np.hypot(x[:, 0], x[:, 1])
    norm = mass / (2 * np.pi * scale**2 * (1 - np.exp(-end / scale) * (1 + end / scale)))
    return norm * np.exp(-r / scale) / (2 * height * np.cosh(x[:, 2] / height)**2) * (r < end)


def sphere_points(rng, n, radius):
    mu, phi = 2 * rng.random(n) - 1, 2 * np.pi * rng.random(n)
    s = np.sqrt(1 - mu**2)
    return radius[:, None] * np.stack([s * np.cos(phi), s * np.sin(phi), mu], 1)


def halo_mass(r):
    """Of the hot gas, density 1 / (1 + (r / core)^2), relative."""
    return r / HALO_CORE - np.arctan(r / HALO_CORE)


def halo_density(x):
    r2 = np.sum(x**2, 1)
    norm = HALO / (4 * np.pi * HALO_CORE**3 * halo_mass(HALO_END))
    return norm / (1 + r2 / HALO_CORE**2) * (r2 < HALO_END**2)


def circular(x):
    """Speed in the plane, the mass of discs taken as that of spheres."""
    r = np.hypot(x[:, 0], x[:, 1])
    inside = DARK * (r / (r + 30))**2 + STARS * (1 - np.exp(-r / 3) * (1 + r / 3)) + DISC * (1 - np.exp(-r / 4) * (1 + r / 4))
    return np.sqrt(GRAVITY * inside / np.maximum(r, 0.1))


def turning(x, share):
    r = np.maximum(np.hypot(x[:, 0], x[:, 1]), 1e-10)
    v = share * circular(x) / r
    return np.stack([-x[:, 1] * v, x[:, 0] * v, np.zeros(len(x))], 1)


def field_G(x):
    r = np.maximum(np.hypot(x[:, 0], x[:, 1]), 1e-10)
    phi = 6e-6 * r / (r + 2) * np.exp(-r / 8) / np.cosh(x[:, 2] / 2)
    return np.stack([-phi * x[:, 1] / r, phi * x[:, 0] / r, np.full(len(x), 0.3e-6)], 1)


def metals(x):
    r = np.hypot(x[:, 0], x[:, 1])
    rise = 10**(-0.03 * (r - 8))
    z = np.array(SOLAR)[None, :] * np.clip(rise, 0.1, 3)[:, None]
    z[:, 1] = 0.2485
    return z


def gas(rng, n):
    """Fields of type 0 in kpc, km/s, Msun, erg, G."""
    n_halo = int(0.3 * n)
    n_clump = int(CLUMPS * (n - n_halo))
    n_disc = n - n_halo - n_clump
    grid = np.linspace(0, HALO_END, 4001)
    hot = sphere_points(rng, n_halo, np.interp(rng.random(n_halo), halo_mass(grid) / halo_mass(HALO_END), grid))
    smooth = disc_points(rng, n_disc, 4.0, 0.2, 20.0)
    clumps = max(n_clump // 100, 1)
    middle, size = disc_points(rng, clumps, 4.0, 0.1, 15.0), 0.1
    which = rng.integers(clumps, size=n_clump)
    shift = size * rng.standard_normal((n_clump, 3))
    x = np.concatenate([hot, smooth, middle[which] + shift])
    mass = np.concatenate([np.full(n_halo, HALO / n_halo), np.full(n - n_halo, DISC / (n - n_halo))])
    rho = halo_density(x) + disc_density(x, DISC * (1 - CLUMPS), 4.0, 0.2, 20.0)
    per_clump = DISC * CLUMPS / clumps
    rho[n - n_clump:] += per_clump / (2 * np.pi * size**2)**1.5 * np.exp(-0.5 * np.sum(shift**2, 1) / size**2)
    t = np.concatenate([np.full(n_halo, 1e6), np.full(n_disc, 1e4), np.full(n_clump, 100.0)])
    neutral = np.concatenate([np.zeros(n_halo), np.full(n_disc, 0.7), np.ones(n_clump)])
    z = metals(x)
    y = z[:, 1] / (4 * (1 - z[:, 1]))
    electrons = (1 - neutral) * 1.0 + np.where(neutral < 0.01, 2 * y, 0)
    mu = (1 + 4 * y) / (1 + y + electrons)
    u = 1.380649e-16 * t / (mu * 1.67262192369e-24 * (2 / 3)) / KM**2
    v = np.concatenate([turning(hot, 0.2), turning(smooth, 1.0), turning(middle, 1.0)[which]])
    v += rng.standard_normal((n, 3)) * np.where(t > 1e5, 20.0, 5.0)[:, None]
    r = np.hypot(x[:, 0], x[:, 1])
    e_cr = (0.2 + np.exp(-r / 6) / np.cosh(x[:, 2] / 2)) * EV
    volume = mass / rho
    sfr = np.where(t < 1e3, mass / 2e9, 0.0)
    return {'Coordinates': x, 'Velocities': v, 'Masses': mass, 'Density': rho, 'InternalEnergy': u,
            'SmoothingLength': (3 * 32 * volume / (4 * np.pi))**(1 / 3), 'MagneticField': field_G(x),
            'CosmicRayEnergy': e_cr * volume * KPC**3, 'Metallicity': z, 'ElectronAbundance': electrons,
            'NeutralHydrogenAbundance': neutral, 'StarFormationRate': sfr}


def stars(rng, n, share):
    x = disc_points(rng, n, 3.0, 0.3, 20.0)
    v = turning(x, 0.95) + 30 * rng.standard_normal((n, 3))
    young = rng.random(n) < share
    age = np.where(young, 0.1 * rng.random(n), 10 * rng.random(n))   # Gyr
    return {'Coordinates': x, 'Velocities': v, 'Masses': np.full(n, STARS / n), 'Age': age, 'Metallicity': metals(x)}


def dark(rng, n):
    s = np.sqrt(rng.random(n) * (200 / 230)**2)
    x = sphere_points(rng, n, 30 * s / (1 - s))
    return {'Coordinates': x, 'Velocities': 80 * rng.standard_normal((n, 3))}


def turn(tilt):
    """Rotation by so many degrees about x, then as many about z."""
    c, s = np.cos(np.radians(tilt)), np.sin(np.radians(tilt))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]]) @ np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


# Hubble's constant is 100 h km/s/Mpc; flat universe.
OMEGA, H, REDSHIFT = 0.3, 0.7, 0.1


def age_of_universe(a):
    rate = 1.5 * np.sqrt(1 - OMEGA) * 0.1 * H / 0.9777922
    return np.arcsinh(np.sqrt((1 - OMEGA) / OMEGA) * a**1.5) / rate  # Gyr


def scale_factor(t):
    rate = 1.5 * np.sqrt(1 - OMEGA) * 0.1 * H / 0.9777922
    return (np.sqrt(OMEGA / (1 - OMEGA)) * np.sinh(rate * np.maximum(t, 0.01)))**(2 / 3)


def in_file(parts, arg):
    """From kpc, km/s, Msun, erg, G to what is written."""
    a, h = (1 / (1 + REDSHIFT), H) if arg.cosmological else (1.0, arg.hubble)
    length, mass = h / a, h / 1e10
    factor = {'Coordinates': length, 'SmoothingLength': length, 'Masses': mass, 'Density': mass / length**3, 'Velocities': a**-0.5,
              'CosmicRayEnergy': mass / (MSUN * KM**2), 'InternalEnergy': 1.0}
    out = {}
    for type, fields in parts.items():
        out[type] = {}
        for name, value in fields.items():
            if name == 'Age':
                now = age_of_universe(a)
                born = scale_factor(now - value) if arg.cosmological else (arg.time - value / 0.9777922) * h
                out[type]['StellarFormationTime'] = born
            else:
                out[type][name] = value * factor.get(name, 1.0)
    return out, a, h


def write(path, number, part, numbers, total, table, a, h, arg):
    real = np.float64 if arg.double else np.float32
    with h5py.File(path, 'w') as f:
        head = f.create_group('Header').attrs
        head['NumPart_ThisFile'] = np.array(numbers, np.uint32)
        head['NumPart_Total'] = np.array(total, np.uint32)
        head['NumPart_Total_HighWord'] = np.zeros(6, np.uint32)
        head['MassTable'] = np.array(table, np.float64)
        head['NumFilesPerSnapshot'] = np.int32(arg.files)
        head['Time'] = a if arg.cosmological else arg.time * h
        head['Redshift'] = REDSHIFT if arg.cosmological else 0.0
        head['BoxSize'] = arg.box * h / a
        head['Omega0'] = OMEGA if arg.cosmological else 0.0
        head['OmegaLambda'] = 1 - OMEGA if arg.cosmological else 0.0
        head['HubbleParam'] = h
        for name, value in (('Sfr', 1), ('Cooling', 1), ('StellarAge', 1), ('Metals', 11), ('DoublePrecision', int(arg.double))):
            head['Flag_' + name] = np.int32(value)
        if not arg.old_header:
            head['ComovingIntegrationOn'] = np.int32(arg.cosmological)
            head['UnitLength_In_CGS'], head['UnitMass_In_CGS'], head['UnitVelocity_In_CGS'] = KPC, 1e10 * MSUN, KM
        first = 1 + number * sum(total)
        for type in sorted(part):
            g = f.create_group(f'PartType{type}')
            for name, value in part[type].items():
                if name not in arg.without:
                    g.create_dataset(name, data=value.astype(real))
            g.create_dataset('ParticleIDs', data=np.arange(first, first + numbers[type], dtype=np.uint64))
            first += numbers[type]


def make(arg):
    """Write the files; returns their names and the particles in kpc, km/s, Msun, erg, G."""
    rng = np.random.default_rng(arg.seed)
    n = arg.particles
    parts = {0: gas(rng, n // 2), 4: stars(rng, n // 4, arg.young), 1: dark(rng, n - n // 2 - n // 4)}
    dark_each = DARK * (200 / 230)**2 / len(parts[1]['Coordinates'])
    rotation = turn(arg.tilt)
    for fields in parts.values():
        fields['Coordinates'] = fields['Coordinates'] @ rotation.T + np.array(arg.offset)
        fields['Velocities'] = fields['Velocities'] @ rotation.T + np.array(arg.velocity)
        if 'MagneticField' in fields:
            fields['MagneticField'] = fields['MagneticField'] @ rotation.T
    if arg.bins > 1:
        share = np.arange(1.0, arg.bins + 1)
        parts[0]['CosmicRayEnergy'] = parts[0]['CosmicRayEnergy'][:, None] * share / share.sum()
    filed, a, h = in_file(parts, arg)
    table = [0.0] * 6
    table[1] = dark_each * h / 1e10
    total = [len(filed[t]['Coordinates']) if t in filed else 0 for t in range(6)]
    stem = arg.output[:-5] if arg.output.endswith('.hdf5') else arg.output
    names = [f'{stem}.hdf5'] if arg.files == 1 else [f'{stem}.{i}.hdf5' for i in range(arg.files)]
    for i, name in enumerate(names):
        some = {t: slice(total[t] * i // arg.files, total[t] * (i + 1) // arg.files) for t in filed}
        numbers = [some[t].stop - some[t].start if t in some else 0 for t in range(6)]
        write(name, i, {t: {k: v[some[t]] for k, v in filed[t].items()} for t in filed}, numbers, total, table, a, h, arg)
    parts[1]['Masses'] = np.full(total[1], dark_each)
    return names, parts


def arguments(words=None):
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('output', help='NAME.hdf5')
    p.add_argument('--particles', type=int, default=100000, help='in all (100000)')
    p.add_argument('--files', type=int, default=1, help='NAME.0.hdf5, NAME.1.hdf5, ... (1)')
    p.add_argument('--double', action='store_true', help='numbers are float64')
    p.add_argument('--cosmological', action='store_true', help=f'comoving, redshift {REDSHIFT}, h = {H}')
    p.add_argument('--hubble', type=float, default=1.0, help='h of a snapshot that is not cosmological (1)')
    p.add_argument('--time', type=float, default=10.0, help='of a snapshot that is not cosmological, kpc / (km/s) (10)')
    p.add_argument('--old-header', action='store_true', help='no units and no ComovingIntegrationOn')
    p.add_argument('--without', nargs='*', default=[], choices=OPTIONAL, metavar='FIELD', help='fields that are left out: ' + ', '.join(OPTIONAL))
    p.add_argument('--bins', type=int, default=1, help='of CosmicRayEnergy (1)')
    p.add_argument('--offset', type=float, nargs=3, default=[0.0, 0.0, 0.0], help='of the galaxy, kpc')
    p.add_argument('--velocity', type=float, nargs=3, default=[0.0, 0.0, 0.0], help='of the galaxy, km/s')
    p.add_argument('--tilt', type=float, default=0.0, help='of the disc, degrees')
    p.add_argument('--box', type=float, default=400.0, help='BoxSize, kpc')
    p.add_argument('--young', type=float, default=0.02, help='share of the stars that are younger than 100 Myr (0.02)')
    p.add_argument('--seed', type=int, default=1)
    arg = p.parse_args(words)
    folder = os.path.dirname(arg.output)
    if folder:
        os.makedirs(folder, exist_ok=True)
    return arg


if __name__ == '__main__':
    written, made = make(arguments())
    print(', '.join(written) + ': ' + ', '.join(f'{len(made[t]["Coordinates"])} {name}' for t, name in ((0, 'gas'), (4, 'stars'), (1, 'dark matter'))))
