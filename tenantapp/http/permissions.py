"""The permission that each view declares; a route that declares none is refused when the program starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask
from werkzeug.routing import Rule

from tenantapp.http.declarations import declare, declared_by

Work = TypeVar("Work", bound=Callable[..., Any])

PUBLIC = "public"
_PERMISSION = "_permission"


class UndeclaredPermission(Exception):
    """Raised when a route does not say which permission a credential needs for it."""


def permission(scope: str) -> Callable[[Work], Work]:
    """Declare the scope that a credential needs for the decorated view, above or beneath its route.

    Args:
        scope: `read`, `write` or `admin`; PUBLIC where no credential is looked at and no tenant is served.

    Raises:
        ValueError: the view declares another one.
    """

    def decorate(view: Work) -> Work:
        if vars(view).get(_PERMISSION, scope) != scope:
            raise ValueError(f"{view.__qualname__} declares two permissions: leave one @permission")
        return declare(_PERMISSION, scope)(view)

    return decorate


def permission_of(view: Callable[..., Any], method: str) -> str | None:
    """Return the permission that a view declares for a method, if it does."""
    found: str | None = declared_by(view, method, _PERMISSION)
    return found


def methods_of(rule: Rule) -> list[str]:
    """Return the methods that a rule's view itself serves."""
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def require_permissions(app: Flask) -> None:
    """Hold every route of `app` to declare its permission.

    Raises:
        UndeclaredPermission: one does not.
    """
    for rule in app.url_map.iter_rules():
        for method in methods_of(rule):
            if permission_of(app.view_functions[rule.endpoint], method) is None:
                raise UndeclaredPermission(
                    f"{method} {rule.rule} (endpoint {rule.endpoint!r}) declares no permission: "
                    'add @permission("read"), or "write" or "admin", to its view, outside what hides one '
                    "(from tenantapp.http import permission)"
                )
