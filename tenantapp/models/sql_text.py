"""Names and words as SQL writes them, and SQL as SQLAlchemy's `text()` takes it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy.dialects import postgresql

LONGEST_NAME = 63
"""How many bytes PostgreSQL keeps of a name; the rest it cuts off without a word."""

_PREPARER = postgresql.dialect().identifier_preparer  # type: ignore[no-untyped-call]
# What text() would take for a parameter, or for one that is escaped.
_PARAMETER = re.compile(r"(?<![:\w\x5c]):(?=\w+(?![:\w]))|(?=\x5c:\w*(?![:\w]))")


def quoted(name: str) -> str:
    """Return an identifier as SQL writes it, schema included: a keyword stands in quotes."""
    return ".".join(_PREPARER.quote(part) for part in name.split("."))


def literal(word: str) -> str:
    """Return a string as SQL writes it."""
    return "'" + word.replace("'", "''") + "'"


def listed(words: Iterable[str]) -> str:
    """Return words as SQL has them in a list."""
    return ", ".join(map(literal, words))


def escaped(sql: str) -> str:
    """Return SQL as `text()`, `CheckConstraint` and `Computed` take it: no colon begins a parameter."""
    return _PARAMETER.sub(lambda found: "\\:" if found.group() else "\\", sql)
