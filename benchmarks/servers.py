"""The two applications under gunicorn, as they are served: same processes, same threads, one port each."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tenantapp.settings.context_key import ContextKey
from tests.support.databases import Server

API = "/api/v1"
WORKERS = 2
THREADS = 8
CONTEXT_KEY = ContextKey("benchmark", b"thirty-two bytes for a benchmark")
START_SECONDS = 30.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Served:
    """A gunicorn that answers."""

    pid: int
    port: int
    prefix: str = API
    """Under which path the resources are."""

    def cpu_seconds(self) -> float:
        """Return the processor time that it has used so far, its workers' included."""
        return sum(cpu_seconds(pid) for pid in (self.pid, *_children(self.pid)))

    def megabytes(self) -> float:
        """Return the memory that its workers have now."""
        return sum(_kilobytes(pid, "VmRSS") for pid in _children(self.pid)) / 1024

    def peak_megabytes(self) -> float:
        """Return the most memory that one of its workers has had."""
        return max(_kilobytes(pid, "VmHWM") for pid in _children(self.pid)) / 1024


@contextmanager
def served_tenantapp(
    server: Server, database: str, worker: str | None = None, module: str = "wsgi", prefix: str = API
) -> Iterator[Served]:
    """Serve the real application as production would; what it logs is written, and thrown away.

    Args:
        server: where the database is.
        database: what it serves from.
        worker: the class of gunicorn's workers, where it is another than production's.
        module: where the application is.
        prefix: under which path the resources are that are asked for.
    """
    port = _free_port()
    environ = {
        "APP_ENV": "production",
        "SECRET_KEY": "of the benchmark alone, forty letters long",
        "CONTEXT_KEY": CONTEXT_KEY.written(),
        "ALLOW_UNVERIFIED_TLS": "true",
        "BASE_DOMAIN": "example.com",
        "LOG_LEVEL": "INFO",
        "PORT": str(port),
        "WEB_WORKERS": str(WORKERS),
        "WEB_THREADS": str(THREADS),
        "ROLE_PREFIX": server.names.prefix,
        "DATABASE_URL": _address(server, database),
    }
    other = [] if worker is None else ["-k", worker]
    with _gunicorn(["-c", "python:tenantapp.server", *other, f"{module}:app"], environ, port) as served:
        yield replace(served, prefix=prefix)


@contextmanager
def served_plain(server: Server, database: str, *, remembers: bool = False) -> Iterator[Served]:
    """Serve the plain application on a database without row-level security."""
    port = _free_port()
    arguments = ["-k", "gthread", "-w", str(WORKERS), "--threads", str(THREADS), "-b", f"127.0.0.1:{port}"]
    environ = {"PLAIN_DATABASE_URL": _address(server, database)}
    with _gunicorn(
        [*arguments, f"benchmarks.plain.application:create_app(remembers={remembers})"], environ, port
    ) as served:
        yield served


@contextmanager
def _gunicorn(arguments: Sequence[str], environ: Mapping[str, str], port: int) -> Iterator[Served]:
    command = [sys.executable, "-m", "gunicorn", *arguments]
    with subprocess.Popen(command, env={**os.environ, **environ}, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_until_it_answers(process, port)
            yield Served(process.pid, port)
        finally:
            process.terminate()


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close()
            return
        time.sleep(0.1)
    raise TimeoutError(f"{process.args!r} does not answer")


def _address(server: Server, database: str) -> str:
    return server.address("app", database).render_as_string(hide_password=False)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _kilobytes(pid: int, of: str) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition(f"{of}:")[2].split()[0])


def cpu_seconds(pid: int) -> float:
    """Return user and system time: the 14th and 15th field, counted after the command in brackets."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
