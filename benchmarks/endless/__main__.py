"""Print what ends later than its time-out, on a server of this process's own."""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks.endless.calls import Call, all_calls
from benchmarks.endless.measure import LATE, TIMEOUT, Measured, Outcome
from benchmarks.endless.statements import all_statements
from benchmarks.endless.suspects import all_suspects
from benchmarks.endless.values import LARGE, SMALL, make_tables
from tests.support.databases import PASSWORDS
from tests.support.own_servers import DATABASE, migrated, own_server

# What took as long with small values is tried with large ones.
_WORTH_MORE = 0.05
_ENDED_ENOUGH = 4
_CALLS_A_SIGN = 500
_SETTINGS = {"max_connections": "20", "shared_buffers": "128MB"}


def main() -> None:
    """Print a line for each thing that is late, and how many were tried."""
    options = _options()
    tried: set[str] = set()
    # A few that the time-out has ended show that it is heeded.
    ended: Counter[str] = Counter()
    late: set[str] = set()
    calls = 0
    with _place(options.version, prepared=options.prepared, with_values=options.all) as measured:
        version = measured.session.info.server_version
        print(f"PostgreSQL {version}, time-out {TIMEOUT:g} s, late after {LATE:g} s")
        print("| what | with | took |\n|---|---|---|", flush=True)
        everything = [*all_suspects(), *all_statements(SMALL)]
        if options.all:
            everything += all_calls(measured.session, options.seed)
        measured.session.rollback()
        for call in everything:
            if not re.search(options.only, call.of):
                continue
            if calls % _CALLS_A_SIGN == 0:
                print(f"{calls} calls: {call.of}", file=sys.stderr, flush=True)
            tried.add(call.of)
            calls += 1
            if call.of in late or ended[call.of] == _ENDED_ENOUGH:
                continue
            length, outcome = _try(measured, call)
            ended[call.of] += outcome.how == "timed out"
            if outcome.is_late:
                late.add(call.of)
                name = call.of.replace("|", r"\|")
                print(f"| `{name}` | {call.with_what}; {length:,} | {outcome} |", flush=True)
    print(f"{len(late)} of {len(tried)} are late, in {calls} calls")


def _try(measured: Measured, call: Call) -> tuple[int, Outcome]:
    """Return how a call ended, and with values of which length: large ones, where small ones took a while."""
    outcome = measured.run(call.statement.replace("{values}", f"endless.of_{SMALL}"))
    if outcome.is_late or outcome.how != "done" or outcome.seconds < _WORTH_MORE:
        return SMALL, outcome
    return LARGE, measured.run(call.statement.replace("{values}", f"endless.of_{LARGE}"))


@contextmanager
def _place(version: int, *, prepared: bool, with_values: bool) -> Iterator[Measured]:
    """Lend a session of a plain role, or of the application's on a prepared database."""
    with (
        tempfile.TemporaryDirectory(dir="/var/tmp") as folder,
        own_server(Path(folder) / "server", _SETTINGS, version) as server,
    ):
        superuser = server.superuser_url.set(drivername="postgresql")
        if prepared:
            address = migrated(server).address("app", DATABASE).set(drivername="postgresql")
            superuser = superuser.set(database=DATABASE)
        else:
            address = superuser.set(username="plain", password=PASSWORDS.app)
        with psycopg.connect(superuser.render_as_string(hide_password=False), autocommit=True) as connection:
            if not prepared:
                connection.execute(f"CREATE ROLE plain LOGIN PASSWORD '{PASSWORDS.app}'")
            if with_values:
                make_tables(connection)
        yield Measured(address.render_as_string(hide_password=False))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.endless", description=__doc__)
    parser.add_argument("--version", type=int, choices=(15, 16, 18), default=18, help="PostgreSQL's (18)")
    parser.add_argument("--prepared", action="store_true", help="as the application's role, on its database")
    parser.add_argument("--all", action="store_true", help="sweep all functions and operators: hours")
    parser.add_argument("--only", default="", help="a pattern of what to try (everything)")
    parser.add_argument(
        "--seed", type=int, default=1, help="of the combinations that are tried by chance (1)"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
