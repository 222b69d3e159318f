"""Poisson's equation on uniform and refined meshes: errors, order, any number of processes, iterations."""
from tests.regression.check import check, run

NAMES = {'poisson': 'periodic', 'open': 'open'}


def solve(name, n, levels, ranks=1):
    """Errors in the root grid of n^3 cells in blocks of n / 4, so that all n refine the same places."""
    return run(f'setups/poisson/{name}.yaml', {'mesh.cells': [n, n, n], 'mesh.block': n // 4, 'mesh.max_level': levels,
                                               **({'mesh.regions': '[]'} if levels == 0 else {})}, ranks=ranks).errors


for name, words in NAMES.items():
    coarse, fine = solve(name, 32, 2), solve(name, 64, 2)
    root = solve(name, 64, 0)
    check(f'{words}: largest error falls', fine['max_phi'] / coarse['max_phi'], '<', 1 / 3.5, 'second order on three levels')
    check(f'{words}: error of the gradient falls', fine['l1_gradient'] / coarse['l1_gradient'], '<', 1 / 3.5, 'second order on three levels')
    check(f'{words}: refined over uniform', fine['max_phi'] / root['max_phi'], '<', 1.01, 'refinement is no worse than its root grid')
    check(f'{words}: iterations', fine['iterations'] / coarse['iterations'], '<', 1.5, '32^3 to 64^3 root grid')
    three = solve(name, 32, 2, ranks=3)
    check(f'{words}: processes', abs(three['max_phi'] / coarse['max_phi'] - 1), '<', 1e-6, 'the tolerance of the solver')
