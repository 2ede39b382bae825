"""What the server answers by itself, before the application is asked: problem details, like all errors."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from email.utils import formatdate
from http import HTTPStatus

import orjson
import structlog
from gunicorn.http import errors

from tenantapp.http.edge import HEADER, Headers
from tenantapp.http.problems import MIMETYPE, problem_document

_log = structlog.get_logger("tenantapp.server")

_STATUS: tuple[tuple[type[Exception], int, str, str], ...] = (
    (errors.LimitRequestLine, 414, "uri_too_long", "The request line is too long."),
    (errors.LimitRequestHeaders, 431, "headers_too_large", "The headers are too large, or too many."),
    (errors.ExpectationFailed, 417, "expectation_failed", "Expect knows 100-continue alone."),
    (
        errors.UnsupportedTransferCoding,
        501,
        "unsupported_transfer_coding",
        "Transfer-Encoding knows chunked alone.",
    ),
)


class Refusal(Exception):
    """Raised when the server ends a request by itself."""

    def __init__(self, status: int, reason: str, detail: str, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.status, self.reason, self.detail, self.retry_after = status, reason, detail, retry_after


def too_slow(what: str) -> Refusal:
    """Return the refusal of a request that came too slowly."""
    return Refusal(408, "request_timeout", f"{what} came too slowly.")


def busy(detail: str) -> Refusal:
    """Return the refusal of a request for which nothing is free."""
    return Refusal(503, "busy", detail, retry_after=1)


def refusal_of(error: Exception) -> Refusal:
    """Return the refusal of what gunicorn's parser cannot take."""
    for kind, status, reason, detail in _STATUS:
        if isinstance(error, kind):
            return Refusal(status, reason, detail)
    return Refusal(400, "malformed_request", "The request is not valid HTTP.")


def written(
    refusal: Refusal, address: str, complete: Callable[[Headers], Headers], *, is_head: bool
) -> bytes:
    """Return a refusal as the bytes of an answer, after which the connection is closed, and log it.

    Args:
        refusal: what is answered.
        address: where the request came from, for the log.
        complete: adds the headers that all answers have.
        is_head: whether the request was a HEAD, so that the answer has no body.
    """
    known_as = secrets.token_hex(16)
    _log.info("refused", status=refusal.status, reason=refusal.reason, address=address, request_id=known_as)
    body = orjson.dumps(
        problem_document(refusal.status, refusal.reason, refusal.detail, errors=None, request_id=known_as)
    )
    headers = [
        ("Date", formatdate(usegmt=True)),
        ("Connection", "close"),
        ("Content-Type", MIMETYPE),
        ("Content-Length", str(len(body))),
    ]
    if refusal.retry_after is not None:
        headers.append(("Retry-After", str(refusal.retry_after)))
    lines = [
        f"HTTP/1.1 {refusal.status} {HTTPStatus(refusal.status).phrase}",
        *(f"{name}: {value}" for name, value in [*complete(headers), (HEADER, known_as)]),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (b"" if is_head else body)
