"""The head of a request: where it ends, and what it says."""

from __future__ import annotations

import re
from typing import Any

from gunicorn.config import Config
from gunicorn.http.body import ChunkedReader
from gunicorn.http.errors import NoMoreData, ParseException
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader

from tenantapp.serving.refusals import Refusal, refusal_of

_END = b"\r\n\r\n"
_BARE_LF = re.compile(rb"(?<!\r)\n")


def end_of_head(buffer: bytearray, known: int, most: int) -> int:
    """Return where the head ends, or 0 where it has not come whole.

    Args:
        buffer: what has come.
        known: how much of it was looked at before.
        most: how many bytes a head may have.

    Raises:
        Refusal: it is too long, or never will end as heads do.
    """
    found = buffer.find(_END, max(0, known - len(_END) + 1))
    end = found + len(_END) if found >= 0 else 0
    if (end or len(buffer)) > most:
        raise Refusal(
            431, "headers_too_large", f"The request line and the headers have more than {most} bytes."
        )
    if not end:
        _refuse_bare_lf(buffer, known)
    return end


def _refuse_bare_lf(buffer: bytearray, known: int) -> None:
    if _BARE_LF.search(buffer, known):
        raise Refusal(400, "malformed_request", "Lines of a head end with CRLF.")


def parse(config: Config, head: bytes, address: Any, number: int) -> Request:
    """Return what a whole head says.

    Args:
        config: gunicorn's, whose limits hold for lines and fields.
        head: its bytes, to the empty line at its end.
        address: where it came from.
        number: the how manieth request of its connection it is.

    Raises:
        Refusal: it is not HTTP, or over a limit.
    """
    try:
        return Request(config, IterUnreader([head]), address, number)
    except (ParseException, NoMoreData, StopIteration) as error:
        raise refusal_of(error) from error


def length_of_body(request: Request) -> int | None:
    """Return how many bytes the body has; None where it comes in chunks."""
    reader = request.body.reader
    return None if isinstance(reader, ChunkedReader) else int(reader.length)


def is_health(request: Request) -> bool:
    """Tell whether it is asked whether the process lives."""
    return request.path == "/healthz" and request.method in ("GET", "HEAD")


def is_upload(request: Request) -> bool:
    """Tell whether the body may be a file."""
    return request.method == "POST" and str(request.path).endswith("/import")


def is_bulk(request: Request) -> bool:
    """Tell whether the answer takes long by its nature."""
    return str(request.path).endswith(("/import", "/export"))


def expects_continue(request: Request) -> bool:
    """Tell whether the client waits to be asked for the body (RFC 9110 10.1.1)."""
    return request.version >= (1, 1) and any(
        name == "EXPECT" and value.lower() == "100-continue" for name, value in request.headers
    )
