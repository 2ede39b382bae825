"""Rows as files: CSV with a header, and NDJSON. Read line by line, written part by part.

A cell that a spreadsheet would execute is written with an apostrophe before it, and read without: what was
exported is imported as it was.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

import orjson
from marshmallow import Schema, fields

from tenantapp.http.parsing import MalformedBody, parse_json
from tenantapp.http.problems import Problem
from tenantapp.http.spreadsheets import escape, unescape

CSV, NDJSON = "text/csv", "application/x-ndjson"
FORMATS = {"csv": CSV, "ndjson": NDJSON}
LONGEST_LINE = 256 * 1024
LINE = "_line"
"""Under what a line's errors are told that are about none of its fields."""

_BOM = b"\xef\xbb\xbf"
_STRUCTURED = (fields.List, fields.Dict, fields.Nested)

Errors = dict[str, list[str]]


class FileRefused(Problem):
    """Raised when a file is broken in its form, so that no further line of it can be trusted."""

    status = 422
    reason = "file_refused"

    def __init__(self, line: int, errors: Errors) -> None:
        said = " ".join(f"{name}: {text[0]}" if name != LINE else text[0] for name, text in errors.items())
        super().__init__(f"Line {line}: {said}", errors={str(line): errors})


@dataclass(frozen=True, slots=True)
class Line:
    """What one row of a file says, or what is wrong with it; `number` is that of its first line."""

    number: int
    given: Any
    errors: Errors | None = None


def read_lines(stream: BinaryIO, content_type: str, schema: Schema) -> Iterator[Line]:
    """Yield the rows of a file.

    Args:
        stream: the file; it is read as far as rows are asked for.
        content_type: CSV or NDJSON.
        schema: what a row is loaded by; it tells which columns there may be.

    Raises:
        FileRefused: it is broken in its form.
    """
    return _read_csv(stream, schema) if content_type == CSV else _read_ndjson(stream)


def write_rows(content_type: str, names: Sequence[str]) -> Callable[[Sequence[dict[str, Any]]], bytes]:
    """Return what writes rows as a part of a file.

    Args:
        content_type: CSV or NDJSON.
        names: the fields, in their order.
    """
    if content_type == NDJSON:
        return lambda rows: b"".join(
            orjson.dumps({name: row[name] for name in names}, option=orjson.OPT_APPEND_NEWLINE)
            for row in rows
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
        return escape(orjson.dumps(value).decode())
    return escape(str(value))


def _read_ndjson(stream: BinaryIO) -> Iterator[Line]:
    for number, text in _text_lines(stream):
        if not text.strip():
            continue
        try:
            yield Line(number, parse_json(text.encode()))
        except MalformedBody:
            yield Line(number, None, {LINE: ["Not valid JSON, or nested too deep."]})


def _read_csv(stream: BinaryIO, schema: Schema) -> Iterator[Line]:
    rows = _csv_rows(stream)
    number, names = next(rows, (1, []))
    parsers = [_parser(field) for field in _columns(number, names, schema)]
    for number, cells in rows:
        if len(cells) != len(names):
            yield Line(number, None, {LINE: [f"Has {len(cells)} cells; the header has {len(names)}."]})
            continue
        given, errors = {}, {}
        for name, parse, cell in zip(names, parsers, cells, strict=True):
            if cell:
                try:
                    given[name] = parse(unescape(cell))
                except orjson.JSONDecodeError:
                    errors[name] = ["Not valid JSON."]
        yield Line(number, given, errors or None)


def _csv_rows(stream: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not empty, with the number of its first line."""
    reader = csv.reader((text for _, text in _text_lines(stream)), strict=True)
    while True:
        first = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise FileRefused(first, {LINE: [f"Not valid CSV: {_said(error)}."]}) from None
        if row is None:
            return
        if row:
            yield first, row


def _said(error: csv.Error) -> str:
    # What the library says of a lone CR is advice to whoever opened the file.
    text = str(error)
    return "lines end with LF or CRLF, not with CR alone" if text.startswith("new-line") else text


def _columns(number: int, names: list[str], schema: Schema) -> list[fields.Field[Any]]:
    taken = {field.data_key or name: field for name, field in schema.load_fields.items()}
    errors: Errors = {name: ["Unknown field."] for name in names if name not in taken}
    errors |= {name: ["More than one column."] for name in names if names.count(name) > 1}
    errors |= {
        name: ["Missing column."] for name, field in taken.items() if field.required and name not in names
    }
    if not names:
        errors = {LINE: ["The file is empty; it begins with a line of column names."]}
    if errors:
        raise FileRefused(number, errors)
    return [taken[name] for name in names]


def _parser(field: fields.Field[Any]) -> Callable[[str], Any]:
    return orjson.loads if isinstance(field, _STRUCTURED) else str


def _text_lines(stream: BinaryIO) -> Iterator[tuple[int, str]]:
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(_BOM)
        if len(line) > LONGEST_LINE:
            raise FileRefused(number, {LINE: [f"Longer than {LONGEST_LINE} bytes."]})
        if b"\0" in line:
            raise FileRefused(number, {LINE: ["Holds NUL."]})
        try:
            yield number, line.decode()
        except UnicodeDecodeError:
            raise FileRefused(number, {LINE: ["Not UTF-8."]}) from None
