"""What decorators declare of a view: an attribute, which `functools.wraps` carries to whatever wraps it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def declare(name: str, value: object) -> Callable[[View], View]:
    """Return a decorator that declares something of a view, or of a class of views."""

    def decorate(view: View) -> View:
        setattr(view, name, value)
        return view

    return decorate


def declared_by(view: Callable[..., Any], method: str, name: str) -> Any:
    """Return what a view declares, or None.

    Args:
        view: as the application serves it; of a MethodView, the method's own declaration comes first.
        method: the HTTP method that it serves.
        name: what is declared.
    """
    view_class = getattr(view, "view_class", None)
    if view_class is not None:
        handler = getattr(view_class, method.lower(), None)
        if handler is None and method == "HEAD":
            handler = getattr(view_class, "get", None)
        for place in (handler, view_class):
            if (found := getattr(place, name, None)) is not None:
                return found
    return getattr(view, name, None)
