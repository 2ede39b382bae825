"""Compares what a schema takes with the model's column and the live table: the differences, in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from marshmallow import Schema, fields, validate
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection

from tests.support.catalog import facts

# The first kind that a field is decides: a UUID is also a String to marshmallow.
_KINDS: tuple[tuple[type[fields.Field[Any]], str], ...] = (
    (fields.UUID, r"uuid"),
    (fields.Integer, r"smallint|integer|bigint"),
    (fields.Boolean, r"boolean"),
    (fields.Float, r"double precision|real"),
    (fields.Decimal, r"numeric(\(\d+,\d+\))?"),
    (fields.AwareDateTime, r"timestamp with time zone"),
    (fields.NaiveDateTime, r"timestamp without time zone"),
    (fields.Date, r"date"),
    (fields.Time, r"time without time zone"),
    (fields.TimeDelta, r"interval"),
    (fields.Enum, r"character varying\(\d+\)"),
    (fields.Dict, r"jsonb"),
    (fields.List, r"jsonb|.+\[\]"),
    (fields.String, r"text|character varying\(\d+\)"),
)
_WORD = re.compile(r"'((?:[^']|'')*)'")
_ENUMERATION = re.compile(r"\bIN \(|= ANY|\barray_remove\(|= '")
_LENGTH = re.compile(r"character varying\((\d+)\)")
_COLUMNS = """
    SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, NOT a.attnotnull AS nullable,
           a.atthasdef AS has_default,
           ARRAY(SELECT pg_get_constraintdef(k.oid) FROM pg_constraint k
                 WHERE k.conrelid = a.attrelid AND k.contype = 'c' AND k.conkey = ARRAY[a.attnum]) AS checks
    FROM pg_attribute a
    WHERE a.attrelid = CAST(:table AS regclass) AND a.attnum > 0 AND NOT a.attisdropped
"""


@dataclass(frozen=True)
class Kept:
    """How a column keeps values, in the words that PostgreSQL has for it; of a model or of a live table."""

    type: str
    nullable: bool
    has_default: bool
    words: frozenset[str] | None = None

    @property
    def length(self) -> int | None:
        """How many characters a value may have."""
        found = _LENGTH.match(self.type)
        return int(found[1]) if found else None


def differences(schema: Schema, table: sa.Table, live: Mapping[str, Kept]) -> list[str]:
    """Return how `schema`, the model's `table` and the `live` columns differ; none where they are equal."""
    found: list[str] = []
    for name, field in schema.fields.items():
        column = field.attribute or name
        if column not in table.columns or column not in live:
            found.append(f"{name}: there is no column {column}")
            continue
        model = of_model(table.columns[column])
        if model != live[column]:
            found.append(f"{name}: the model has {model}, the table {live[column]}")
        found += [f"{name}: {difference}" for difference in _compare(field, live[column])]
        told, given = field.metadata.get("default"), _word_given(table.columns[column])
        if not field.dump_only and told != given:
            found.append(f"{name}: the default is told as {told!r}, and is {given!r}")
    return found


def of_model(column: sa.Column[Any]) -> Kept:
    """Return how a model's column keeps values."""
    rendered = column.type.compile(dialect=postgresql.dialect()).lower()
    checks = (
        str(check.sqltext)
        for check in column.table.constraints
        if isinstance(check, sa.CheckConstraint) and check.info.get("fields") == (column.name,)
    )
    return Kept(
        rendered.replace("varchar", "character varying").replace(", ", ","),
        bool(column.nullable),
        column.server_default is not None,
        frozenset(column.type.enums) if isinstance(column.type, sa.Enum) else words_of(checks),
    )


def of_table(connection: Connection, table: str) -> dict[str, Kept]:
    """Return how the columns of a live table keep values."""
    return {
        row.name: Kept(row.type, row.nullable, row.has_default, words_of(row.checks))
        for row in facts(connection, _COLUMNS, table=table)
    }


def words_of(checks: Iterable[str]) -> frozenset[str] | None:
    """Return the words that checks hold a column to, or None where they hold it to none."""
    found = None
    for check in checks:
        if _ENUMERATION.search(check):
            words = frozenset(word.replace("''", "'") for word in _WORD.findall(check))
            found = words if found is None else found & words
    return found


def _compare(field: fields.Field[Any], kept: Kept) -> Iterator[str]:
    kind = next((pattern for kind, pattern in _KINDS if isinstance(field, kind)), None)
    if kind is None or not re.fullmatch(kind, kept.type):
        yield f"a {type(field).__name__} is kept as {kept.type}"
    if field.allow_none != kept.nullable:
        yield f"allow_none is {field.allow_none}, nullable {kept.nullable}"
    if field.dump_only:
        return
    needed = not kept.nullable and not kept.has_default
    if field.required != needed:
        yield f"required is {field.required}, but the column {'needs' if needed else 'does not need'} a value"
    words = _choices(field)
    if words != kept.words:
        yield f"the choices are {_sorted(words)}, the table's {_sorted(kept.words)}"
    if isinstance(field, fields.String) and not isinstance(field, fields.UUID):
        yield from _compare_length(field, words, kept)


def _compare_length(field: fields.String, words: frozenset[str] | None, kept: Kept) -> Iterator[str]:
    if words is not None:
        if kept.length is not None and max(map(len, words)) > kept.length:
            yield f"a choice has more than {kept.length} characters"
        return
    longest = next((found.max for found in field.validators if isinstance(found, validate.Length)), None)
    if longest is None or longest != kept.length:
        yield f"at most {longest} characters are taken, {kept.length} kept"


def _word_given(column: sa.Column[Any]) -> str | None:
    """Return the word that a column of a few words has by default, if any."""
    default = column.server_default
    is_word = "words" in column.info and isinstance(default, sa.DefaultClause)
    return str(default.arg) if is_word else None


def _choices(field: fields.Field[Any]) -> frozenset[str] | None:
    if isinstance(field, fields.Enum):
        return frozenset(str(field._serialize(each, "", None)) for each in field.enum.__members__.values())
    inner = field.inner if isinstance(field, fields.List) else field
    return next(
        (frozenset(found.choices) for found in inner.validators if isinstance(found, validate.OneOf)), None
    )


def _sorted(words: frozenset[str] | None) -> list[str] | None:
    return None if words is None else sorted(words)
