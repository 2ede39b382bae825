"""Calls of a function with whatever of B's fits its arguments."""

from __future__ import annotations

from collections.abc import Iterator

from psycopg import sql

from tenantapp.rls.probe.planting import Rows
from tenantapp.rls.probe.relations import Routine
from tenantapp.rls.probe.rows import listed, raw
from tenantapp.rls.probe.tenants import B

_CALLS = 64
_TEXTS = ("text", "character varying", "character", "name", "citext")
_NUMBERS = ("smallint", "integer", "bigint", "numeric", "real", "double precision")
_JSON = (f'{{"tenant_id": "{B}"}}', "{}")
_FIXED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_NUMBERS, ("1", "0")),
    "boolean": ("true", "false"),
    "json": _JSON,
    "jsonb": _JSON,
}


def calls_of(function: Routine, rows: Rows) -> Iterator[tuple[sql.Composed, frozenset[str]]]:
    """Yield calls, and the values that each hands over.

    Args:
        function: what is called.
        rows: B's.
    """
    choices = [_arguments(name, rows) for name in function.arguments]
    for number in range(min(_CALLS, max(map(len, choices), default=1))):
        values = [choice[number % len(choice)] for choice in choices]
        given = frozenset(value for value in values if value is not None)
        yield _call(function, values), given


def _call(function: Routine, values: list[str | None]) -> sql.Composed:
    arguments = listed(
        sql.SQL("{}::{}").format(sql.Literal(value), raw(name))
        for value, name in zip(values, function.arguments, strict=True)
    )
    if function.is_procedure:
        template = "CALL {f}({arguments})"
    elif function.is_untyped:
        template = "SELECT {f}({arguments})::text LIMIT 50"
    else:
        template = "SELECT r::text FROM {f}({arguments}) AS r LIMIT 50"
    return raw(template).format(f=raw(function.name), arguments=arguments)


def _arguments(name: str, rows: Rows) -> list[str | None]:
    if name in ("uuid", "uuid[]"):
        ids = [str(B), *_of_type(rows, "uuid")]
        return [f"{{{value}}}" for value in ids] if name == "uuid[]" else [*ids]
    if name in _TEXTS:
        return [str(B), "%", "", *_of_type(rows, "character varying", "text")]
    return [*_FIXED.get(name, (None,))]


def _of_type(rows: Rows, *names: str) -> list[str]:
    """Return the values that B's rows have of some types, those of keys first: they are what is looked up."""
    found = []
    for row in rows.values():
        keys = {column for key in row.table.keys for column in key.columns}
        for column, value in row.values.items():
            if value is not None and row.table.columns[column].base_type.partition("(")[0] in names:
                found.append((column not in keys, value))
    found.sort(key=lambda each: each[0])
    return list(dict.fromkeys(value for _, value in found))
