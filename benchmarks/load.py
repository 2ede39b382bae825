"""The load generator: wrk, which asks one application for one thing for some seconds."""

from __future__ import annotations

import secrets
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from benchmarks.data import Target
from benchmarks.servers import Served

SCRIPT = Path(__file__).with_name("load.lua")
CONNECTIONS = 16
FILTERS = "status=prospect&created_at_from=2026-01-01T00:00:05Z&sort=created_at&limit=50"
"""What a filtered list of customers is asked for."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is asked for, and over which kind of connection."""

    verb: str
    connection: str

    def __str__(self) -> str:
        return f"{self.verb}, {'one connection a request' if self.connection == 'close' else self.connection}"


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run gave."""

    per_second: float
    cpu_milliseconds: float
    median_milliseconds: float


def require_wrk() -> None:
    """End the program, and say how to install it, where wrk is missing."""
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is missing; on Debian: apt-get install wrk")


@contextmanager
def written(targets: Sequence[Target]) -> Iterator[Path]:
    """Lend a file of the targets, for wrk."""
    with NamedTemporaryFile("w", suffix=".targets") as file:
        file.writelines(
            f"{target.subdomain} {target.token} {target.customer_id} {target.service_id}\n"
            for target in targets
        )
        file.flush()
        yield Path(file.name)


def ask(
    served: Served, case: Case, targets: Path, seconds: float, connections: int = CONNECTIONS
) -> Measured:
    """Send requests for `seconds` and return what was measured.

    Raises:
        RuntimeError: an answer was an error.
    """
    wrk = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "10s"]
    script = ["-s", str(SCRIPT), f"http://127.0.0.1:{served.port}", "--"]
    before = served.cpu_seconds()
    done = subprocess.run(
        [
            *wrk,
            *script,
            case.verb,
            case.connection,
            str(targets),
            secrets.token_hex(4),
            FILTERS,
            served.prefix,
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    used = served.cpu_seconds() - before
    requests, microseconds, errors, median = done.stdout.rpartition("RESULT ")[2].split()
    if int(errors):
        raise RuntimeError(f"{case}: {errors} of {requests} answers were errors\n{done.stdout}")
    return Measured(
        int(requests) / int(microseconds) * 1e6, used / int(requests) * 1000, float(median) / 1000
    )
