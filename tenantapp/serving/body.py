"""A request's body as it comes: in memory where it is small, in a temporary file where it is large."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from tempfile import SpooledTemporaryFile
from typing import IO

from gunicorn.http.message import Request

from tenantapp.serving.chunks import Chunks
from tenantapp.serving.head import length_of_body
from tenantapp.serving.refusals import Refusal, busy

SMALL = 64 * 1024
"""Up to how many bytes a body stays in memory."""


class Disk:
    """How much of the disk bodies take together.

    Args:
        most: how many bytes they may.
    """

    def __init__(self, most: int) -> None:
        self._free, self._lock = most, threading.Lock()

    def take(self, size: int) -> None:
        """Take a part of it.

        Raises:
            Refusal: so much is not left.
        """
        with self._lock:
            if size > self._free:
                raise busy("Too many files are being sent; try again later.")
            self._free -= size

    def give(self, size: int) -> None:
        """Give a part back."""
        with self._lock:
            self._free += size


class Body:
    """The body of one request.

    Args:
        request: its head.
        most: how many bytes it may have. One that announces more is not read: the application refuses it.
        longest_trailers: how many bytes may follow its last chunk.
        disk: what a large one is written to.
    """

    def __init__(self, request: Request, most: int, longest_trailers: int, disk: Disk) -> None:
        self.length = length_of_body(request)
        self._chunks = Chunks(request, longest_trailers) if self.length is None else None
        self._most, self._disk = most, disk
        self.received = self._taken = 0
        self.is_small = self.length is not None and self.length <= SMALL
        self.file: IO[bytes] = io.BytesIO() if self.is_small else SpooledTemporaryFile(SMALL)  # noqa: SIM115
        self.ended = self.length == 0
        self.is_too_long = self.length is not None and self.length > most
        self.surplus = b""

    @property
    def is_wanted(self) -> bool:
        """Whether more of it is to be read."""
        return not (self.ended or self.is_too_long)

    def feed(self, data: bytes) -> None:
        """Take what has come.

        Raises:
            Refusal: it is malformed or too long, or there is no room for it.
        """
        if self._chunks is not None:
            for piece in self._chunks.feed(data):
                self._keep(piece)
                if self.received > self._most:
                    raise Refusal(
                        413, "request_entity_too_large", f"The body has more than {self._most} bytes."
                    )
            self.ended = self._chunks.ended
            self.surplus = self._chunks.surplus if self.ended else b""
        else:
            missing = (self.length or 0) - self.received
            self._keep(data[:missing])
            self.surplus = data[missing:]
            self.ended = self.received == self.length
        if self.ended:
            # What is left in a buffer finds no room now, while the client can be told.
            with _refused_without_room():
                self.file.flush()

    def _keep(self, data: bytes) -> None:
        if not self.is_small:
            self._disk.take(len(data))
            self._taken += len(data)
        self.received += len(data)
        with _refused_without_room():
            self.file.write(data)

    def close(self) -> None:
        """Forget it."""
        # What had no room is written once more, in vain, before the file is closed.
        with suppress(OSError):
            self.file.close()
        self._disk.give(self._taken)
        self._taken = 0


@contextmanager
def _refused_without_room() -> Iterator[None]:
    """Refuse a body that cannot be written."""
    try:
        yield
    except OSError as error:
        raise Refusal(
            507, "insufficient_storage", "There is no room for the body.", retry_after=60
        ) from error
