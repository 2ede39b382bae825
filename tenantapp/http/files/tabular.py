"""Rows as files: CSV with a header, and NDJSON. Read line by line, written part by part.

A cell that a spreadsheet would execute is written with an apostrophe before it, and read without: what was
exported is imported as it was.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, BinaryIO

import orjson
from marshmallow import Schema

from tenantapp.http.files.csv_rows import NOT_JSON, read_csv
from tenantapp.http.files.lines import LINE, Line, text_lines
from tenantapp.http.files.spreadsheets import escape
from tenantapp.http.json_text import json_text
from tenantapp.http.parsing import MalformedBody, parse_json

CSV, NDJSON = "text/csv", "application/x-ndjson"
FORMATS = {"csv": CSV, "ndjson": NDJSON}


def read_lines(stream: BinaryIO, content_type: str, schema: Schema) -> Iterator[Line]:
    """Yield the rows of a file.

    Args:
        stream: the file; it is read as far as rows are asked for.
        content_type: CSV or NDJSON.
        schema: what a row is loaded by; it tells which columns there may be.

    Raises:
        FileRefused: it is broken in its form.
    """
    return read_csv(stream, schema) if content_type == CSV else _read_ndjson(stream)


def write_rows(content_type: str, names: Sequence[str]) -> Callable[[Sequence[dict[str, Any]]], bytes]:
    """Return what writes rows as a part of a file.

    Args:
        content_type: CSV or NDJSON.
        names: the fields, in their order.
    """
    if content_type == NDJSON:
        return lambda rows: b"".join(
            json_text({name: row[name] for name in names}, orjson.OPT_APPEND_NEWLINE) for row in rows
        )

    def write(rows: Sequence[dict[str, Any]]) -> bytes:
        text = io.StringIO(newline="")
        csv.writer(text).writerows([_cell(row[name]) for name in names] for row in rows)
        return text.getvalue().encode()

    return write


def header(content_type: str, names: Sequence[str]) -> bytes:
    """Return what a file begins with."""
    return b"" if content_type == NDJSON else f"{','.join(names)}\r\n".encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bool | list | dict):
        return escape(json_text(value).decode())
    return escape(str(value))


def _read_ndjson(stream: BinaryIO) -> Iterator[Line]:
    for number, text in text_lines(stream):
        if not text.strip():
            continue
        try:
            given = parse_json(text.encode())
        except MalformedBody:
            yield Line(number, len(text), None, {LINE: [NOT_JSON]})
        else:
            yield Line(number, len(text), given)
