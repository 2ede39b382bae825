"""The lines of a file, as text; and how a file or a line of it is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from tenantapp.http.excerpts import first_errors
from tenantapp.http.problems import Problem

LONGEST_LINE = 256 * 1024
LINE = "_line"
"""Under what a line's errors are told that are about none of its fields."""

_BOM = b"\xef\xbb\xbf"
_TOLD = 10

Errors = dict[str, list[str]]


class FileRefused(Problem):
    """Raised when a file is broken in its form, so that no further line of it can be trusted."""

    status = 422
    reason = "file_refused"

    def __init__(self, line: int, errors: Errors) -> None:
        told: Errors = first_errors(errors, _TOLD)[0]
        said = " ".join(f"{name}: {text[0]}" if name != LINE else text[0] for name, text in told.items())
        super().__init__(f"Line {line}: {said}", errors={str(line): errors})


@dataclass(frozen=True, slots=True)
class Line:
    """What one row of a file says, or what is wrong with it.

    Args:
        number: that of its first line.
        length: of how many characters it is.
        given: what it says.
        errors: what is wrong with it.
    """

    number: int
    length: int
    given: Any
    errors: Errors | None = None


def text_lines(stream: BinaryIO) -> Iterator[tuple[int, str]]:
    """Yield each line with its number, from 1.

    Raises:
        FileRefused: it is none of UTF-8 text, or too long.
    """
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(_BOM)
            if _is_utf_16(line):
                raise FileRefused(1, {LINE: ["The file is UTF-16; save it as UTF-8 (Excel: CSV UTF-8)."]})
        if len(line) > LONGEST_LINE:
            raise FileRefused(number, {LINE: [f"Longer than {LONGEST_LINE} bytes."]})
        if b"\0" in line:
            raise FileRefused(number, {LINE: ["Holds NUL."]})
        try:
            yield number, line.decode()
        except UnicodeDecodeError:
            raise FileRefused(number, {LINE: ["Not UTF-8."]}) from None


def _is_utf_16(line: bytes) -> bool:
    """Tell whether a file begins with UTF-16's mark, or with two ASCII characters in UTF-16."""
    return line[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0\0" in {line[0:4:2], line[1:4:2]}
