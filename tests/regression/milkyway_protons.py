"""All protons of the frozen galaxy, with the cells and tolerances of milkyway.yaml: the slowest do not swing about their steady state, on one rank or two."""
import re

from tests.regression.check import check, run
from tests.regression.milkyway import SETUP


def main():
    for ranks in (1, 2):
        r = run(SETUP, {'cr.network': 'protons', 'output.figures': '[]', 'steady.sweeps': 8}, ranks=ranks, may_fail=True)
        done = re.findall(r'sweep (\d+): largest', r.text)
        check(f'{ranks} rank{"s" * (ranks > 1)}: sweeps', int(done[-1]) if 'converged' in r.text else 99, '<=', 5, 'with linear systems solved to 3e-4 one rank took 22')


main()
