"""What a field takes, of the text that a query string or a cell of a CSV file has for it."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import fields

_WHOLE = re.compile(r"[+-]?[0-9]{1,4000}")


def from_text(field: fields.Field[Any], text: str) -> Any:
    """Return what `field` takes where a text says it; most take the text itself."""
    if isinstance(field, fields.Enum) and field.by_value is True:
        values = {str(each.value): each.value for each in field.enum.__members__.values()}
        return values.get(text, text)
    if isinstance(field, fields.Integer) and field.strict and _WHOLE.fullmatch(text):
        return int(text)
    return text
