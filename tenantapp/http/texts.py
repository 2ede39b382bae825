"""Text in the one form in which it is kept: storable, and composed (NFC)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from marshmallow import ValidationError

MOST_MARKS = 30
LONGEST_DECOMPOSITION = 4
"""Of how many characters NFC may make one."""

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
# Of class 0 themselves, but they become marks of other classes.
_MARKS_IN_DISGUISE = "\u0f73\u0f75\u0f81"


def refuse_unstorable(text: str) -> None:
    """Refuse what PostgreSQL cannot store (NUL) or UTF-8 cannot carry (a lone surrogate).

    Raises:
        ValidationError: the text holds either.
    """
    if _UNSTORABLE.search(text):
        raise ValidationError("Must not hold NUL or lone surrogates.")


def compose(text: str) -> str:
    """Return `text` in NFC.

    Putting the marks of one letter in order takes the square of their number, so they are counted before.

    Raises:
        ValidationError: more marks follow each other than in any language (Unicode Standard Annex 15, 13).
    """
    if text.isascii():
        return text
    for is_mark, together in groupby(text, _is_mark):
        if is_mark and len(list(together)) > MOST_MARKS:
            raise ValidationError(f"Must not hold more than {MOST_MARKS} combining marks in a row.")
    return unicodedata.normalize("NFC", text)


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text in a JSON value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, child in value.items():
            yield key
            yield from texts_in(child)
    elif isinstance(value, list):
        for child in value:
            yield from texts_in(child)


def _is_mark(character: str) -> bool:
    return unicodedata.combining(character) > 0 or character in _MARKS_IN_DISGUISE
