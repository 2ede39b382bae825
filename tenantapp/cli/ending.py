"""How `flask up` ends: at once for a newcomer, whoever asks, with no process left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from typing import NoReturn

import click

GRACE_SECONDS = 1.0
GONE_SECONDS = 0.5


def heed_signals() -> None:
    """Take SIGINT, SIGTERM and a closed terminal as Control-C.

    A shell's `&` starts a program with SIGINT ignored, and without a handler nothing would hear it. `nohup`
    ignores SIGHUP on purpose; that stays.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.default_int_handler)


def wait_for(server: subprocess.Popen[bytes]) -> int:
    """Wait until the server ends by itself, and return its exit code.

    Raises:
        KeyboardInterrupt: the program is asked to end.
    """
    # Not wait(), which gives a child a further quarter of a second after Control-C.
    while server.poll() is None:
        time.sleep(0.05)
    return int(server.returncode)


def stop(server: subprocess.Popen[bytes]) -> None:
    """Ask the server to end, say what is waited for, and wait no longer than that."""
    _say(f"\nStopping: open requests have {GRACE_SECONDS:g} s to finish; an embedded PostgreSQL stops last.")
    server.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)


def kill(server: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the server and of the processes that it started."""
    # From here on Control-C ends this program at once.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        # Its children use the embedded server until they are gone.
        deadline = time.monotonic() + GONE_SECONDS
        while time.monotonic() < deadline:
            os.killpg(server.pid, 0)
            time.sleep(0.01)


def leave(code: int) -> NoReturn:
    """End this program without the half second that Python takes to free what the kernel frees at once."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()
    os._exit(code)


def _say(text: str) -> None:
    # The terminal may be what went away.
    with contextlib.suppress(OSError):
        click.echo(text, err=True)
