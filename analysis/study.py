"""crux study: one problem at several resolutions, on uniform meshes and with refinement; error, order and cost.

The error is that of errors.txt (setups/errors.h) where the setup knows the exact solution; else the same norm of the difference from
the finest uniform run, whose cells are averaged over those of the other runs.
"""
import argparse
import math
import os
import sys
from dataclasses import dataclass, field

import numpy as np

from analysis import launch, snapshot, study_figure, table
from analysis.fault import Fault
from analysis.study_reference import Reference

BLOCK_LEAST, BLOCK_MOST, LEVEL_MOST = 8, 64, 15   # amr/mesh_params.c
OWN = ('mesh.max_level', 'output.precision', 'output.fields', 'run.step_end', 'run.wall_time')   # not for --set

EPILOG = """resolution: cells of the finest level along the axis with most cells; the other axes keep the proportions of mesh.cells.
refine level L: a root grid coarser by 2^L and mesh.max_level = L, so that the finest cells are those of the uniform mesh.  Where:
  static    the boxes of mesh.regions; their levels are shifted so that the deepest is L
  dynamic   the section refine of the file or of --set
Results: DIR/study.txt, DIR/figures/study.png and .pdf, and a folder per run.

examples:
  crux study setups/alfven_wave/alfven_wave.yaml --resolution 32,64,128
  crux study setups/alfven_wave/alfven_wave.yaml --resolution 64,128 --refine-levels 0,1 \\
    --set 'mesh.regions=[{level: 1, lower: [-0.5, -0.5, 0], upper: [0.5, 0.5, 1]}]'
"""


@dataclass
class Case:
    resolution: int
    levels: int
    root: list               # cells of the root grid
    block: int
    sets: list               # KEY=VALUE
    folder: str = ''
    cells: int = 0           # at the end
    steps: int = 0
    updates: float = 0.0     # of cells
    seconds: float = 0.0     # wall clock, with start and outputs
    errors: dict = field(default_factory=dict)   # rms_l1, l1_rho ...; empty: this is the reference

    @property
    def name(self):
        return f'{self.resolution}_level{self.levels}'

    @property
    def error(self):
        return self.errors.get('rms_l1', math.nan)


def whole(least, most, what):
    def parse(text):
        words = text.split(',')
        bad = [w for w in words if not w.strip().isdigit() or not least <= int(w) <= most]
        if bad:
            raise argparse.ArgumentTypeError(f"want {what} from {least} to {most} separated by commas, not '{text}'")
        numbers = [int(w) for w in words]
        if len(set(numbers)) < len(numbers):
            raise argparse.ArgumentTypeError(f"a number is there twice in '{text}'")
        return sorted(numbers)
    return parse


def setting(text):
    key, equals, _ = text.partition('=')
    if not equals or not key.strip():
        raise argparse.ArgumentTypeError(f"want KEY=VALUE, not '{text}'")
    if key.strip() in OWN:
        raise argparse.ArgumentTypeError(f'{key.strip()} is set by the study itself' +
                                         ('; say --refine-levels' if 'level' in key else ''))
    return text


def options(parser_class, argv):
    p = parser_class(prog='crux study', allow_abbrev=False, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('file', metavar='FILE.yaml', help='the problem')
    p.add_argument('--resolution', required=True, type=whole(BLOCK_LEAST, 1 << 24, 'whole numbers'), metavar='N,...')
    p.add_argument('--refine-levels', default=[0], type=whole(0, LEVEL_MOST, 'levels'), metavar='L,...', help='default: 0, uniform meshes only')
    p.add_argument('--ranks', type=int, metavar='N', help='processes (default: physical cores)')
    p.add_argument('--out', metavar='DIR', help='default: runs/study_<run.name>')
    p.add_argument('--set', action='append', default=[], type=setting, metavar='KEY=VALUE', help='change a parameter in all runs')
    p.add_argument('--force', action='store_true', help='replace what an earlier study left in DIR')
    o = p.parse_args(argv)
    if o.ranks is not None and o.ranks < 1:
        p.error(f'--ranks wants a number of processes, not {o.ranks}')
    return o


# What to run


def parameters(path, sets):
    """{section: {key: value}} of the file with --set put in; numbers stay text."""
    try:
        import yaml
    except ImportError:
        raise Fault('the package python3-yaml is missing')
    try:
        with open(path) as f:
            tree = yaml.load(f, yaml.BaseLoader)
        for s in sets:
            key, _, value = s.partition('=')
            section, _, name = key.strip().partition('.')
            if isinstance(tree, dict) and name:
                inside = tree.setdefault(section, {})
                if isinstance(inside, dict):
                    inside[name] = yaml.load(value, yaml.BaseLoader)
    except OSError as e:
        raise Fault(f'{path}: {e.strerror}')
    except (yaml.YAMLError, UnicodeDecodeError) as e:
        raise Fault(f'{path}: {" ".join(str(e).split())}')
    if not isinstance(tree, dict) or not isinstance(tree.get('mesh'), dict) or 'cells' not in tree['mesh']:
        raise Fault(f'{path}: mesh.cells is missing')
    return tree


def flow(value):
    """YAML in one line."""
    if isinstance(value, dict):
        return '{' + ', '.join(f'{k}: {flow(v)}' for k, v in value.items()) + '}'
    return '[' + ', '.join(map(flow, value)) + ']' if isinstance(value, list) else str(value)


def shape(path, mesh):
    """(number of dimensions, cells along them)."""
    try:
        dim, cells = int(mesh.get('dim', 3)), mesh['cells']
        cells = [int(c) for c in cells] if isinstance(cells, list) else 3 * [int(cells)]
        if 1 <= dim <= 3 and len(cells) == 3 and min(cells) > 0:
            return dim, cells[:dim]
    except (TypeError, ValueError):
        pass
    raise Fault(f'{path}: mesh.dim and mesh.cells: want 1, 2 or 3 and three whole numbers, not {mesh.get("dim", 3)} and {flow(mesh["cells"])}')


def layout(cells, resolution, levels, block):
    """(root grid, block), or None where no block divides the root grid."""
    most, unit = max(cells), 1 << levels
    if any(resolution * c % (most * unit) for c in cells):
        return None
    root = [resolution * c // (most * unit) for c in cells]
    usual = block or (16 if len(cells) == 3 else 32)
    for b in [usual] + list(range(usual - usual % 2, BLOCK_LEAST - 1, -2)) + list(range(usual, BLOCK_MOST + 1, 2)):
        if b >= BLOCK_LEAST and all(n % b == 0 for n in root):
            return root, b
    return None


def refined(path, tree, sets, level):
    """--set options of the refinement for a level."""
    regions = tree['mesh'].get('regions') or []
    if level == 0:
        return ['mesh.regions=[]'] if regions else []
    dynamic = bool(tree.get('refine')) or any(s.split('=')[0].strip().split('.')[0] == 'refine' for s in sets)
    if not regions and dynamic:
        return []
    if not regions:
        raise Fault(f'{path}: nothing says what to refine: --refine-levels {level} wants boxes mesh.regions, or a section refine; such as '
                    f"--set 'mesh.regions=[{{level: 1, lower: [...], upper: [...]}}]'")
    try:
        own = [int(r['level']) for r in regions]
    except (TypeError, KeyError, ValueError):
        raise Fault(f'{path}: mesh.regions: want a list of {{level, lower, upper}}, not {flow(regions)}')
    shift = min(0, level - max(own)) if dynamic else level - max(own)
    kept = [{**r, 'level': l + shift} for r, l in zip(regions, own) if l + shift > 0]
    return [f'mesh.regions={flow(kept)}']


def cases(o, tree):
    dim, cells = shape(o.file, tree['mesh'])
    if dim == 1 and o.refine_levels[-1] > 0:
        raise Fault(f'{o.file}: a 1-D mesh is uniform; --refine-levels must be 0')
    block = str(tree['mesh'].get('block', '0'))
    block = int(block) if block.isdigit() else 0
    sets = [s for s in o.set if s.split('=')[0].strip() not in ('mesh.cells', 'mesh.block', 'mesh.regions')]
    given = next((s for s in reversed(o.set) if s.split('=')[0].strip() == 'mesh.block'), None)
    out = []
    for n in o.resolution:
        for level in o.refine_levels:
            fits = layout(cells, n, level, block)
            if not fits or (given and block and fits[1] != block):
                found = {m: [layout(cells, m, l, block) for l in o.refine_levels] for m in range(BLOCK_LEAST, max(8192, 4 * n))}
                good = [m for m, fit in found.items() if all(fit) and (not given or not block or all(f[1] == block for f in fit))]
                near = sorted(sorted(good, key=lambda m: abs(m - n))[:2])
                what = f'blocks of {block}' if given and block else f'blocks of an even number of cells from {BLOCK_LEAST}'
                raise Fault(f'resolution {n}, refine level {level}: the root grid, in the proportions {":".join(map(str, cells))} of mesh.cells, '
                            f'is not made of {what}' + (f'; resolutions that fit: {" or ".join(map(str, near))}' if near else ''))
            root, b = fits
            uniform = [s for s in sets if level or s.split('.')[0].strip() != 'refine']
            out.append(Case(n, level, root, b, uniform + refined(o.file, tree, o.set, level) + [
                f'mesh.cells={flow(root + [1] * (3 - dim))}', f'mesh.block={b}', f'mesh.max_level={level}', 'output.snapshots=0',
                'output.history=0', 'output.xdmf=false', 'output.precision=float64', 'output.fields=[]']))
    return out


# Running


def execute(case, o, program, ranks):
    """Run it, and read what it says about its cost."""
    status, case.seconds = launch.run(program, o.file, case.folder, case.sets, ranks, ['--force'] if o.force else [])
    if status != 0:
        raise Fault(f'the run {case.name} ended with status {status}; {case.folder}.log ends with:\n  ' + '\n  '.join(launch.last_words(case.folder)))
    h = table.read(os.path.join(case.folder, 'history.txt'))
    steps, cells = h['step'], h['cells']
    case.steps, case.cells = int(steps[-1]), int(cells[-1])
    case.updates = float(np.sum(np.diff(steps) * 0.5 * (cells[1:] + cells[:-1])))
    known = os.path.join(case.folder, 'errors.txt')
    if os.path.isfile(known):
        case.errors = {n: float(v[-1]) for n, v in table.read(known).columns.items() if n == 'rms_l1' or n.startswith('l1_')}
    return bool(case.errors)


def check_reference(o):
    """There must be a uniform finest run, and its cells must fill those of the others."""
    if 0 not in o.refine_levels or len(o.resolution) * len(o.refine_levels) < 2:
        raise Fault(f'{o.file}: this setup has no exact solution, so runs are compared with the finest uniform one: want ' +
                    ('0 among --refine-levels' if 0 not in o.refine_levels else 'two resolutions or more'))
    bad = [n for n in o.resolution if o.resolution[-1] % n]
    if bad:
        raise Fault(f'{o.file}: this setup has no exact solution, so runs are compared with the finest: {o.resolution[-1]} '
                    f'is no multiple of {bad[0]}')


# Results


def rows(done):
    """[(case, order, error and cell updates relative to the uniform run)], nan where there is none."""
    by = {(c.resolution, c.levels): c for c in done}
    out = []
    for c in done:
        coarser = [d for d in done if d.levels == c.levels and d.resolution < c.resolution]
        order = math.nan
        if coarser and c.error > 0 and coarser[-1].error > 0:
            order = math.log(coarser[-1].error / c.error) / math.log(c.resolution / coarser[-1].resolution)
        u = by.get((c.resolution, 0))
        out.append((c, order, c.error / u.error if u and u.error > 0 else math.nan, c.updates / u.updates if u and u.updates > 0 else math.nan))
    return out


def write(path, head, lines):
    """A table that analysis/table.py reads."""
    names = ['resolution', 'levels', 'cells', 'steps', 'rms_l1', 'order', 'seconds', 'updates', 'error_of_uniform', 'updates_of_uniform']
    more = sorted({n for c, *_ in lines for n in c.errors} - {'rms_l1'}, key=lambda n: next(list(c.errors).index(n) for c, *_ in lines if n in c.errors))
    with open(path, 'w') as f:
        f.write(f'# {head}\n# seconds: wall clock; updates: of cells; of_uniform: relative to the uniform mesh of the resolution\n')
        f.write('# ' + ' '.join(names + more) + '\n')
        for c, order, error, cost in lines:
            f.write(f'{c.resolution} {c.levels} {c.cells} {c.steps} {c.error:.9e} {order:.4f} {c.seconds:.2f} {c.updates:.9e} {error:.5f} '
                    f'{cost:.5f} ' + ' '.join(f'{c.errors.get(n, math.nan):.9e}' for n in more) + '\n')


def tell(head, lines):
    def shown(x, form):
        return '-' if math.isnan(x) else format(x, form)
    print(head)
    print('resolution  levels       cells    steps       error  order   seconds     updates  of uniform: error    cost')
    for c, order, error, cost in lines:
        print(f'{c.resolution:10d}  {c.levels:6d}  {c.cells:10d}  {c.steps:7d}  {shown(c.error, ".4e"):>10}  {shown(order, ".2f"):>5}  '
              f'{c.seconds:8.1f}  {c.updates:10.3e}  {shown(error, ".3f"):>17}  {shown(cost, ".3f"):>6}')


def study(parser_class, argv):
    o = options(parser_class, argv)
    program = launch.program('study')
    tree = parameters(o.file, o.set)
    run = tree.get('run') if isinstance(tree.get('run'), dict) else {}
    name = run.get('name', os.path.splitext(os.path.basename(o.file))[0])
    out = o.out or os.path.join('runs', f'study_{name}')
    todo = cases(o, tree)
    for c in todo:
        c.folder = os.path.join(out, c.name)
    old = [p for p in [os.path.join(out, 'study.txt')] + [c.folder for c in todo] if os.path.exists(p)]
    if old and not o.force:
        raise Fault(f'{old[0]} is there already; choose another --out, or --force to replace it')
    try:
        os.makedirs(out, exist_ok=True)
    except OSError as e:
        raise Fault(f'{out}: {e.strerror}')
    ranks = o.ranks or int(os.environ.get('CRUX_CORES', '1'))

    exact = None
    for number, c in enumerate(todo, 1):
        grid = ' x '.join(map(str, c.root))
        print(f'crux study: {c.name} ({number} of {len(todo)}), root grid {grid}, blocks of {c.block}', file=sys.stderr, flush=True)
        known = execute(c, o, program, ranks)
        if exact is None and not known:
            check_reference(o)
        if exact not in (None, known):
            raise Fault(f'{c.folder}: {"an" if known else "no"} errors.txt, unlike the runs before')
        exact = known
        with snapshot.Snapshot(snapshot.find(c.folder)[-1]) as s:
            if s.max_level < c.levels:
                print(f'crux study: {c.name} ends with level {s.max_level} as its finest', file=sys.stderr)
    finest = next((c for c in reversed(todo) if c.levels == 0 and c.resolution == o.resolution[-1]), None)
    uniform = {c.resolution: c.cells for c in todo if c.levels == 0}
    for c in todo:
        if c.levels and c.cells == uniform.get(c.resolution):
            print(f'crux study: {c.name} is refined everywhere: smaller boxes, or a smaller --set mesh.block, would leave something coarse',
                  file=sys.stderr)
    if not exact:
        reference = Reference(finest.folder)
        for c in todo:
            if c is not finest:
                c.errors = reference.differences(c.folder)

    against = 'the exact solution' if exact else f'the uniform run of resolution {finest.resolution}'
    head, lines = f'{name}: RMS of the mean errors against {against}', rows(todo)
    path = os.path.join(out, 'study.txt')
    write(path, head, lines)
    tell(head, lines)
    print(path)
    study_figure.draw(out, name, against, lines)
