"""Mistakes of the user: told in one line, without a traceback."""
import difflib


class Fault(Exception):
    """Ends the program with status 2 and this text."""


def nearest(word, known):
    """' (did you mean X?)' or nothing."""
    close = difflib.get_close_matches(str(word), list(known), n=1)
    return f' (did you mean {close[0]}?)' if close else ''
