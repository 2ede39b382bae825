"""Points in time as text: RFC 3339's `date-time`."""

from __future__ import annotations

import re
from datetime import datetime

_DATE = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?"
_OFFSET = r"([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
_MOMENT = rf"{_DATE}[Tt]{_TIME}{_OFFSET}$"
COMPARED = rf"^(?!0000){_MOMENT}"
"""What the API document says of a moment that others are compared with: RFC 3339 without leap seconds."""

KEPT = rf"^(?!0000|0001-01-01.*[+]|9999-12-31.*-[0-9]{{2}}:[0-9]{{2}}$){_MOMENT}"
"""What it says of one that is kept: in UTC too its year has four digits, and is not before 0001."""


def read_moment(text: str, pattern: str) -> datetime:
    """Return the moment that a text tells; digits after the microseconds are cut off.

    Raises:
        ValueError: the text is of another form than `pattern`, or there is no such day.
    """
    if not re.fullmatch(pattern, text):
        raise ValueError("not as RFC 3339 has it")
    return datetime.fromisoformat(text.upper())
