"""What an application keeps: each thing in a place of its own, which knows its type."""

from __future__ import annotations

from typing import Generic, TypeVar, cast

from flask import Flask

from tenantapp.globals import app_here

Kept = TypeVar("Kept")


class AppState(Generic[Kept]):
    """The one way to `app.extensions`: whoever looks for a thing finds who keeps it, and whoever uses it.

    Args:
        name: the key in `app.extensions`.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def keep(self, app: Flask, value: Kept) -> None:
        """Make `value` what `app` keeps."""
        app.extensions[self._name] = value

    def of(self, app: Flask) -> Kept:
        """Return what `app` keeps.

        Raises:
            KeyError: it keeps none.
        """
        return cast(Kept, app.extensions[self._name])

    def here(self) -> Kept:
        """Return what the current application keeps.

        Raises:
            KeyError: it keeps none.
        """
        return self.of(app_here())
