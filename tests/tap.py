"""Results of a test script in the form meson reads (TAP): one line per check, the count at the end."""
import atexit
import os
import sys

_count = 0
_failed = 0


def report(good, what, detail=''):
    """One check: what must hold, and what is the case when it does not."""
    global _count, _failed
    _count += 1
    _failed += not good
    print(f'{"ok" if good else "not ok"} {_count} - {what}' + (f' [{detail}]' if detail and not good else ''), flush=True)
    return good


def skip(what, why):
    global _count
    _count += 1
    print(f'ok {_count} - {what} # SKIP {why}', flush=True)


def note(text):
    for line in str(text).splitlines():
        print('# ' + line)


def _end():
    print(f'1..{_count}', flush=True)
    if _failed:
        sys.stdout.flush()
        os._exit(1)


atexit.register(_end)
