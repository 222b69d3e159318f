"""Numbers of processes, and on a uniform mesh sizes of blocks, must not change a single bit."""
import os

from tests.regression.check import check, numbers, run, same_snapshots

SETUP = 'setups/linear_wave/linear_wave.yaml'
UNIFORM = {'mesh.cells': [32, 16, 16], 'run.step_end': 6, 'output.precision': 'float64'}
REFINED = {**UNIFORM, 'mesh.cells': [64, 32, 32], 'mesh.block': 8, 'mesh.max_level': 1, 'run.step_end': 3,
           'mesh.regions': '[{level: 1, lower: [-0.4, -0.2, -0.2], upper: [0.6, 0.3, 0.3]}]'}

OPEN = {'mesh.cells': [64, 64, 1], 'mesh.boundary_x': 'outflow', 'mesh.boundary_y': 'outflow', 'run.step_end': 8, 'mhd.scalars': 1}


def ends():
    """What leaves through the ends, also where it cancels to nothing, depends neither on the order of the faces nor on that of the steps of several ranks."""
    def columns(r):
        return {k: v for k, v in numbers(os.path.join(r.dir, 'history.h5')).items() if k.startswith('outflow_')}
    one = columns(run('setups/orszag_tang/orszag_tang.yaml', {**OPEN, 'mesh.block': 32}))
    check('sums over the ends that are not zero', sum(any(v) for v in one.values()), '>=', 1, 'gas goes through the ends')
    for block, ranks in ((16, 1), (8, 1), (16, 3)):
        other = columns(run('setups/orszag_tang/orszag_tang.yaml', {**OPEN, 'mesh.block': block}, ranks=ranks))
        check(f'blocks of {block} on {ranks} ranks: columns that differ', sum(one[k] != other[k] for k in one), '==', 0, 'exact sums')


def main():
    ends()
    for name, parameters, ranks in (('uniform', {**UNIFORM, 'mesh.block': 8}, (2, 3, 5)), ('refined', REFINED, (2, 3, 5))):
        alone = run(SETUP, parameters)
        for n in ranks:
            same_snapshots(f'{name}, {n} ranks', alone, run(SETUP, parameters, ranks=n), 'one rank')
    whole = run(SETUP, {**UNIFORM, 'mesh.block': 16})
    same_snapshots('blocks of 8', whole, run(SETUP, {**UNIFORM, 'mesh.block': 8}), 'blocks of 16')


main()
