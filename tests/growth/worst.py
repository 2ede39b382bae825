"""The worst values, bodies, files, parameters and headers of a given size that we could think of."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import count, islice

Make = Callable[[int], bytes]

# A file, and a quarter of one, hold eight and two of the longer ones.
LONG_LINE, SHORT_LINE = 65_000, 1000


def repeated(unit: str | bytes, before: str | bytes = b"", after: str | bytes = b"") -> Make:
    """Return what repeats `unit` up to a size, between `before` and `after`."""
    unit, before, after = (text.encode() if isinstance(text, str) else text for text in (unit, before, after))
    return lambda size: before + unit * ((size - len(before) - len(after)) // len(unit)) + after


def numbered(item: str, before: str, after: str, separator: str = ",") -> Make:
    """Return what repeats `item`, in which `%d` is another number each time."""

    def make(size: int) -> bytes:
        most = size // (len(item % 1_000_000) + len(separator)) + 1
        text = before + separator.join(item % n for n in range(most))
        cut = text[: size - len(after)].rpartition(separator)[0] or before
        return (cut + after).encode()

    return make


TEXTS: dict[str, str] = {
    "letters": "x",
    "spaces": " ",
    "wide spaces": "\u3000",
    "a mark": "\u0301",
    "marks out of order": "\u0301\u0327",
    "marks that hide in others": "\u0f73",
    "letters with marks": "q\u0301\u0327",
    "letters that compose": "e\u0301",
    "letters that lengthen": "\u0130",
    "notes that part in three": "\U0001d160",
    "syllables": "\u1112\u1161\u11ab",
    "dots": "a.",
    "signs": "a@",
    "commas": ",",
    "semicolons and formulas": ";'=",
    "apostrophes": "'",
    "dashes": "-",
    "brackets": "{",
    "words": "a -b ",
    "digits": "9",
    "zeros": "0",
}
"""What a text consists of, over and over."""

VALUES: dict[str, Make] = {
    **{name: repeated(unit, '"', '"') for name, unit in TEXTS.items()},
    "escapes": repeated("\\u0041", '"', '"'),
    "escaped marks": repeated("\\u0301\\u0327", '"', '"'),
    "escaped pairs": repeated("\\ud83d\\ude00", '"', '"'),
    "escaped quotes": repeated('\\"', '"', '"'),
    "a local part": repeated("a.", '"', 'a@b.example"'),
    "a domain": repeated("a.", '"b@', 'example"'),
    "a time": repeated("9", '"2026-01-01T00:00:00.', 'Z"'),
    "an offset": repeated("9", '"2026-01-01T00:00:00+', '"'),
    "an id": repeated("1-", '"{urn:uuid:', '}"'),
    "a number": repeated("9"),
    "a fraction": repeated("3", "0."),
    "an exponent": repeated("0", "1e", "1"),
    "ones": repeated("1,", "[", "1]"),
    "fractions": repeated("1.5,", "[", "1]"),
    "letters in a list": repeated('"x",', "[", '"x"]'),
    "texts in a list": numbered('"t%d"', "[", "]"),
    "ids in a list": numbered('"00000000-0000-0000-0000-%012d"', "[", "]"),
    "nulls": repeated("null,", "[", "null]"),
    "empty lists": repeated("[],", "[", "[]]"),
    "empty objects": repeated("{},", "[", "{}]"),
    "small objects": repeated('{"a":1},', "[", "{}]"),
    "lists in lists": repeated("[[[[[[0]]]]]],", "[", "[]]"),
    "keys": numbered('"k%d":1', "{", "}"),
    "one key": repeated('"a":1,', "{", '"a":1}'),
    "a long key": repeated("k", '{"', '":1}'),
    "a key of marks": repeated("\u0301\u0327", '{"', '":1}'),
    "lists by key": numbered('"k%d":[]', "{", "}"),
    "depth": lambda size: b"[" * (size // 2) + b"]" * (size // 2),
    "depth of objects": lambda size: b'{"a":' * (size // 6) + b"1" + b"}" * (size // 6),
}
"""JSON values."""

BODIES: dict[str, Make] = {
    **VALUES,
    "an open list": repeated("["),
    "open objects": repeated('{"a":'),
    "an open text": repeated("x", '"'),
    "white space": repeated(" \n", after="{}"),
    "commas, then quotation marks": repeated('"', "," * 20_001),
    "texts of commas": repeated('",,,,",', "[", '""]'),
    "bytes": repeated(b"\xff"),
    "NUL": repeated(b"\0"),
}
"""Whole bodies, JSON or not."""


def in_field(valid: dict[str, object], name: str, value: Make) -> Make:
    """Return the valid body but for one field."""

    def make(size: int) -> bytes:
        others = json.dumps({key: kept for key, kept in valid.items() if key != name}, default=str)
        begin = f"{others[:-1]}{', ' if len(others) > 2 else ''}{json.dumps(name)}: ".encode()
        return begin + value(max(size - len(begin) - 1, 16)) + b"}"

    return make


def lines(line: Callable[[], bytes], before: bytes = b"") -> Make:
    """Return a file of lines, each another one of `line`."""

    def make(size: int) -> bytes:
        length, kept = len(before), [before]
        while True:
            made = line()
            length += len(made)
            if length > size:
                return b"".join(kept)
            kept.append(made)

    return make


def ndjson(names: Sequence[str], value: Make, length: int) -> Make:
    """Return a file whose every line gives every field the same value of a length."""
    text = value(length)
    line = b"{" + b",".join(b'"%s":%s' % (name.encode(), text) for name in names) + b"}\n"
    return repeated(line)


def csv_cells(names: Sequence[str], unit: str, length: int) -> Make:
    """Return a file whose every cell is a text of a length."""
    cell = '"' + (unit * (length // len(unit.encode()))).replace('"', '""') + '"'
    return repeated(",".join([cell] * len(names)) + "\n", ",".join(names) + "\n")


def rows(row: Callable[[], bytes], head: bytes = b"") -> dict[str, Make]:
    """Return good files, of rows that differ and of one row.

    Args:
        row: makes another good row each time.
        head: what comes before them.
    """
    return {"good rows": lines(row, head), "the same row": repeated(row(), head)}


def csv_files(names: Sequence[str], row: Callable[[], bytes]) -> dict[str, Make]:
    """Return CSV files that are bad as files.

    Args:
        names: the columns.
        row: makes another good row each time.
    """
    head = (",".join(names) + "\n").encode()
    return {
        "columns without a name": repeated(",", "", "\n"),
        "many columns": numbered("c%d", "", "\n"),
        "one column over and over": repeated(f"{names[0]},", "", f"{names[0]}\n"),
        "a long name of a column": repeated("n", "", "\n"),
        "a name of control characters": repeated("\x01", "", "\n"),
        "semicolons": repeated(";", "", "\n"),
        "empty cells": repeated("," * 200_000 + "\n", head),
        "letters in cells": repeated("ab," * 80_000 + "\n", head),
        "empty rows": repeated("," * (len(names) - 1) + "\n", head),
        "empty lines": repeated("\n", head),
        "rows of too many cells": repeated("x," * len(names) + "x\n", head),
        "open quotes": repeated('"\n"', head),
        "quotes": repeated('""', head + b'"'),
        "a cell of many lines": repeated("x\n", head + b'"'),
        "a row of many lines": repeated('"x\n",', head),
        "one line": repeated("x", head),
        "carriage returns": repeated("\r", head),
        "UTF-16": lambda size: repeated(row().decode(), head)(size // 2).decode().encode("utf-16"),
        "bytes": repeated(b"\xff", head),
    }


def ndjson_files() -> dict[str, Make]:
    """Return NDJSON files that are bad as files."""
    return {
        "empty lines": repeated("\n"),
        "zeros": repeated("0\n"),
        "empty objects": repeated("{}\n"),
        "open lists": repeated("[\n"),
        "one line": repeated("x"),
        **{f"lines: {name}": repeated(make(LONG_LINE) + b"\n") for name, make in BODIES.items()},
        **{f"short lines: {name}": repeated(make(SHORT_LINE) + b"\n") for name, make in BODIES.items()},
    }


HEADERS: dict[str, Callable[[int], str]] = {
    "letters": lambda size: "x" * size,
    "commas": lambda size: "," * size,
    "tags": lambda size: ", ".join(islice((f'"{n}"' for n in count(1)), size // 8)),
    "open quotes": lambda size: '"' * size,
    "weak tags": lambda size: "W/" * (size // 2),
    "preferences": lambda size: ",".join(["a/b;q=0.1"] * (size // 10)),
    "parameters": lambda size: "text/csv" + ";a=b" * (size // 4 - 2),
    "parameters in quotes": lambda size: 'text/csv;a="' + "\\" * (size - 13) + '"',
    "digits": lambda size: "9" * size,
    "semicolons": lambda size: ";" * size,
    "equals": lambda size: "=" * size,
}
"""Values of headers."""
