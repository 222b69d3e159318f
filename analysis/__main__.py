"""crux plot, crux info, crux study and crux sweep."""
import argparse
import os
import sys

WHATS = ('slices', 'projections', 'profiles', 'radial', 'spectra', 'galaxy', 'observables', 'history', 'convergence', 'all')

EPILOG = """what:
  slices        maps of density, pressure, speed and field in 2-D and 3-D
  projections   integrals along an axis, 2-D and 3-D
  profiles      along a line; with the exact solution where the run wrote one (reference.txt), and the start
  radial        means over shells around a point
  spectra       of cosmic rays: all species and their ratios, a mean over the box; at --position, or over a sphere --radius around it
  galaxy        of cosmic rays in a galaxy: spectra, ratios, energies, environment, profiles, gamma, ionisation (or those of --figures), at the Sun's
                distance for the gas of --ring, --height, --density, --temperature; and their statistics in DIR/observables.NNNNN.txt;
                of several DIR: spectra and ratios over one another
  observables   of observables.h5, which a run writes on its way: spectra and ratios in each of its regions, and how they change
  history       energies, conservation, div B, time step, cells
  convergence   error over resolution; DIR holds the folders of several runs
  (one_zone)    of a one-zone run all is drawn: spectra, ratios, energies, emission, losses; several DIR are laid over the first
  all           all of them that the run allows
Nothing: profiles in 1-D, slices in 2-D and 3-D, and the history.  Pictures go to DIR/figures/.

examples:
  crux plot runs/orszag_tang
  crux plot runs/orszag_tang slices --field press,B --field-lines --snapshot all
  crux plot runs/sedov profiles --axis y --position 0,0,0.1
  crux plot runs/cr_slab spectra --position 0 --data ../data
  crux plot runs/milkyway galaxy
  crux plot runs/milkyway runs/other galaxy
  crux plot runs/milkyway galaxy --figures spectra,ratios --density 1,10 --format pdf
  crux plot runs/milkyway galaxy --figures ratios --dpi 80
  crux plot runs/one_zone --data ../data
  crux plot convergence runs/wave_16 runs/wave_32 runs/wave_64
"""


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(2, f'crux {self.prog.split()[-1]}: {message}; see crux {self.prog.split()[-1]} --help\n')


def _fields(text):
    return [w for w in text.split(',') if w]


def _position(text):
    try:
        x = [float(w) for w in text.split(',')]
    except ValueError:
        raise argparse.ArgumentTypeError(f"want numbers X or X,Y,Z in code lengths, not '{text}'")
    if len(x) > 3:
        raise argparse.ArgumentTypeError(f"at most three numbers, not '{text}'")
    return x


def _range(text):
    x = _position(text)
    if len(x) != 2 or not x[0] < x[1]:
        raise argparse.ArgumentTypeError(f"want two numbers LOW,HIGH, not '{text}'")
    return x


def _figures(text):
    from analysis.galaxy_places import FIGURES
    words = _fields(text)
    bad = [w for w in words if w not in FIGURES]
    if bad or not words:
        raise argparse.ArgumentTypeError(f"want some of {', '.join(FIGURES)}, not '{text}'")
    return words


def _positive(text):
    x = _position(text)
    if len(x) != 1 or not 0 < x[0] < float('inf'):
        raise argparse.ArgumentTypeError(f"want a number above zero, not '{text}'")
    return x[0]


def _axis(text):
    if text not in ('x', 'y', 'z'):
        raise argparse.ArgumentTypeError(f"want x, y or z, not '{text}'")
    return 'xyz'.index(text)


def _which(text):
    if text in ('last', 'all', 'first') or text.isdigit():
        return text
    raise argparse.ArgumentTypeError(f"want a number, first, last or all, not '{text}'")


def _count(text):
    if text.isdigit() and 0 < int(text) <= 1000:
        return int(text)
    raise argparse.ArgumentTypeError(f"want a whole number from 1 to 1000, not '{text}'")


def _dpi(text):
    if text.isdigit() and 20 <= int(text) <= 1200:
        return int(text)
    raise argparse.ArgumentTypeError(f"want a whole number from 20 to 1200, not '{text}'")


def add_region(p):
    """Options that crux plot and crux sweep share."""
    p.add_argument('--ring', type=_range, metavar='LOW,HIGH', help='galaxy: distances from the axis, kpc (default: 7,9)')
    p.add_argument('--height', type=_positive, metavar='Z', help='galaxy: |z| below it, kpc (default: 0.3)')
    p.add_argument('--density', type=_range, metavar='LOW,HIGH', help='galaxy: rho / m_p of the gas, cm^-3 (default: 0.3,3)')
    p.add_argument('--temperature', type=_range, metavar='LOW,HIGH', help='galaxy: of the gas, K (default: all)')
    p.add_argument('--weight', choices=('mass', 'volume'), default='mass', help='galaxy: what medians and bands count (default: mass)')
    p.add_argument('--data', metavar='DIR', help='spectra: measurements in place of those that come with crux (a folder with kiss_crdb, dragon2, nlbm)')
    p.add_argument('--no-data', action='store_false', dest='data', default=None, help='spectra: no measurements')
    p.add_argument('--format', choices=('png', 'jpg', 'pdf', 'both'), default='png', help='both: .png and .pdf')
    p.add_argument('--dpi', type=_dpi, default=200, metavar='N', help='pixels per inch of .png and .jpg (default: 200; 80 makes them small enough for documents)')


def parser():
    p = Parser(prog='crux plot', allow_abbrev=False, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('words', nargs='+', metavar='DIR [what]', help='folder of a run (or one snapshot), and what to draw')
    p.add_argument('--field', type=_fields, metavar='NAME,...', help='fields of the maps and profiles, columns of the history or of errors.txt')
    p.add_argument('--axis', type=_axis, metavar='x|y|z', help='normal of the slice, or the axis of the profile')
    p.add_argument('--position', type=_position, metavar='X[,Y,Z]', help='where the slice or the line is, code lengths (default: the middle)')
    p.add_argument('--snapshot', type=_which, default='last', metavar='N|first|last|all', help='which snapshot (default: last)')
    p.add_argument('--range', type=_range, metavar='LOW,HIGH', help='of the colours or of the vertical axis, in the unit shown; of one --field')
    p.add_argument('--level', type=int, metavar='N', help='resolution of maps (default: the finest level)')
    p.add_argument('--radius', type=float, metavar='R', help='spectra: mean over a sphere around --position, code lengths')
    p.add_argument('--modulation', type=float, metavar='MV', help='spectra: force-field potential of the Sun')
    p.add_argument('--figures', type=_figures, metavar='NAME,...', help='galaxy: only these figures')
    add_region(p)
    p.add_argument('--log', action='store_true', default=None, help='logarithmic scales (default: where the values want it)')
    p.add_argument('--linear', action='store_false', dest='log', help='linear scales')
    p.add_argument('--blocks', action='store_true', default=None, help='outlines of the blocks (default: where there are several levels)')
    p.add_argument('--no-blocks', action='store_false', dest='blocks')
    p.add_argument('--field-lines', nargs='?', type=_count, const=20, metavar='N', help='magnetic field lines on maps')
    p.add_argument('--contours', nargs='?', type=_count, const=10, metavar='N', help='contours of the field on maps')
    return p


def _join(argv):
    """argparse takes '-0.1,0' for an option: hand it over as --position=-0.1,0."""
    out = []
    for word in argv:
        if out and out[-1] in ('--position', '--range'):
            out[-1] += '=' + word
        else:
            out.append(word)
    return out


def _words(words):
    """(folders, what or None) in either order."""
    from analysis.fault import Fault, nearest
    whats = [w for w in words if w in WHATS and not os.path.isdir(w)] or [w for w in words[1:] if w in WHATS][:1]
    folders = [w for w in words if w not in whats]
    if len(whats) > 1:
        raise Fault(f'one of {", ".join(WHATS)} at a time, not {" and ".join(whats)}')
    what = whats[0] if whats else None
    for f in folders:
        if not os.path.exists(f):
            if len(folders) > 1 and f is not folders[0] and what is None:
                raise Fault(f"unknown word '{f}'{nearest(f, WHATS)}; want one of {', '.join(WHATS)}")
            raise Fault(f'{f}: no such folder')
    if not folders:
        raise Fault('which folder?  crux plot DIR [what]')
    from analysis import zone
    if len(folders) > 1 and what not in ('convergence', 'galaxy') and not all(zone.has(f) for f in folders):
        raise Fault(f'one folder at a time, not {" and ".join(folders)}; several only for convergence and galaxy')
    return folders, what


_MAPS = {'field', 'axis', 'position', 'snapshot', 'range', 'level', 'log', 'blocks', 'field_lines', 'contours'}
_LINES = {'field', 'axis', 'position', 'snapshot', 'range', 'log'}
_HISTORY = {'field', 'range', 'log'}
_SEEN = {'data', 'modulation'}
# Options that change a picture; the others say how it is written.
_BELONGS = {'slices': _MAPS, 'projections': _MAPS, 'profiles': _LINES, 'radial': _LINES, 'history': _HISTORY, 'convergence': _HISTORY, 'observables': _SEEN, 'one_zone': _SEEN,
            'spectra': _SEEN | {'position', 'radius', 'snapshot'}, 'galaxy': _SEEN | {'ring', 'height', 'density', 'temperature', 'weight', 'figures', 'snapshot'},
            None: _MAPS | _LINES | _HISTORY}


def _check_options(options, what):
    """An option that the picture does not know is a mistake."""
    from analysis.fault import Fault
    if what == 'all':
        return
    standard = parser().parse_args(['.'])
    for name in sorted(set().union(*_BELONGS.values()) - _BELONGS[what]):
        if getattr(options, name) != getattr(standard, name):
            where = [w for w in _BELONGS if w is not None and name in _BELONGS[w]]
            raise Fault(f"--{name.replace('_', '-')} is not for {what or 'slices, profiles and the history'}, but for {', '.join(where)}")


def _runs_below(folder):
    from analysis import convergence
    below = sorted(os.path.join(folder, d) for d in os.listdir(folder))
    return [d for d in below if os.path.isdir(d) and convergence.has(d)]


def _draw_snapshots(folder, paths, shots, what, options):
    """Pictures of each of the chosen snapshots; what: a set."""
    from analysis import maps, profiles
    from analysis.snapshot import Snapshot
    for path in paths:
        with Snapshot(path) as s:
            if 'slices' in what:
                maps.slices(s, folder, options)
            if 'projections' in what:
                maps.projections(s, folder, options)
            if 'spectra' in what:
                from analysis import rays_figures
                rays_figures.spectra(s, folder, options)
            if 'galaxy' in what:
                from analysis import galaxy_places
                galaxy_places.draw(s, folder, options)
            if 'radial' in what:
                profiles.radial(s, folder, options)
            if 'profiles' in what:
                first = None
                if shots and shots[0] != path:
                    with Snapshot(shots[0]) as first:
                        profiles.profiles(s, folder, options, first)
                else:
                    profiles.profiles(s, folder, options)


def _choose(shots, which, folder):
    from analysis.fault import Fault
    from analysis.snapshot import number_of
    if not shots:
        raise Fault(f'{folder}: no snapshots (*.athdf) in this folder')
    if which in ('first', 'last'):
        return [shots[0 if which == 'first' else -1]]
    if which == 'all':
        return shots
    found = [p for p in shots if number_of(p) == int(which)]
    if not found:
        raise Fault(f'{folder}: no snapshot {which}; there are {number_of(shots[0])} to {number_of(shots[-1])}')
    return found


def plot(argv):
    from analysis import convergence, history, style
    from analysis.fault import Fault
    from analysis.snapshot import Snapshot, find
    options = parser().parse_args(_join(argv))
    style.resolution(options.dpi)
    folders, what = _words(options.words)
    if options.range and len(options.field or []) != 1:
        raise Fault('--range needs one --field')
    if options.level is not None and not 0 <= options.level <= 20:
        raise Fault('--level: want 0 to 20')
    folder = folders[0]
    from analysis import zone
    one_zone = what != 'history' and all(zone.has(f) for f in folders)
    _check_options(options, 'one_zone' if one_zone else what)
    if one_zone:
        from analysis import zone_figures
        zone_figures.plot(folders, options)
        return
    if what == 'observables':
        from analysis import seen_figures
        seen_figures.draw(folder, options)
        return
    if what == 'galaxy' and len(folders) > 1:
        from analysis.sweep import overlay
        overlay(folders, options)
        return
    if what == 'convergence':
        if len(folders) == 1 and os.path.isdir(folder):
            runs = _runs_below(folder)
            if len(runs) < 2:
                raise Fault(f'{folder}: {len(runs)} runs with errors.txt below this folder; name the folders: crux plot convergence DIR1 DIR2 ...')
            convergence.convergence(runs, folder, options)
        else:
            convergence.convergence(folders, folder, options)
        return
    if os.path.isfile(folder):
        paths, folder = [folder], os.path.dirname(folder) or '.'
        shots = find(folder)
        has_history = False
    else:
        shots = find(folder)
        has_history = os.path.isfile(os.path.join(folder, 'history.txt'))
        paths = [] if what == 'history' or (not shots and has_history and what is None) else _choose(shots, options.snapshot, folder)
    if what == 'history':
        history.history(folder, options)
        return
    dim = 0
    if paths:
        with Snapshot(paths[-1]) as s:
            dim, name = s.dim, s.run_name
            spectra = {'spectra'} if s.extra('cosmic_rays') is not None else set()
            spectra |= {'galaxy'} if spectra and s.setup in ('milkyway', 'restart') else set()
        wanted = {None: {'profiles'} if dim == 1 else {'slices'}, 'all': {'profiles'} if dim == 1 else {'slices', 'projections', 'profiles'}}
        wanted['all'] |= spectra
        _draw_snapshots(folder, paths, shots, wanted.get(what, {what}), options)
    if has_history and (what == 'all' or (what is None and not options.field)):
        options.field = None
        try:
            history.history(folder, options, name if paths else '')
        except Fault as e:
            print(f'crux: {e}', file=sys.stderr)   # a run that has just begun


def info(argv):
    if len(argv) != 1 or argv[0].startswith('-'):
        print('usage: crux info FILE\nwhat is in a snapshot, a history, a checkpoint, the folder of a run, or a snapshot of particles')
        return 0 if argv in (['--help'], ['-h']) else 2
    from analysis.info import info as tell
    tell(argv[0])
    return 0


def main(argv):
    from analysis.fault import Fault
    if not argv or argv[0] not in ('plot', 'info', 'study', 'sweep'):
        print('usage: python3 -m analysis plot DIR [what] | info FILE | study FILE.yaml | sweep FILE.yaml', file=sys.stderr)
        return 2
    try:
        if argv[0] == 'info':
            return info(argv[1:])
        if argv[0] == 'study':
            from analysis.study import study
            study(Parser, argv[1:])
            return 0
        if argv[0] == 'sweep':
            from analysis.sweep import sweep
            sweep(Parser, argv[1:], add_region, _join)
            return 0
        plot(argv[1:])
        return 0
    except Fault as e:
        print(f'crux {argv[0]}: {e}', file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
