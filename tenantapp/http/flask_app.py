"""Flask, without what no view here uses and each request would pay for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Request
from flask.sessions import NullSession, SessionInterface
from werkzeug.routing import MapAdapter

_NO_SESSION = NullSession()


class NoSessions(SessionInterface):
    """Opens no session and sets no cookie: clients show a credential with each request."""

    def open_session(self, app: Flask, request: Request) -> NullSession:  # noqa: ARG002
        """Return the session that is none."""
        return _NO_SESSION


class ApiFlask(Flask):
    """Flask without sessions, without coroutines, and without an opinion on hosts."""

    session_interface = NoSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return `func` as it is: no view or hook here is a coroutine function."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return what finds a request's route: by its path alone; the host is the tenancy's business."""
        if request is None:
            return super().create_url_adapter(None)
        return self.url_map.bind(
            "",
            request.root_path or None,
            default_method=request.method,
            path_info=request.path,
            url_scheme=request.scheme,
            query_args=request.query_string.decode("latin-1"),
        )
