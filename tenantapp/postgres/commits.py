"""Whether a request has committed anything: then it must not be done again by itself."""

from __future__ import annotations

from tenantapp.globals import globals_here, globals_if_any

_KEY = "_committed"


def note_commit() -> None:
    """Note that something is committed here, by whatever path."""
    here = globals_if_any()
    if here is not None:
        here[_KEY] = True


def has_committed() -> bool:
    """Tell whether something was committed since `forget_commits`."""
    return _KEY in globals_here()


def forget_commits() -> None:
    """Begin to look for commits."""
    globals_here().pop(_KEY, None)
