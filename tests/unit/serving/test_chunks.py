"""Chunks are decoded wherever they are cut, and refused where gunicorn's own decoder refuses them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import NoMoreData, ParseException
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader
from hypothesis import example, given
from hypothesis import strategies as st

from tenantapp.serving.chunks import Chunks
from tenantapp.serving.refusals import Refusal

HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
CONFIG = Config()
LONGEST_TRAILERS = 1000

pieces = st.lists(st.binary(min_size=1, max_size=50), max_size=5)
endings = st.sampled_from([b"0\r\n\r\n", b"000\r\n\r\n", b"0;a=b\r\nX-Sum: 1\r\n\r\n"])
edits = st.lists(
    st.tuples(
        st.integers(0, 400), st.sampled_from([b"", b"\r", b"\n", b" ", b";", b"-", b"0x", b"g", b"\0", b"f"])
    ),
    max_size=3,
)


def encoded(parts: Sequence[bytes], ending: bytes = b"0\r\n\r\n") -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + ending


def decode(data: bytes, cuts: Sequence[int]) -> tuple[bytes, bool, bytes] | None:
    """Return what was decoded, whether that is all, and what came after it; None where it is refused."""
    chunks = Chunks(Request(CONFIG, IterUnreader([HEAD]), ("127.0.0.1", 1), 1), LONGEST_TRAILERS)
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    found = b""
    try:
        for begin, end in pairwise(places):
            found += b"".join(chunks.feed(data[begin:end]))
    except Refusal:
        return None
    return found, chunks.ended, chunks.surplus if chunks.ended else b""


def gunicorns(data: bytes) -> tuple[bytes, bool, bytes] | None:
    unreader = IterUnreader([HEAD + data])
    request = Request(CONFIG, unreader, ("127.0.0.1", 1), 1)
    try:
        found = request.body.read()
    except NoMoreData:
        return b"", False, b""
    except ParseException as error:
        # It says the same of what is cut within its trailers.
        return (b"", False, b"") if str(error).endswith(r"b''") else None
    return found, True, unreader.take_buffered()


@given(pieces, endings, st.binary(max_size=20), st.lists(st.integers(0, 400), max_size=6))
def test_a_body_is_decoded_wherever_it_is_cut(
    parts: list[bytes], ending: bytes, surplus: bytes, cuts: list[int]
) -> None:
    assert decode(encoded(parts, ending) + surplus, cuts) == (b"".join(parts), True, surplus)


@given(pieces, endings, edits, st.lists(st.integers(0, 400), max_size=6))
@example([b"ab"], b"0\r\n\r\n", [(0, b"+")], [])
@example([b"ab"], b"0\r\nHost: a\r\n\r\n", [], [])
@example([b"ab"], b"0\r\nno colon\r\n\r\n", [], [])
def test_what_gunicorn_refuses_is_refused_and_nothing_else(
    parts: list[bytes], ending: bytes, changes: list[tuple[int, bytes]], cuts: list[int]
) -> None:
    data = encoded(parts, ending)
    for place, inserted in changes:
        at = place % (len(data) + 1)
        data = data[:at] + inserted + data[at + (0 if inserted else 1) :]
    ours, theirs = decode(data, cuts), gunicorns(data)
    if theirs is not None and theirs[1]:
        assert ours == theirs
    else:
        # Of what is not whole, what is wrong may be seen sooner or later.
        assert ours is None or not ours[1]


@pytest.mark.parametrize("line", [b"f" * 17, b"1;" + b"a" * 9000, b"a" * 9000])
def test_lines_have_their_limits(line: bytes) -> None:
    assert decode(line + b"\r\n", []) is None
    assert decode(line + b"\r\n", range(0, 9000, 100)) is None


def test_trailers_have_theirs() -> None:
    assert decode(b"0\r\n" + b"X: a\r\n" * 500, []) is None


def test_framing_is_no_more_than_the_data_and_some() -> None:
    assert decode(b"1\r\na\r\n" * 20_000, range(0, 120_000, 4096)) is None
    assert decode(encoded([b"a" * 10] * 20_000), []) == (b"a" * 200_000, True, b"")
