"""Python values as the text of JSON, alone or as what a view answers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
from flask import Response


def json_text(value: Any, option: int = 0) -> bytes:
    """Return a value as JSON, a Decimal as a number of all its digits.

    Args:
        value: what to write.
        option: options of orjson's.
    """
    return orjson.dumps(value, _exactly, option)


def json_answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return `body` as a JSON response, with headers of its own."""
    return Response(json_text(body), status, headers, "application/json")


def _exactly(value: Any) -> Any:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} is not JSON")
    # JSON has neither NaN nor infinity; orjson writes null for a float that is one.
    return orjson.Fragment(str(value)) if value.is_finite() else None
