"""How commands print what they found: a table for people, JSON for machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click
import orjson


def echo_rows(rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print rows of the same columns."""
    if as_json:
        echo_json([dict(row) for row in rows])
        return
    table = [[_cell(value) for value in row.values()] for row in rows]
    if rows:
        table.insert(0, [str(name) for name in rows[0]])
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def echo_fields(row: Mapping[str, Any], *, as_json: bool) -> None:
    """Print one row, a field a line."""
    if as_json:
        echo_json(dict(row))
        return
    width = max(map(len, row))
    for name, value in row.items():
        click.echo(f"{name.ljust(width)}  {_cell(value)}")


def echo_json(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
