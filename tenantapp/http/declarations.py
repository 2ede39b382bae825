"""What decorators declare of a view: an attribute, found on the view or on what it wraps (`functools.wraps`).

So it does not matter whether such a decorator stands above or beneath the route.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def declare(name: str, value: object) -> Callable[[View], View]:
    """Return a decorator that declares something of a view, or of a class of views."""

    def decorate(view: View) -> View:
        setattr(view, name, value)
        return view

    return decorate


def handler_of(view: Callable[..., Any], method: str) -> Callable[..., Any]:
    """Return the function that serves a method: of a MethodView, the method of its class."""
    view_class = getattr(view, "view_class", None)
    if view_class is None:
        return view
    name = "get" if method == "HEAD" and not hasattr(view_class, "head") else method.lower()
    found: Callable[..., Any] = getattr(view_class, name, view)
    return found


def declared_by(view: Callable[..., Any], method: str, name: str) -> Any:
    """Return what a view declares, or None.

    Args:
        view: as the application serves it; of a MethodView, the method's own declaration comes first.
        method: the HTTP method that it serves.
        name: what is declared.
    """
    for place in (handler_of(view, method), getattr(view, "view_class", None), view):
        for wrapped in _within(place):
            if (found := getattr(wrapped, name, None)) is not None:
                return found
    return None


def _within(view: Any) -> Iterator[Any]:
    """Yield a view and what it wraps: a decorator above the route marks what the route has wrapped."""
    while view is not None:
        yield view
        view = getattr(view, "__wrapped__", None)
