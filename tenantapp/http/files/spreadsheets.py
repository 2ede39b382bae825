"""Cells that no spreadsheet executes, whichever character it takes for the end of a cell.

A file whose cells end with commas may be opened as if they ended with semicolons, tabs or bars. What stands
behind one of those, or behind a line break, is then a cell of its own.
"""

from __future__ import annotations

import re

_END = "[;|\\t\\r\\n]"
# What a spreadsheet leaves out or takes for a quotation mark, and what has it execute what follows.
_FORMULA = "(?:[^\\S\\t\\r\\n]|['\"])*+[=+\\-@\uff1d\uff0b\uff0d\uff20]"
_FIRST = re.compile(_FORMULA)
_BEHIND = re.compile(f"({_END})(?={_FORMULA})")
_ESCAPED_BEHIND = re.compile(f"({_END})'(?={_FORMULA})")


def escape(text: str) -> str:
    """Return `text` with an apostrophe before whatever a spreadsheet would execute."""
    inert = _BEHIND.sub(r"\1'", text)
    return f"'{inert}" if _FIRST.match(text) else inert


def unescape(cell: str) -> str:
    """Return what `escape` made `cell` of."""
    text = cell[1:] if cell[:1] == "'" and _FIRST.match(cell, 1) else cell
    return _ESCAPED_BEHIND.sub(r"\1", text)
