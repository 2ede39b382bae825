"""JSON that a view answers by itself, with headers of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from tenantapp.http.json_text import json_text


def json_answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return `body` as JSON."""
    return Response(json_text(body), status, headers, "application/json")
