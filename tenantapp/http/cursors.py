"""Cursors: where a list goes on, signed, and good for the same list alone."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlencode

from itsdangerous import BadData, URLSafeSerializer

from tenantapp.globals import app_here, request_here
from tenantapp.http.problems import Problem
from tenantapp.tenancy.context import current_context

_OF_THE_PAGE = ("cursor", "limit", "count")


class CursorRefused(Problem):
    """Raised when a cursor is not one this list gave out: altered, another tenant's, or of other filters."""

    reason = "cursor_refused"

    def __init__(self) -> None:
        super().__init__("The cursor does not belong to this list; start without one.")


def seal(position: list[Any], of_list: str) -> str:
    """Return a cursor for a position.

    Args:
        position: the values that the next page comes after.
        of_list: what the cursor is good for: tenant, route, filters and order, as text.
    """
    return str(_serializer(of_list).dumps(position))


def unseal(cursor: str, of_list: str) -> list[Any]:
    """Return the position that a cursor holds.

    Raises:
        CursorRefused: it is none of this list's.
    """
    serializer = _serializer(of_list)
    try:
        position = serializer.loads(cursor)
    except BadData:
        raise CursorRefused from None
    # Base64 can spell one signature in several ways; only what was given out is a cursor.
    if serializer.dumps(position) != cursor:
        raise CursorRefused
    return list(position)


def this_list() -> str:
    """Return what this request's cursors are good for: all that decides which rows come in which order."""
    asked = request_here()
    given = sorted(item for item in asked.args.items(multi=True) if item[0] not in _OF_THE_PAGE)
    return f"{current_context().tenant_id}|{asked.path}|{urlencode(given)}"


def link_to(cursor: str) -> str:
    """Return the value of the header Link that leads to the page at a cursor (RFC 8288)."""
    asked = request_here()
    given = [item for item in asked.args.items(multi=True) if item[0] != "cursor"]
    parameters = urlencode([*given, ("cursor", cursor)])
    return f'<{asked.path}?{parameters}>; rel="next"'


def _serializer(of_list: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        str(app_here().secret_key),
        salt=f"cursor|{of_list}",
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )
