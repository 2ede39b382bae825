"""Every request has an id: the client's, where it sent a usable one, or a new one; it is in each answer."""

from __future__ import annotations

import re
import secrets

from flask import Flask, Response, g, has_request_context, request

HEADER = "X-Request-ID"
_USABLE = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


def init_app(app: Flask) -> None:
    """Give every request of `app` its id."""
    app.before_request(_assign)
    app.after_request(_send_back)


def request_id() -> str:
    """Return the id of the current request, or `none` outside one."""
    return str(g.get("request_id", "none")) if has_request_context() else "none"


def _assign() -> None:
    sent = request.headers.get(HEADER, "")
    g.request_id = sent if _USABLE.match(sent) else secrets.token_hex(16)


def _send_back(response: Response) -> Response:
    response.headers[HEADER] = request_id()
    return response
