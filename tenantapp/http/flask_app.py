"""Flask, without what no view here uses and each request would pay for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Request
from flask.sessions import NullSession, SessionInterface

_NO_SESSION = NullSession()


class NoSessions(SessionInterface):
    """Opens no session and sets no cookie: clients show a credential with each request."""

    def open_session(self, app: Flask, request: Request) -> NullSession:  # noqa: ARG002
        """Return the session that is none."""
        return _NO_SESSION


class ApiFlask(Flask):
    """Flask without sessions and without coroutines."""

    session_interface = NoSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return `func` as it is: no view or hook here is a coroutine function."""
        return func
