"""Rows of CSV files as spreadsheets save them: empty rows are left out, and empty columns at the end."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, BinaryIO

from marshmallow import Schema, fields

from tenantapp.http.excerpts import MOST_ERRORS
from tenantapp.http.files.lines import LINE, LONGEST_LINE, Errors, FileRefused, Line, text_lines
from tenantapp.http.files.spreadsheets import unescape
from tenantapp.http.parsing import MalformedBody, parse_json
from tenantapp.http.text_values import from_text

NOT_JSON = "Not valid JSON, nested too deep, or of too many values."
_STRUCTURED = (fields.List, fields.Tuple, fields.Mapping, fields.Nested)
_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def read_csv(stream: BinaryIO, schema: Schema) -> Iterator[Line]:
    """Yield the rows of a CSV file, whose first one names the columns.

    Args:
        stream: the file.
        schema: what a row is loaded by; it tells which columns there may be.

    Raises:
        FileRefused: it is broken in its form.
    """
    rows = _rows(stream)
    number, _, names = next(rows, (1, 0, []))
    names = _without_empty_end(names)
    parsers = [_parser(field) for field in _columns(number, names, schema)]
    for number, length, row in rows:
        cells = row if len(row) == len(names) else _without_empty_end(row, len(names))
        if len(cells) != len(names):
            told = {LINE: [f"Has {len(cells)} cells; the header has {len(names)}."]}
            yield Line(number, length, None, told)
            continue
        given, errors = {}, {}
        for name, parse, cell in zip(names, parsers, cells, strict=True):
            if cell:
                try:
                    given[name] = parse(unescape(cell))
                except MalformedBody:
                    errors[name] = [NOT_JSON]
        yield Line(number, length, given, errors or None)


class _Texts:
    """The lines of a file, as the reader of rows takes them; a row may have many."""

    def __init__(self, stream: BinaryIO) -> None:
        self._lines = text_lines(stream)
        self.first, self.length = 1, 0

    def begin_row(self, first: int) -> None:
        """Count the row's length from its first line on."""
        self.first, self.length = first, 0

    def __iter__(self) -> Iterator[str]:
        for number, text in self._lines:
            if number == 1:
                _require_commas(text)
            self.length += len(text)
            if self.length > LONGEST_LINE:
                told = {LINE: [f"A row of more than {LONGEST_LINE} characters; is a quotation mark open?"]}
                raise FileRefused(self.first, told)
            yield text


def _rows(stream: BinaryIO) -> Iterator[tuple[int, int, list[str]]]:
    """Yield each row in which something stands, with the number of its first line and its length."""
    texts = _Texts(stream)
    reader = csv.reader(texts, strict=True)
    while True:
        texts.begin_row(reader.line_num + 1)
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise FileRefused(texts.first, {LINE: [f"Not valid CSV: {_said(error)}."]}) from None
        if row is None:
            return
        if any(row):
            yield texts.first, texts.length, row


def _require_commas(header: str) -> None:
    """Refuse a first line whose columns something else separates; no name of a column holds any of these."""
    found = [word for separator, word in _OTHER_SEPARATORS.items() if separator in header]
    if found and "," not in header:
        raise FileRefused(1, {LINE: [f"The columns are separated by {found[0]}; separate them by commas."]})


def _said(error: csv.Error) -> str:
    # What the library says of a lone CR is advice to whoever opened the file.
    text = str(error)
    return "lines end with LF or CRLF, not with CR alone" if text.startswith("new-line") else text


def _without_empty_end(cells: list[str], least: int = 0) -> list[str]:
    """Return the cells but for empty ones at the end, yet `least` of them."""
    end = len(cells)
    while end > least and not cells[end - 1]:
        end -= 1
    return cells[:end]


def _columns(number: int, names: list[str], schema: Schema) -> list[fields.Field[Any]]:
    taken = {field.data_key or name: field for name, field in schema.load_fields.items()}
    if told := _what_is_no_header(names, taken):
        raise FileRefused(number, {LINE: [told]})
    times = Counter(names)
    errors: Errors = {name: ["Unknown field."] for name in times if name not in taken}
    errors |= {name: ["More than one column."] for name, count in times.items() if count > 1}
    errors |= {
        name: ["Missing column."] for name, field in taken.items() if field.required and name not in times
    }
    if errors:
        raise FileRefused(number, errors)
    return [taken[name] for name in names]


def _what_is_no_header(names: list[str], taken: dict[str, fields.Field[Any]]) -> str | None:
    """Return what is wrong with a first row as a whole, if anything."""
    if not names:
        return "The file is empty; it begins with a line of column names."
    if len(names) > len(taken) + MOST_ERRORS:
        return f"Has {len(names)} columns; there are {len(taken)}."
    if "" in names:
        return f"Column {names.index('') + 1} has no name."
    return None


def _parser(field: fields.Field[Any]) -> Callable[[str], Any]:
    return _parse if isinstance(field, _STRUCTURED) else partial(from_text, field)


def _parse(cell: str) -> Any:
    return parse_json(cell.encode())
