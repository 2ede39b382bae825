"""The permission that each view declares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Work = TypeVar("Work", bound=Callable[..., Any])

PUBLIC = "public"
_PERMISSION = "_permission"


def permission_of(view: Callable[..., Any]) -> str | None:
    """Return the permission that a view declares, if it does."""
    return getattr(view, _PERMISSION, None)


def permits(permission: str) -> Callable[[Work], Work]:
    """Declare the scope that a credential needs for the decorated view; PUBLIC where none is looked at."""

    def declare(view: Work) -> Work:
        setattr(view, _PERMISSION, permission)
        return view

    return declare
