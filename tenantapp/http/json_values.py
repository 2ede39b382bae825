"""How many values JSON text holds, counted before it is parsed: each takes far more memory than its text.

It is counted piece by piece, and no further than to the limit: a single call for a whole body would hold up
every other thread of the process, as parsing it would.
"""

from __future__ import annotations

from collections.abc import Iterator

_PIECE = 16 * 1024
# A value has at most four quotation marks, two of them its key's.
_QUOTES = 4


def holds_more_than(most: int, text: bytes) -> bool:
    """Tell whether JSON text holds more than `most` values.

    Args:
        most: how many it may hold.
        text: what was sent, JSON or not. Of what is not, the answer is about right.
    """
    if len(text) <= most:
        return False
    # Few commas and brackets are enough to know, whether they stand in texts or not.
    return _has_more_marks(most, text) and _has_more_values(most, text)


def _has_more_marks(most: int, text: bytes) -> bool:
    found = 1
    for piece in _pieces(text):
        found += _marks(piece)
        if found > most:
            return True
    return False


def _has_more_values(most: int, text: bytes) -> bool:
    """Count without what stands in quotation marks: that is one value, whatever it holds."""
    found, quotes, kept = 1, 0, b""
    for taken in _pieces(text):
        piece = kept + taken
        # A backslash that escapes what comes next goes with it.
        kept = b"\\" if (len(piece) - len(piece.rstrip(b"\\"))) % 2 else b""
        unescaped = piece.removesuffix(kept).replace(rb"\\", b"").replace(rb"\"", b"")
        parts = unescaped.split(b'"')
        found += _marks(b"".join(parts[quotes % 2 :: 2]))
        quotes += len(parts) - 1
        if found > most or quotes > _QUOTES * most:
            return True
    return False


def _pieces(text: bytes) -> Iterator[bytes]:
    return (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))


def _marks(text: bytes) -> int:
    return text.count(b",") + text.count(b"[") + text.count(b"{")
