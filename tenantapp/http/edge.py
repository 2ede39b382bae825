"""The outermost layer: each request gets its id, each answer the headers that all have, and a log line.

It stands before Flask, where an eighth of a small request is saved over hooks of Flask's that do the same.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from flask import Request, has_request_context

from tenantapp.globals import request_here
from tenantapp.tenancy.context import open_context_here

HEADER = "X-Request-ID"

Headers = list[tuple[str, str]]
Environ = dict[str, Any]
WsgiApp = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

_SENT = "HTTP_X_REQUEST_ID"
_ID = "tenantapp.request_id"
_USABLE = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")

_log = structlog.get_logger("tenantapp.request")


def request_id() -> str:
    """Return the id of the current request, or `none` outside one."""
    return id_of(request_here()) if has_request_context() else "none"


def id_of(asked: Request) -> str:
    """Return the id of a request."""
    return str(asked.environ.get(_ID, "none"))


class Edge:
    """A WSGI application around another.

    Args:
        app: the other.
        complete: adds to an answer's headers those that all answers have.
    """

    def __init__(self, app: WsgiApp, complete: Callable[[Headers], Headers]) -> None:
        self._app, self._complete = app, complete

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        started = time.perf_counter()
        sent = environ.get(_SENT, "")
        environ[_ID] = known_as = sent if _USABLE.match(sent) else secrets.token_hex(16)

        def start(status: str, headers: Headers, exc_info: Any = None) -> Any:
            _log_line(environ, status, started)
            return start_response(status, [*self._complete(headers), (HEADER, known_as)], exc_info)

        return self._app(environ, start)


def _log_line(environ: Environ, status: str, started: float) -> None:
    # The tenant's context is still open: Flask starts the answer before it closes the request.
    context = open_context_here()
    _log.info(
        "request",
        method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"],
        status=int(status[:3]),
        tenant_id=str(context.tenant_id) if context else None,
        request_id=environ[_ID],
        milliseconds=round((time.perf_counter() - started) * 1000, 2),
    )
