"""Blast waves: positivity in a strong field, exact symmetries."""
import numpy as np

from tests.regression.check import check, keep, run
from tests.regression.states import different, mapped, state

FLOAT64 = {'output.precision': 'float64', 'output.snapshots': 0}


def floors(r):
    return int(r.history['density_floors'][-1] + r.history['pressure_floors'][-1])


def main():
    r = run('setups/blast/strong.yaml', FLOAT64)
    s = state(r)
    check('plasma beta 1e-3: floors hit', floors(r), '==', 0, 'positivity at default settings')
    check('plasma beta 1e-3: lowest pressure', float(s['press'].min()), '>', 0.0, 'positivity')
    check('plasma beta 1e-3: largest |div B| dx / |B|', float(np.max(r.history['max_div_b'])), '<', 1e-12, 'constrained transport')
    check('plasma beta 1e-3: change of the energy', r.drift('total_energy'), '<', 1e-13, 'conservation')
    check('plasma beta 1e-3: values that differ after a half turn', different(s, mapped(s, flip=(0, 1), reverse=True)), '==', 0,
          'symmetry to the last bit')
    check('plasma beta 1e-3: values that differ with x and y exchanged', different(s, mapped(s, (1, 0, 2), reverse=True)), '==', 0,
          'symmetry to the last bit')
    keep(r, 'blast_strong')
    s = state(run('setups/blast/hydro.yaml', {'mesh.cells': [32, 32, 32], **FLOAT64}))
    for name, permute, flip in (('mirrored in y', (0, 1, 2), (1,)), ('turned x to y to z', (1, 2, 0), ()), ('with x and y exchanged', (1, 0, 2), ())):
        check(f'gas only, {name}: values that differ', different(s, mapped(s, permute, flip)), '==', 0, 'symmetry to the last bit')
    field = {'mhd.magnetic': True, 'blast.field': [0.5, 0.5, 0.5]}
    s = state(run('setups/blast/hydro.yaml', {'mesh.cells': [32, 32, 32], **field, **FLOAT64}))
    for name, permute, flip in (('inverted', (0, 1, 2), (0, 1, 2)), ('turned x to y to z', (1, 2, 0), ())):
        check(f'field along the diagonal, {name}: values that differ', different(s, mapped(s, permute, flip)), '==', 0, 'symmetry to the last bit')


main()
