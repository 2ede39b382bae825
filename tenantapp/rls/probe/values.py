"""Values that fit into a column: of its type, its length, its enumeration, its checks."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from tenantapp.rls.probe.patterns import matching
from tenantapp.rls.probe.relations import Column

_LITERAL = re.compile(r"'((?:[^']|'')*)'::")
_NUMBER = re.compile(r"(?<![\w.'])-?\d+(?:\.\d+)?(?![\w.'])")
_PATTERN = re.compile(r"~\*?\s*'((?:[^']|'')*)'")
_LENGTH = re.compile(r"\((\d+)(?:,(\d+))?\)")

_FIXED = {
    "boolean": ("true", "false"),
    "interval": ("1 day", "1 hour"),
    "inet": ("192.0.2.1",),
    "cidr": ("192.0.2.0/24",),
    "macaddr": ("08:00:2b:01:02:03",),
    "macaddr8": ("08:00:2b:01:02:03:04:05",),
    "point": ("(1,2)",),
    "box": ("(2,2),(1,1)",),
    "tsvector": ("'canary'",),
    "tsquery": ("'canary'",),
    "xml": ("<canary/>",),
    "money": ("1",),
    "int4range": ("[1,5)",),
    "int8range": ("[1,5)",),
    "numrange": ("[1,5)",),
    "daterange": ("[2026-01-01,2026-01-02)",),
    "tsrange": ("[2026-01-01,2026-01-02)",),
    "tstzrange": ("[2026-01-01 00:00Z,2026-01-02 00:00Z)",),
    "time without time zone": ("09:00", "17:00"),
    "time with time zone": ("09:00Z", "17:00Z"),
}


def new_mark() -> str:
    """Return a word that occurs nowhere else."""
    return secrets.token_hex(6)


def candidates(column: Column, checks: tuple[str, ...]) -> list[str | None]:
    """Return values for a column, the likeliest first, as text that PostgreSQL reads.

    Args:
        column: the column.
        checks: the definitions of the checks that speak of it.
    """
    said = (*checks, *column.domain_checks)
    words = [word.replace("''", "'") for check in said for word in _LITERAL.findall(_without_patterns(check))]
    values: list[str | None] = [*column.labels]
    if column.category == "S":
        values += _texts(column, said, words)
    elif column.category == "A":
        values += _arrays(column, words)
    else:
        values += [*_of_type(column.base_type, said), *(word for word in words if column.category != "U")]
    if not column.required:
        values.append(None)
    return list(dict.fromkeys(values))


def _texts(column: Column, checks: tuple[str, ...], words: list[str]) -> list[str]:
    length = _length_of(column.base_type)
    patterns = [p.replace("''", "'") for check in checks for p in _PATTERN.findall(check)]
    made = [text for pattern in patterns for _ in range(2) if (text := matching(pattern))]
    mark = f"canary-{new_mark()}"
    sized = [
        ("canary" + new_mark() * (n // 12 + 1))[-n:]
        for number in _numbers(checks)
        for n in (int(number), int(number) - 1, int(number) + 1)
        if 0 < n <= 10_000
    ]
    shapes = {
        "": mark,
        "email": f"{mark}@canary.example",
        "url": f"https://{mark}.example",
        "code": mark.upper(),
    }
    # A name says what the program, if not the database, expects.
    usual = sorted(shapes, key=lambda name: (not name or name not in column.name, bool(name)))
    texts = [*words, *made, *(shapes[name] for name in usual), *sized]
    return [text[-length:] if length else text for text in texts]


def _arrays(column: Column, words: list[str]) -> list[str]:
    element = column.base_type.removesuffix("[]")
    values = [*words, *_of_type(element, ())] if element != "text" else [*words, f"canary-{new_mark()}"]
    return [*("{" + '"' + value.replace('"', '\\"') + '"' + "}" for value in values[:3]), "{}"]


def _of_type(name: str, checks: tuple[str, ...]) -> list[str]:
    plain = _LENGTH.sub("", name)
    if plain in _FIXED:
        return list(_FIXED[plain])
    for beginnings, make in _FAMILIES:
        if plain.startswith(beginnings):
            return make(name, checks)
    return []


def _moments(name: str, _checks: tuple[str, ...]) -> list[str]:
    now = datetime.now(UTC) - timedelta(seconds=secrets.randbelow(10_000))
    moments = (now, now + timedelta(days=1), now - timedelta(days=1), now + timedelta(days=400))
    return [f"{moment:%Y-%m-%d}" if name == "date" else moment.isoformat() for moment in moments]


def _bytes(_name: str, checks: tuple[str, ...]) -> list[str]:
    lengths = [int(n) for number in _numbers(checks) for n in (number, number - 1, number + 1) if n > 0]
    return [f"\\x{secrets.token_hex(length)}" for length in (32, *lengths, 16, 1) if length <= 10_000]


def _quantities(name: str, checks: tuple[str, ...]) -> list[str]:
    found = _LENGTH.search(name)
    precision, scale = (int(found[1]), int(found[2] or 0)) if found else (5, 0)
    top = min(10 ** max(precision - scale, 0), 30_000)
    near = [value for number in _numbers(checks) for value in (number, number + 1, number - 1)]
    values = [1 + secrets.randbelow(top - 1) if top > 1 else 0, *near, 1, 0, -1, 2]
    return [f"{value:g}" if value % 1 else str(int(value)) for value in values]


def _numbers(checks: tuple[str, ...]) -> list[float]:
    return [float(number) for check in checks for number in _NUMBER.findall(_without_patterns(check))]


def _without_patterns(check: str) -> str:
    return _PATTERN.sub("", check)


def _length_of(name: str) -> int | None:
    found = _LENGTH.search(name)
    return int(found[1]) if found else 63 if name == "name" else None


def _short_text(name: str, _checks: tuple[str, ...]) -> list[str]:
    return [f"canary-{new_mark()}"[-(_length_of(name) or 60) :]]


def _json(_name: str, _checks: tuple[str, ...]) -> list[str]:
    return [f'{{"canary": "{new_mark()}"}}', "{}", "[]", f'"{new_mark()}"', "1"]


_FAMILIES: tuple[tuple[tuple[str, ...], Callable[[str, tuple[str, ...]], list[str]]], ...] = (
    (("uuid",), lambda _name, _checks: [str(uuid4())]),
    (("timestamp", "date"), _moments),
    (("json",), _json),
    (("bytea",), _bytes),
    (("smallint", "integer", "bigint", "numeric", "real", "double precision", "oid"), _quantities),
    (("bit",), lambda name, _checks: ["1" * (_length_of(name) or 1)]),
    (("character", "text", "citext", "name"), _short_text),
)
