"""What the role can leave for later sessions: every setting, extreme values, and whether the next is served.

Run: `.venv/bin/python -m benchmarks.leftovers [--version 15] [--delay 2 50] [--bare]`
"""

from __future__ import annotations

import argparse
import logging
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest import mock

from tests.conftest import UNSAFE_AND_FAST
from tests.support.databases import Server
from tests.support.leftovers import Leftover, Served, leftovers, sweep
from tests.support.own_servers import DATABASE, migrated, own_server

# With the server further away, each waits for the line most of the time.
SIDE_BY_SIDE = 6
FAR_SECONDS = 0.01


def main() -> int:
    """Sweep, print what went wrong and how long it took; return 1 where anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--version", default="18", choices=["15", "16", "18"], help="of PostgreSQL (18)")
    parser.add_argument("--delay", type=float, nargs="+", default=[2.0, 50.0], help="milliseconds (2 50)")
    parser.add_argument("--bare", action="store_true", help="leave out the options that sessions start with")
    arguments = parser.parse_args()
    os.environ["TEST_POSTGRES_VERSION"] = arguments.version
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)
    failed = 0
    with _server() as server, ExitStack() as stack:
        if arguments.bare:
            stack.enter_context(mock.patch("tenantapp.postgres.pool.START_OPTIONS", {}))
        with server.connect("app", DATABASE) as attacker:
            chosen = leftovers(attacker)
        for milliseconds in arguments.delay:
            failed += _report(server, chosen, milliseconds / 1000, arguments.version)
    return 1 if failed else 0


def _report(server: Server, chosen: list[Leftover], delay: float, version: str) -> int:
    """Sweep at one distance, and return for how many leftovers something went wrong."""
    started = time.perf_counter()
    with ExitStack() as clones:
        far = delay >= FAR_SECONDS
        several = [clones.enter_context(server.clone(DATABASE)) for _ in range(SIDE_BY_SIDE if far else 0)]
        found = sweep(server, several or [DATABASE], chosen, delay)
    for served in found:
        if served.faults:
            print(f"  {served.leftover}: {'; '.join(served.faults)}")
    failed = sum(bool(served.faults) for served in found)
    settings = len({served.leftover.name for served in found})
    print(
        f"PostgreSQL {version}, {delay * 1000:g} ms away: {settings} settings, "
        f"{len(found)} values of {len(chosen)} tried are taken, {failed} faults; {_seconds(found)}; "
        f"{time.perf_counter() - started:.0f} s in all",
        flush=True,
    )
    return failed


def _seconds(found: list[Served]) -> str:
    taken = sorted(served.seconds for served in found)
    slowest = max(found, key=lambda served: served.seconds)
    return (
        f"served after {statistics.median(taken):.2f} s, at most {taken[-1]:.2f} s ({slowest.leftover.name})"
    )


@contextmanager
def _server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        # The server's own user, where this one is root, comes through.
        Path(folder).chmod(0o755)
        with own_server(Path(folder) / "postgresql", UNSAFE_AND_FAST) as started:
            yield migrated(started)


if __name__ == "__main__":
    sys.exit(main())
