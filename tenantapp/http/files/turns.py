"""Who goes first: in one process, what computes for seconds gives way to small requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# So long after the last small request others are expected.
LATELY_SECONDS = 0.05
# Of one pause: what computed for long at a time, as a large batch does, does not sleep as long as that.
LONGEST_PAUSE = 0.05


class Turns:
    """Leaves half of a process's computing time to small requests, while there are any.

    What computes for seconds takes twice as long beside them, and no longer.
    """

    def __init__(self) -> None:
        self._last_small = -LATELY_SECONDS
        self._small = self._long = 0
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
            self._last_small = time.monotonic()

    @contextmanager
    def long_work(self) -> Iterator[Pace]:
        """Do the block as work that computes for seconds, and calls `give_way` of its pace now and then."""
        with self._lock:
            self._long += 1
        try:
            yield Pace(self)
        finally:
            with self._lock:
                self._long -= 1

    def pause_after(self, computed: float) -> float:
        """Return how long a thread of long work has to sleep.

        Args:
            computed: for how many seconds it computed since its last pause.
        """
        # One that is at work for long is waited on most of all.
        if not self._small and time.monotonic() - self._last_small > LATELY_SECONDS:
            return 0.0
        # All long work together computes half of the time, however many threads share it.
        return min(computed * (2 * self._long - 1), LONGEST_PAUSE)


class Pace:
    """When one thread of long work slept last.

    Args:
        turns: of its process.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._since = time.thread_time()

    def give_way(self) -> None:
        """Sleep, where small requests are at work, or were lately."""
        pause = self._turns.pause_after(time.thread_time() - self._since)
        if pause:
            time.sleep(pause)
        self._since = time.thread_time()


TURNS = Turns()
