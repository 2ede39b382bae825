"""`@long_work`: a view that may keep a database connection for longer than a request usually may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from tenantapp.http.declarations import declare, declared_by

View = TypeVar("View", bound=Callable[..., Any])

_LONG = "_long_work"


def long_work(view: View) -> View:
    """Let a view keep its connection for LONGEST_LOAN_SECONDS, where others have REQUEST_LOAN_SECONDS.

    SQL that locks what others need is stopped that much later, so declare it where a file goes in or out.
    It may stand above or beneath the other decorators.
    """
    return declare(_LONG, True)(view)


def is_long_work(view: Callable[..., Any], method: str) -> bool:
    """Tell whether a view declares that it works for long."""
    return declared_by(view, method, _LONG) is not None
