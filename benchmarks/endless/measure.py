"""A session whose statements have a second, and a deadline after which SIGQUIT ends its backend."""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import dataclass
from typing import Any

import psycopg

from benchmarks.servers import cpu_seconds

TIMEOUT = 1.0
"""What the server is told that a statement may take, in seconds."""
LATE = 2.0
"""After how many seconds it counts as not ended, if it has computed for most of them."""
DEADLINE = 8.0
"""After how many the backend is ended, as `pg_ctl -m immediate` ends all of them."""
_COMPUTED = 0.75
_RESTART_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a statement ended.

    Args:
        seconds: after how long.
        computed: how many seconds of them its backend has used a processor.
        how: `done`, `timed out`, `refused`, or `killed`.
        reason: what the server said of a refusal.
    """

    seconds: float
    computed: float
    how: str
    reason: str = ""

    @property
    def is_late(self) -> bool:
        """Whether the time-out has not ended it."""
        return self.how == "killed" or (self.seconds > LATE and self.computed > _COMPUTED * LATE)

    def __str__(self) -> str:
        return f"> {DEADLINE:g} s, ended by SIGQUIT" if self.how == "killed" else f"{self.computed:.1f} s"


class Measured:
    """A session of a role that is made anew where its backend had to be ended.

    Args:
        address: of the server, a role and a database; the server is this process's own.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self.session = self._connect()

    def run(self, statement: str) -> Outcome:
        """Run a statement within the deadline, and roll back what it did."""
        pid = self.session.info.backend_pid
        started, before = time.perf_counter(), cpu_seconds(pid)
        killed_after: list[float] = []

        def kill() -> None:
            killed_after.append(cpu_seconds(pid) - before)
            os.kill(pid, signal.SIGQUIT)

        killing = threading.Timer(DEADLINE, kill)
        killing.start()
        try:
            self.session.execute(statement)
        except psycopg.errors.QueryCanceled:
            how, reason = "timed out", ""
        except psycopg.Error as error:
            how, reason = "refused", str(error.diag.message_primary or error)
        else:
            how, reason = "done", ""
        finally:
            killing.cancel()
        seconds = time.perf_counter() - started
        if not self.session.closed:
            computed = cpu_seconds(pid) - before
            self._roll_back()
            return Outcome(seconds, computed, how, reason)
        self.session = self._connect()
        return Outcome(seconds, sum(killed_after), "killed" if killed_after else "refused", reason)

    def _roll_back(self) -> None:
        try:
            self.session.rollback()
        except psycopg.Error:
            # Of ten thousand savepoints it takes longer than the time-out.
            self.session.close()
            self.session = self._connect()

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        give_up_at = time.monotonic() + _RESTART_SECONDS
        while True:
            try:
                return psycopg.connect(self._address, options=f"-c statement_timeout={int(TIMEOUT * 1000)}")
            except psycopg.OperationalError:
                # The other backends end too, and the server recovers.
                if time.monotonic() > give_up_at:
                    raise
                time.sleep(0.2)
