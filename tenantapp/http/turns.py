"""Who goes first: in one process, what computes for seconds gives way to small requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# On a server that is never idle an import waits each time: its transaction must not last many times as long.
LONGEST_PAUSE = 0.001
_LOOK_SECONDS = 0.0005


class Turns:
    """Counts the small requests that threads of this process are at work on."""

    def __init__(self) -> None:
        self._small = 0
        self._lock = threading.Lock()

    @contextmanager
    def small_request(self) -> Iterator[None]:
        """Do the block as a small request."""
        with self._lock:
            self._small += 1
        try:
            yield
        finally:
            with self._lock:
                self._small -= 1

    def give_way(self) -> None:
        """Wait while there are small requests, but no longer than `LONGEST_PAUSE` seconds."""
        until = time.monotonic() + LONGEST_PAUSE
        while self._small and time.monotonic() < until:
            time.sleep(_LOOK_SECONDS)


TURNS = Turns()
