"""Answers that are no errors: JSON, with the ETag of what it shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from tenantapp.http.dump import Dump
from tenantapp.http.json_text import json_text


def json_answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return `body` as JSON."""
    return Response(json_text(body), status, headers, "application/json")


def item_answer(
    row: Any, dump: Dump, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return one row as JSON, with the ETag of its version where it has one.

    A client that sends this ETag in If-None-Match has the row already: 304.
    """
    tag = etag_of(row)
    if tag is None:
        return json_answer(dump(row), status, headers)
    if status == 200 and _has_already(tag):
        return Response(status=304, headers={"ETag": tag})
    return json_answer(dump(row), status, {**(headers or {}), "ETag": tag})


def etag_of(row: Any) -> str | None:
    """Return the strong entity tag of a row's version, or None where rows have none."""
    version = getattr(row, "row_version", None)
    return None if version is None else f'"{version}"'


def _has_already(tag: str) -> bool:
    sent = request.headers.get("If-None-Match")
    return (
        sent is not None
        and request.method in ("GET", "HEAD")
        and request.if_none_match.contains_weak(tag[1:-1])
    )
