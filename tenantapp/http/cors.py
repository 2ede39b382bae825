"""CORS: which origins' pages may ask the API from a browser. None, unless they are configured."""

from __future__ import annotations

import re

from flask import Flask, Response, current_app, request
from flask_cors import CORS

from tenantapp.http.edge import HEADER as REQUEST_ID
from tenantapp.http.idempotency import HEADER as IDEMPOTENCY_KEY
from tenantapp.http.idempotency import REPLAYED
from tenantapp.settings.load import Settings

_METHODS = ("GET", "HEAD", "POST", "PATCH", "DELETE")
_ALLOWED = ("Authorization", "Content-Type", "If-Match", "If-None-Match", IDEMPOTENCY_KEY, REQUEST_ID)
_EXPOSED = ("ETag", "Link", "Location", "Retry-After", REQUEST_ID, REPLAYED)
_TEN_MINUTES = 600


def init_app(app: Flask, settings: Settings) -> None:
    """Let pages of the configured origins ask `app`'s API; without any, nothing is done at a request."""
    if not settings.cors_origins:
        return
    CORS(
        app,
        # Compiled, so that no host name is taken for a pattern.
        origins=[re.compile(f"{re.escape(origin)}\\Z") for origin in settings.cors_origins],
        resources=r"/api/.*",
        methods=list(_METHODS),
        allow_headers=[*_ALLOWED, settings.tenant_header],
        expose_headers=list(_EXPOSED),
        supports_credentials=False,
        max_age=_TEN_MINUTES,
        always_send=False,
        # tenantapp.http.headers says it on every answer: also on one to a request without Origin.
        vary_header=False,
    )
    app.before_request(_answer_preflight)


def _answer_preflight() -> Response | None:
    """Answer a browser's question before the guards: Fetch has it asked without a credential."""
    rule = request.url_rule
    if request.method != "OPTIONS" or not getattr(rule, "provide_automatic_options", False):
        return None
    return current_app.make_default_options_response() if "Origin" in request.headers else None
