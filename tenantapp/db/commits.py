"""Whether a request has committed anything: then it must not be done again by itself."""

from __future__ import annotations

from flask import g, has_app_context

_KEY = "_committed"


def note_commit() -> None:
    """Note that something is committed here, by whatever path."""
    if has_app_context():
        setattr(g, _KEY, True)


def has_committed() -> bool:
    """Tell whether something was committed since `forget_commits`."""
    return _KEY in g


def forget_commits() -> None:
    """Begin to look for commits."""
    g.pop(_KEY, None)
