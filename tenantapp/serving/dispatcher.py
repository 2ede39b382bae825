"""Who gets a thread: complete requests alone, a bounded number of them, and no tenant or kind all threads."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from queue import SimpleQueue

import structlog

from tenantapp.http.files.turns import TURNS
from tenantapp.serving.connection import Connection
from tenantapp.serving.limits import Limits
from tenantapp.serving.refusals import busy

_log = structlog.get_logger("tenantapp.server")

# Whoever waits for a thread that computes waits this long at each of its calls; less costs all of them more.
_SWITCH_SECONDS = 0.002
_SWITCH_SECONDS_BESIDE_BULK = 0.0005


@dataclass(frozen=True, slots=True)
class Job:
    """A request that has come whole."""

    connection: Connection
    tenant: str
    is_bulk: bool
    since: float = field(default_factory=time.monotonic)


class Dispatcher:
    """Threads, and the requests that wait for one.

    The loop alone calls it, so that nothing is locked; what threads tell is that they have finished.

    Args:
        limits: how many of each.
        work: what a thread does with a connection.
        wake: makes the loop call `settle` soon.
    """

    def __init__(self, limits: Limits, work: Callable[[Connection], None], wake: Callable[[], None]) -> None:
        self._limits, self._work, self._wake = limits, work, wake
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._finished: deque[Job] = deque()
        # A tenant's uploads and exports do not stand before its other requests.
        self._waiting: OrderedDict[tuple[str, bool], deque[Job]] = OrderedDict()
        self._count = self._busy = self._bulk = 0
        self._by_tenant: Counter[str] = Counter()

    def start(self) -> None:
        """Start the threads. None of them keeps the process alive."""
        self._set_turns()
        for number in range(self._limits.threads):
            threading.Thread(target=self._run, name=f"request-{number}", daemon=True).start()

    def submit(self, job: Job) -> None:
        """Give a request a thread, now or as soon as one is free for it.

        Raises:
            Refusal: too many wait.
        """
        self._settle()
        if not self._count and self._may_start(job):
            self._start(job)
            return
        waiting = self._waiting.get((job.tenant, job.is_bulk), ())
        if self._count >= self._limits.backlog or len(waiting) >= self._limits.tenant_backlog:
            raise busy("All threads are busy, and too many requests wait for one.")
        self._waiting.setdefault((job.tenant, job.is_bulk), deque()).append(job)
        self._count += 1
        # A thread that finished since did not know that somebody waits.
        self.settle()

    def settle(self) -> None:
        """Give threads that have become free to those that wait, a tenant after the other."""
        self._settle()
        while self._count and (job := self._next()) is not None:
            self._start(job)

    def expired(self, now: float) -> Iterator[Connection]:
        """Yield, and forget, those that have waited too long."""
        for queue in self._waiting.values():
            while queue and now - queue[0].since > self._limits.wait_seconds:
                self._count -= 1
                yield queue.popleft().connection

    def _settle(self) -> None:
        while self._finished:
            job = self._finished.popleft()
            self._busy -= 1
            self._bulk -= job.is_bulk
            self._by_tenant[job.tenant] -= 1
            if job.is_bulk:
                self._set_turns()
            if not self._by_tenant[job.tenant]:
                del self._by_tenant[job.tenant]

    def _next(self) -> Job | None:
        for key, queue in list(self._waiting.items()):
            if not queue:
                del self._waiting[key]
            elif self._may_start(queue[0]):
                self._waiting.move_to_end(key)
                self._count -= 1
                return queue.popleft()
        return None

    def _may_start(self, job: Job) -> bool:
        return (
            self._busy < self._limits.threads
            and not (job.is_bulk and self._bulk >= self._limits.bulk_threads)
            and self._by_tenant[job.tenant] < self._limits.tenant_threads
        )

    def _start(self, job: Job) -> None:
        self._busy += 1
        self._bulk += job.is_bulk
        self._by_tenant[job.tenant] += 1
        if job.is_bulk:
            self._set_turns()
        self._jobs.put(job)

    def _set_turns(self) -> None:
        """Let threads take turns more often while one computes for seconds, as an import does."""
        sys.setswitchinterval(_SWITCH_SECONDS_BESIDE_BULK if self._bulk else _SWITCH_SECONDS)

    def _run(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                with nullcontext() if job.is_bulk else TURNS.small_request():
                    self._work(job.connection)
            except BaseException:  # noqa: BLE001 - a thread less would be one less for ever
                _log.exception("a thread was to end")
            self._finished.append(job)
            if self._count:
                self._wake()
