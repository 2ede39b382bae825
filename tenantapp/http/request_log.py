"""One line a request: what was asked, by which tenant, how it ended and how long it took."""

from __future__ import annotations

import time

import structlog
from flask import Flask, Response, g, request

from tenantapp.http.request_id import request_id
from tenantapp.tenancy.context import open_context_here

_log = structlog.get_logger("tenantapp.request")


def init_app(app: Flask) -> None:
    """Log every request of `app`."""
    app.before_request(_start)
    app.after_request(_finish)


def _start() -> None:
    g.started = time.perf_counter()


def _finish(response: Response) -> Response:
    context = open_context_here()
    _log.info(
        "request",
        method=request.method,
        path=request.path,
        status=response.status_code,
        tenant_id=str(context.tenant_id) if context else None,
        request_id=request_id(),
        milliseconds=round((time.perf_counter() - g.started) * 1000, 2),
    )
    return response
