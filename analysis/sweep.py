"""crux sweep: runs with other values of parameters, and their cosmic rays over one another: spectra, ratios, a table of key numbers."""
import argparse
import glob
import itertools
import math
import os
import re
import sys
from dataclasses import dataclass, field

import numpy as np

from analysis import galaxy, galaxy_places, launch, rays, snapshot, study, style, sweep_figure, zone
from analysis.fault import Fault
from analysis.view import View, myr, of_rays
from analysis.zone_data import check

EPILOG = """Every combination of the values is a run in DIR/<KEY=VALUE,...>/; what has ended is not run again, what was stopped is resumed.
Results: DIR/sweep.txt, DIR/figures/sweep.png and .pdf.  Of a galaxy they are medians over the gas of --ring, --height, --density; of other runs
means over the box, of one-zone runs what is in zone.h5.

examples:
  crux sweep setups/milkyway/milkyway.yaml --quick --vary cr.scattering_slope=0.3,0.5,0.6,1
  crux sweep setups/milkyway/milkyway.yaml --vary cr.scattering_rate_s=5e-10,1e-9,2e-9 --vary cr_losses.ionisation=0,1 --set cr.network=hopkins2022
  crux sweep setups/one_zone/one_zone.yaml --vary escape.slope=0.3,0.6
"""
MARK = 'sweep_settings.txt'      # in the folder of a run that has ended


@dataclass
class Variant:
    values: dict                 # KEY: VALUE of those that vary
    folder: str
    seconds: float = 0.0         # 0: it was there already
    numbers: dict = field(default_factory=dict)

    @property
    def name(self):
        return ','.join(f'{k}={v}' for k, v in self.values.items())


def parts(text):
    """Values between commas, those of a list or a map kept together."""
    out, depth = [''], 0
    for c in text:
        depth += (c in '[{') - (c in ']}')
        if c == ',' and depth == 0:
            out.append('')
        else:
            out[-1] += c
    return [p.strip() for p in out]


def varied(text):
    key, equals, values = text.partition('=')
    values = parts(values)
    if not equals or not re.fullmatch(r'\w+(\.\w+)*', key.strip()) or '' in values:
        raise argparse.ArgumentTypeError(f"want KEY=VALUE,VALUE..., not '{text}'")
    if len(set(values)) < len(values):
        raise argparse.ArgumentTypeError(f"a value is there twice in '{text}'")
    return key.strip(), values


def setting(text):
    if not text.partition('=')[1] or not text.partition('=')[0].strip():
        raise argparse.ArgumentTypeError(f"want KEY=VALUE, not '{text}'")
    return text


def options(parser_class, argv, add_region, join):
    p = parser_class(prog='crux sweep', allow_abbrev=False, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('file', metavar='FILE.yaml', help='the problem')
    p.add_argument('--vary', action='append', required=True, type=varied, metavar='KEY=VALUE,...', help='may be given several times: all combinations')
    p.add_argument('--set', action='append', default=[], type=setting, metavar='KEY=VALUE', help='change a parameter in all runs')
    p.add_argument('--quick', action='store_true', help='with the values of the section "quick" of the file, cheaper')
    p.add_argument('--ranks', type=int, metavar='N', help='processes (default: physical cores)')
    p.add_argument('--out', metavar='DIR', help='default: runs/sweep_<run.name>, with --quick runs/sweep_<run.name>_quick')
    p.add_argument('--force', action='store_true', help='run all again')
    add_region(p)
    o = p.parse_args(join(argv))
    if o.ranks is not None and o.ranks < 1:
        p.error(f'--ranks wants a number of processes, not {o.ranks}')
    keys = [k for k, _ in o.vary]
    again = [k for k in keys if keys.count(k) > 1 or k in [s.partition('=')[0].strip() for s in o.set]]
    if again:
        p.error(f'{again[0]} is given twice')
    return o


def variants(o, out):
    keys = [k for k, _ in o.vary]
    made = [Variant(dict(zip(keys, v)), '') for v in itertools.product(*(values for _, values in o.vary))]
    for v in made:
        v.folder = os.path.join(out, re.sub(r'[^\w.+=,-]+', '_', v.name))
    if len({v.folder for v in made}) < len(made):
        raise Fault('values that differ in signs only cannot be told apart in names of folders')
    return made


# Running


def settings(o, v):
    """What makes a run another one: the file and all that is set."""
    try:
        with open(o.file) as f:
            text = f.read()
    except (OSError, UnicodeDecodeError) as e:
        raise Fault(f'{o.file}: {getattr(e, "strerror", None) or e}')
    return '\n'.join([*(['--quick'] if o.quick else []), *o.set, *(f'{k}={x}' for k, x in v.values.items()), text])


def ended(o, v):
    """Is this run there, with these settings?"""
    path = os.path.join(v.folder, MARK)
    if o.force or not os.path.isfile(path):
        return False
    with open(path) as f:
        if f.read() == settings(o, v):
            return True
    raise Fault(f'{v.folder}: a run with other settings; choose another --out, or --force to run all again')


def execute(o, v, program, ranks):
    """True if the run ended well."""
    sets = o.set + [f'{k}={x}' for k, x in v.values.items()]
    mark = os.path.join(v.folder, MARK)
    resume = not o.force and (glob.glob(os.path.join(v.folder, 'checkpoint.*')) or os.path.isfile(os.path.join(v.folder, 'zone.chk')))
    if os.path.isfile(mark):
        os.unlink(mark)
    status, v.seconds = launch.run(program, o.file, v.folder, sets, ranks,
                                   ['--resume' if resume else '--force', *(['--quick'] if o.quick else [])])
    if status != 0:
        print(f'crux sweep: {v.name} ended with status {status}; {v.folder}.log ends with:\n  ' + '\n  '.join(launch.last_words(v.folder)),
              file=sys.stderr, flush=True)
        return False
    with open(mark, 'w') as f:
        f.write(settings(o, v))
    return True


# What is compared


def view(folder, region, weight):
    """Of a folder of a run; (View or Zone, what its numbers are)."""
    if zone.has(folder):
        z = zone.Zone(folder)
        z.energy, z.ionisation = float(z.attrs['energy_eV_cm3']), float(np.sum(z.attrs['ionisation_rate']))
        return z, 'one zone'
    shots = snapshot.find(folder)
    if not shots:
        raise Fault(f'{folder}: neither a snapshot nor zone.h5')
    with snapshot.Snapshot(shots[-1]) as s:
        if not rays.has(s):
            raise Fault(f'{folder}: this run has no cosmic rays to compare')
        try:
            g = galaxy.Galaxy(s, region, None, weight == 'mass')
        except Fault:
            g = None
        if g:
            return View(s.run_name, folder, g.observer, g.sun_laws(), lambda v: g.spread(v)['median'], myr(s)), g.where
        return of_rays(s, folder), 'mean over the box'


def value(x, y, at):
    good = np.isfinite(y) & (y > 0)
    if np.count_nonzero(good) < 2 or not x[good][0] <= at <= x[good][-1]:
        return math.nan
    return float(np.exp(np.interp(np.log(at), np.log(x[good]), np.log(y[good]))))


def slope(x, y, low, high):
    """Mean logarithmic slope."""
    return math.log(value(x, y, high) / value(x, y, low)) / math.log(high / low)


def key_numbers(v):
    """{name: number}; nan where a run does not know it."""
    out = {'energy': v.energy, 'ionisation': v.ionisation}
    x = v.ratios['x']
    for name, which, at in (('B_C_1', 'B_C', 1), ('B_C_10', 'B_C', 10), ('B_C_100', 'B_C', 100), ('Be10_Be9_1', 'Be10_Be9', 1),
                            ('pbar_p_10', 'pbar_p', 10), ('positrons_10', 'e+_fraction', 10), ('C_H_10', 'C_H', 10)):
        out[name] = value(x, v.ratios[which], at)
    out['slope_B_C'] = slope(x, v.ratios['B_C'], 10, 100)
    for s, name in (('p', 'p'), ('e-', 'e')):
        for low, high, word in ((0.01, 0.1, '10_100MeV'), (10, 100, '10_100GeV')):
            found = zone.intensity(v, s)
            out[f'slope_{name}_{word}'] = slope(*found, low, high) if found is not None else math.nan
    return {k: n for k, n in out.items()}


def write(path, head, keys, done):
    """Numbers of runs in a line each."""
    names = list(done[0].numbers)
    with open(path, 'w') as f:
        f.write(f'# {head}\n# energy: eV/cm^3; ionisation: 1/s per H; X_10: a ratio at 10 GeV per nucleon, pbar_p at 10 GV; slope_X: d ln j / d ln T, '
                'of B_C from 10 to 100 GeV per nucleon\n')
        f.write('# ' + ' '.join(keys + names) + '\n')
        for v in done:
            f.write(' '.join(re.sub(r'\s+', '_', x) for x in v.values.values()) + ' ' + ' '.join(f'{v.numbers[n]:.5e}' for n in names) + '\n')


def tell(keys, done):
    shown = [n for n in done[0].numbers if any(math.isfinite(v.numbers[n]) for v in done)]
    width = max(len(v.name) for v in done)
    print(' ' * width + ''.join(f'{n:>{max(len(n) + 2, 11)}}' for n in shown))
    for v in done:
        print(f'{v.name:<{width}}' + ''.join(f'{v.numbers[n]:>{max(len(n) + 2, 11)}.4g}' for n in shown))


def compare(done, o, out, head, name):
    """Figure and table of variants that have ended."""
    if o.data:
        check(o.data)
    region = galaxy_places.region_of(o)
    views, places = [], []
    for v in done:
        seen, place = view(v.folder, region, o.weight)
        places.append(place)
        v.numbers = key_numbers(seen)
        views.append(seen)
    what = ';  '.join(dict.fromkeys(places))
    keys = list(done[0].values)
    path = os.path.join(out, f'{name}.txt')
    write(path, f'{head}: {what}'.replace('$', '').replace('^{-3}', '^-3'), keys, done)
    tell(keys, done)
    print(path, flush=True)
    sweep_figure.draw(out, f'{head}:  {what}', views, done, o, name)


def sweep(parser_class, argv, add_region, join):
    o = options(parser_class, argv, add_region, join)
    style.resolution(o.dpi)
    program = launch.program('sweep')
    try:
        tree = study.parameters(o.file, o.set)
    except Fault as e:
        if 'mesh.cells' not in str(e):   # a one-zone run has no mesh
            raise
        tree = {}
    run = tree.get('run') if isinstance(tree.get('run'), dict) else {}
    name = run.get('name', os.path.splitext(os.path.basename(o.file))[0])
    out = o.out or os.path.join('runs', f'sweep_{name}' + '_quick' * o.quick)
    todo = variants(o, out)
    os.makedirs(out, exist_ok=True)
    there = [ended(o, v) for v in todo]
    ranks = o.ranks or int(os.environ.get('CRUX_CORES', '1'))
    done = []
    for number, (v, old) in enumerate(zip(todo, there), 1):
        print(f'crux sweep: {v.name} ({number} of {len(todo)})' + (': there already' if old else ''), file=sys.stderr, flush=True)
        if old or execute(o, v, program, ranks):
            done.append(v)
    if not done:
        raise Fault('none of the runs ended well')
    compare(done, o, out, name, 'sweep')
    if len(done) < len(todo):
        raise Fault(f'{len(todo) - len(done)} of {len(todo)} runs failed')


def overlay(folders, o):
    """crux plot DIR DIR... galaxy: runs by the names of their folders."""
    done = [Variant({'run': os.path.basename(os.path.normpath(f))}, f) for f in folders]
    compare(done, o, folders[0], 'several runs', 'overlay')
