"""As the kills of restart.py, more often."""
from tests.invariance import restart


def main():
    whole, seconds = restart.whole_run()
    restart.kills(20, whole, seconds)


main()
