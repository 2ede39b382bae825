"""A bound on the client's side for work on a connection, whatever the server or the network does."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg


@contextmanager
def cut_after(connection: psycopg.Connection[Any], seconds: float) -> Iterator[None]:
    """Shut the connection's socket down where the block lasts longer: what waits on it gets an error.

    Args:
        connection: what the block works on, and nobody else meanwhile.
        seconds: how long it may last.
    """
    ending, is_over = threading.Lock(), threading.Event()

    def cut() -> None:
        with ending:
            if is_over.is_set():
                return
            with suppress(psycopg.Error, OSError), socket.socket(fileno=os.dup(connection.fileno())) as wire:
                wire.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with ending:
            is_over.set()
        timer.cancel()
