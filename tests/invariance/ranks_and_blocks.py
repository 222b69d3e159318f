"""Numbers of processes, and on a uniform mesh sizes of blocks, must not change a single bit."""
from tests.regression.check import run, same_snapshots

SETUP = 'setups/linear_wave/linear_wave.yaml'
UNIFORM = {'mesh.cells': [32, 16, 16], 'run.step_end': 6, 'output.precision': 'float64'}
REFINED = {**UNIFORM, 'mesh.cells': [64, 32, 32], 'mesh.block': 8, 'mesh.max_level': 1, 'run.step_end': 3,
           'mesh.regions': '[{level: 1, lower: [-0.4, -0.2, -0.2], upper: [0.6, 0.3, 0.3]}]'}


def main():
    for name, parameters, ranks in (('uniform', {**UNIFORM, 'mesh.block': 8}, (2, 3, 5)), ('refined', REFINED, (2, 3, 5))):
        alone = run(SETUP, parameters)
        for n in ranks:
            same_snapshots(f'{name}, {n} ranks', alone, run(SETUP, parameters, ranks=n), 'one rank')
    whole = run(SETUP, {**UNIFORM, 'mesh.block': 16})
    same_snapshots('blocks of 8', whole, run(SETUP, {**UNIFORM, 'mesh.block': 8}), 'blocks of 16')


main()
