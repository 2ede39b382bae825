"""No cell of an export is a formula, in whatever way a spreadsheet takes the file apart."""

from __future__ import annotations

import csv
import io
import re
from itertools import combinations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tenantapp.http.files.spreadsheets import escape, unescape
from tenantapp.http.files.tabular import CSV, write_rows

SEPARATORS = ",;\t|"
FORMULAS = ("=1+1", "+49 30", "-2", "@SUM(A1)", "'=1", "  =1", "''@x", "\t=1", "'plain", "\uff1d1")
SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"
EXECUTED = re.compile(rf'[\s"]*[{re.escape(SIGNS)}]')
# What formulas are made of, and what parts cells from each other.
HOSTILE = st.text(st.sampled_from("=+-@\uff1d'\"\t\r\n ;,|\u00a0\u2028\x0b1a"), max_size=12)
TEXT = HOSTILE | st.text() | st.sampled_from(FORMULAS)


def taken_apart(file: str, separators: str, quoting: str) -> list[str]:
    """Return the cells of a file as a spreadsheet finds them.

    Args:
        file: the file.
        separators: what ends a cell.
        quoting: where quotation marks count: at a cell's `start` alone, `anywhere`, or `nowhere`.
    """
    cells, quoted, characters = [""], False, iter(re.findall('""|.', file, re.DOTALL))
    for character in characters:
        if quoted:
            # Two quotation marks are one of the text, and one ends it.
            quoted = character != '"'
            cells[-1] += "" if not quoted else character[:1]
        elif '"' in character and (quoting == "anywhere" or (quoting == "start" and not cells[-1])):
            quoted = len(character) == 1
        elif character in separators or character in "\r\n":
            cells.append("")
        else:
            cells[-1] += character
    return cells


@given(TEXT)
@example(";'=1")
@example("'\t'=1")
def test_escaping_is_undone_exactly(text: str) -> None:
    assert unescape(escape(text)) == text


@given(TEXT)
def test_what_no_spreadsheet_executes_is_left_as_it_is(text: str) -> None:
    if not set(text) & set(SIGNS):
        assert escape(text) == text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("=1", "'=1"),
        ("a;=1", "a;'=1"),
        ("a\t=1|+2\n-3\r@4", "a\t'=1|'+2\n'-3\r'@4"),
        (';"=1"', ';\'"=1"'),
        (";\t =1", ";\t' =1"),
        ("a=1; b-2, -3", "a=1; b-2, -3"),
    ],
)
def test_an_apostrophe_stands_before_each_formula(text: str, escaped: str) -> None:
    assert escape(text) == escaped


@given(st.lists(TEXT, min_size=2, max_size=4))
@example(["a", "x;=1+1;"])
@example(["a", 'x;"=1+1'])
@example(["a", "x\n=1+1\n"])
@example(['a"', "x;=cmd|' /C calc'!A0"])
def test_no_cell_is_a_formula_whatever_parts_the_cells(row: list[str]) -> None:
    names = [str(number) for number in range(len(row))]
    file = write_rows(CSV, names)([dict(zip(names, row, strict=True))]).decode()
    assert [unescape(cell) for cell in next(csv.reader(io.StringIO(file, newline="")), [])] == row
    for number in range(1, len(SEPARATORS) + 1):
        for separators in map("".join, combinations(SEPARATORS, number)):
            # Where commas part the cells, every quotation mark is where the file's format has it.
            for quoting in ("start", "anywhere") if "," in separators else ("start", "anywhere", "nowhere"):
                cells = taken_apart(file, separators, quoting)
                assert not list(filter(EXECUTED.match, cells)), (separators, quoting)
