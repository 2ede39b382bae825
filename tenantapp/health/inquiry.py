"""A question whose answer costs something and that anybody may ask at any time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

Found = TypeVar("Found")


class Inquiry(Generic[Found]):
    """An answer that one thread at a time finds out, that is kept for seconds and waited for no longer.

    Args:
        find: finds it out, in a thread of its own.
        seconds: how long an answer is kept.
        patience: how long after its beginning a search is waited for.
    """

    def __init__(self, find: Callable[[], Found], *, seconds: float, patience: float) -> None:
        self._find = find
        self._seconds = seconds
        self._patience = patience
        self._lock = threading.Lock()
        self._kept: tuple[Found, float] | None = None
        self._search: tuple[Future[Found], float] | None = None

    def answer(self) -> Found:
        """Return what was found out at most `seconds` ago.

        Raises:
            TimeoutError: the search takes longer than it is waited for.
            Exception: what `find` raised.
        """
        with self._lock:
            now = time.monotonic()
            if self._kept is not None and now - self._kept[1] < self._seconds:
                return self._kept[0]
            if self._search is None:
                self._search = self._begin(), now
            future, began = self._search
        return future.result(max(0.0, began + self._patience - now))

    def _begin(self) -> Future[Found]:
        future: Future[Found] = Future()
        threading.Thread(target=self._work, args=(future,), name="inquiry", daemon=True).start()
        return future

    def _work(self, future: Future[Found]) -> None:
        try:
            found = self._find()
        except BaseException as error:  # noqa: BLE001 - it is raised where the answer is asked for
            with self._lock:
                self._search = None
            future.set_exception(error)
        else:
            with self._lock:
                self._kept, self._search = (found, time.monotonic()), None
            future.set_result(found)
