"""A deadline on the client's side: whatever is asked of the server, no connection is lent for longer.

The server's own time-outs are settings, which SQL may change for as long as it has the connection.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from math import inf
from typing import Any

import psycopg
from flask import has_request_context

from tenantapp.globals import globals_here, globals_if_any

_MAY_BE_LONG = "_loans_may_be_long"
_LOOKS_A_DEADLINE = 10
_LONGEST_PAUSE = 1.0
_SECONDS_TO_CANCEL = 2.0

_log = logging.getLogger(__name__)


class Loan:
    """One borrower's time with a connection.

    It is ended or cut, never both: a cut cannot hit the next borrower of the same connection.

    Args:
        connection: what is lent.
        seconds: how long it may last.
        answer_seconds: how long it may wait for one answer.
    """

    def __init__(
        self, connection: psycopg.Connection[Any], seconds: float, answer_seconds: float = inf
    ) -> None:
        self.connection = connection
        self.answer_seconds = answer_seconds
        self.ends_at = self._last = time.monotonic() + seconds
        self.was_cut = False
        self._is_over = False
        self._ending = threading.Lock()

    def ask(self) -> None:
        """Note that an answer is waited for."""
        self.ends_at = min(self._last, time.monotonic() + self.answer_seconds)

    def take_answer(self) -> None:
        """Note that it has come, or comes no more."""
        self.ends_at = self._last

    def is_overdue(self, now: float) -> bool:
        """Tell whether its time is over, or that of the answer it waits for."""
        return self.ends_at < now

    def end(self) -> None:
        """End it, after a cut that has begun."""
        with self._ending:
            self._is_over = True

    def cut(self, reason: str) -> None:
        """Cancel what the server does for it and shut the socket down, unless it is over.

        The thread that waits for an answer gets an error, and the pool replaces the connection.

        Args:
            reason: what the log says.
        """
        with self._ending:
            if self._is_over or self.was_cut:
                return
            self.was_cut = True
            _log.error("a connection is cut: %s", reason)
            with suppress(psycopg.Error):
                self.connection.cancel_safe(timeout=_SECONDS_TO_CANCEL)
            with suppress(psycopg.Error, OSError):
                _shut_down(self.connection)

    def cut_aside(self, reason: str, then: Callable[[], None] = lambda: None) -> None:
        """Cut it in a thread of its own, since to ask for the cancellation may take seconds.

        Args:
            reason: what the log says.
            then: what that thread does after it.
        """

        def work() -> None:
            self.cut(reason)
            then()

        threading.Thread(target=work, name="cut", daemon=True).start()


class Loans:
    """The loans of a pool's connections, and a thread that cuts those that last too long.

    Args:
        in_request: how many seconds a loan to a request may last; where one has declared long work, it may
            wait for one answer as long.
        longest: how many seconds one may last to a request that has declared long work, or to a command.
    """

    def __init__(self, in_request: float, longest: float) -> None:
        self._in_request, self._longest = min(in_request, longest), longest
        self._open: set[Loan] = set()
        self._changing = threading.Lock()
        self._closing = threading.Event()

    def start(self) -> None:
        """Look at the loans from now on."""
        threading.Thread(target=self._watch, name="loans", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._closing.set()

    def begin(self, connection: psycopg.Connection[Any]) -> Loan:
        """Note that a connection is lent."""
        loan = self._loan_here(connection)
        with self._changing:
            self._open.add(loan)
        return loan

    def _loan_here(self, connection: psycopg.Connection[Any]) -> Loan:
        here = globals_if_any()
        if here is not None and _MAY_BE_LONG in here:
            return Loan(connection, self._longest, self._in_request)
        # A thread without any context looks up tenants for requests; a command serves none.
        is_command = here is not None and not has_request_context()
        return Loan(connection, self._longest if is_command else self._in_request)

    def end(self, loan: Loan) -> None:
        """Note that its connection is back."""
        with self._changing:
            self._open.discard(loan)
        loan.end()

    def cut_overdue(self) -> None:
        """Cut the loans whose time is over, each in a thread of its own."""
        now = time.monotonic()
        with self._changing:
            overdue = {loan for loan in self._open if loan.is_overdue(now)}
            self._open -= overdue
        for loan in overdue:
            loan.cut_aside("it was lent for too long")

    def _watch(self) -> None:
        while not self._closing.wait(min(self._in_request / _LOOKS_A_DEADLINE, _LONGEST_PAUSE)):
            self.cut_overdue()


@contextmanager
def long_loans() -> Iterator[None]:
    """Let the loans that begin in the block last as long as any may, though a request is served.

    A single answer has no more time than that of any other request: it may keep a lock from all tenants.
    """
    here = globals_here()
    here[_MAY_BE_LONG] = True
    try:
        yield
    finally:
        here.pop(_MAY_BE_LONG, None)


def _shut_down(connection: psycopg.Connection[Any]) -> None:
    number = connection.fileno()
    with socket.socket(fileno=os.dup(number)) as wire:
        # Closed before it was copied, the number may already be another socket's.
        if connection.fileno() == number:
            wire.shutdown(socket.SHUT_RDWR)
