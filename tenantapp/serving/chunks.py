"""Bodies in chunks (RFC 9112 7.1), decoded as they come; gunicorn's own decoder waits for the socket."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gunicorn.http.body import CHUNK_EXT_RE
from gunicorn.http.errors import ParseException
from gunicorn.http.message import Request

from tenantapp.serving.refusals import Refusal

_LONGEST_LINE = 8190
_MOST_DIGITS = 16
_HEX = frozenset(b"0123456789abcdefABCDEF")
# Chunks of a byte each cost hundreds of times what they carry: framing may be as long as the data, and this.
_FREE_FRAMING = 64 * 1024


class Chunks:
    """Decodes one body.

    Args:
        request: the request that it is of, which says what trailers may hold.
        longest_trailers: how many bytes of trailers are taken.
    """

    def __init__(self, request: Request, longest_trailers: int) -> None:
        self._request, self._longest_trailers = request, longest_trailers
        self._buffer = bytearray()
        self._left = self._framing = self._decoded = 0
        self._step: Callable[[], bytes | None] | None = self._size

    @property
    def ended(self) -> bool:
        """Whether the last chunk and the trailers have come."""
        return self._step is None

    @property
    def surplus(self) -> bytes:
        """What came after the end."""
        return bytes(self._buffer)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what the body holds of what has come.

        Raises:
            Refusal: it is not chunks.
        """
        self._buffer += data
        while self._step is not None and (decoded := self._step()) is not None:
            if decoded:
                self._decoded += len(decoded)
                yield decoded

    def _size(self) -> bytes | None:
        line = self._line()
        if line is None:
            return None
        digits, semicolon, extension = line.partition(b";")
        if semicolon:
            digits = digits.rstrip(b" \t")
            if not CHUNK_EXT_RE.fullmatch(b";" + extension):
                raise _malformed()
        if not 0 < len(digits) <= _MOST_DIGITS or not _HEX.issuperset(digits):
            raise _malformed()
        self._left = int(digits, 16)
        self._step = self._data if self._left else self._trailers
        return b""

    def _line(self) -> bytes | None:
        end = self._buffer.find(b"\n", 0, _LONGEST_LINE)
        if end < 0:
            if len(self._buffer) >= _LONGEST_LINE:
                raise _malformed()
            return None
        line = bytes(self._buffer[: end - 1])
        self._framing += end + 3
        if (
            self._buffer[end - 1 : end] != b"\r"
            or b"\r" in line
            or self._framing > self._decoded + _FREE_FRAMING
        ):
            raise _malformed()
        del self._buffer[: end + 1]
        return line

    def _data(self) -> bytes | None:
        if not self._buffer:
            return None
        data = bytes(self._buffer[: self._left])
        del self._buffer[: self._left]
        self._left -= len(data)
        if not self._left:
            self._step = self._end_of_data
        return data

    def _end_of_data(self) -> bytes | None:
        if len(self._buffer) < 2:
            return None
        if self._buffer[:2] != b"\r\n":
            raise _malformed()
        del self._buffer[:2]
        self._step = self._size
        return b""

    def _trailers(self) -> bytes | None:
        end = 0 if self._buffer[:2] == b"\r\n" else self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > self._longest_trailers:
                raise Refusal(431, "headers_too_large", "The trailers are too large.")
            return None
        if end:
            self._check_trailers(bytes(self._buffer[:end]))
            end += 2
        del self._buffer[: end + 2]
        self._step = None
        return b""

    def _check_trailers(self, lines: bytes) -> None:
        try:
            self._request.parse_headers(lines, from_trailer=True)
        except ParseException as error:
            raise _malformed() from error


def _malformed() -> Refusal:
    return Refusal(400, "bad_request", "The chunks of the body are malformed.")
