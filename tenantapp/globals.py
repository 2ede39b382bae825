"""What Flask's proxies stand for: they look it up anew at each attribute."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Request, current_app, g, request

request_here: Callable[[], Request] = request._get_current_object  # type: ignore[attr-defined]  # a proxy
"""Return the request; a RuntimeError where there is none."""

app_here: Callable[[], Flask] = current_app._get_current_object  # type: ignore[attr-defined]
"""Return the application; a RuntimeError where there is none."""


def globals_here() -> dict[str, Any]:
    """Return what `flask.g` holds, by name.

    Raises:
        RuntimeError: there is no application context.
    """
    here: dict[str, Any] = vars(g._get_current_object())
    return here


def globals_if_any() -> dict[str, Any] | None:
    """Return what `flask.g` holds, by name; None outside an application context."""
    try:
        return globals_here()
    except RuntimeError:
        return None
