"""Iterations do not grow with the mesh."""
from tests.regression.check import check, run

count = {}
for n in (32, 128):
    count[n] = run('setups/poisson/poisson.yaml', {'mesh.cells': [n, n, n], 'mesh.block': 16, 'mesh.max_level': 0, 'mesh.regions': '[]'}).errors['iterations']
check('iterations from 32^3 to 128^3', count[128] / count[32], '<', 1.5, 'multigrid')
