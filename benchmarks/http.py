"""What a client gets: requests per second of tenantapp, beside a plain application without RLS.

Run: `.venv/bin/python -m benchmarks.http [--rounds 3] [--seconds 5] [--rows 1000000] [--cases get list …]
[--parts compare plain-views workers scale]`
"""

from __future__ import annotations

import argparse
import json
import statistics
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.data import Dataset, Target, benchmark_server, load, remove_created, targets, without_rls
from benchmarks.load import FILTERS, Case, Measured, ask, require_wrk, written
from benchmarks.scale import compare_latency
from benchmarks.servers import API, Served, served_plain, served_tenantapp
from tests.support.databases import Server

TENANTS = 1000
TARGETS = 20_000
WARM_UP_SECONDS = 3.0
WANTED = {"list": 1.6, "filtered-list": 1.6, "get": 1.4, "get-with-relations": 1.4, "create": 1.25}
PARTS = ("compare", "plain-views", "workers", "scale")
PLAIN_VIEWS = ("list", "get", "create")
CREATED = {
    "name": "Ada",
    "email": "load-check@example.com",
    "phone": None,
    "status": "prospect",
    "notes": "Äußerst wichtig",
}
MADE_BY_THE_SERVER = ("id", "created_at", "updated_at")


def main() -> None:
    """Print both applications' requests per second, and the latency over the number of tenants."""
    options = _options()
    require_wrk()
    with benchmark_server() as server:
        print(f"{options.rounds} rounds of {options.seconds:g} s a case, {options.rows:,} customers")
        if "compare" in options.parts:
            cases = [Case(verb, kind) for kind in ("close", "keep-alive") for verb in options.cases]
            compare(server, cases, options.rounds, options.seconds, options.rows)
        if "plain-views" in options.parts:
            verbs = [verb for verb in PLAIN_VIEWS if verb in options.cases]
            cases = [Case(verb, kind) for kind in ("close", "keep-alive") for verb in verbs]
            compare_plain_views(server, cases, options.rounds, options.seconds, options.rows)
        if "workers" in options.parts:
            cases = [Case(verb, kind) for kind in ("close", "keep-alive") for verb in options.cases]
            compare_workers(server, cases, options.rounds, options.seconds, options.rows)
        if "scale" in options.parts:
            compare_latency(server, options.rounds, options.seconds, options.rows)


def compare(server: Server, cases: Sequence[Case], rounds: int, seconds: float, rows: int) -> None:
    """Measure the two in turn, and print the table."""
    ours = load(server, Dataset(TENANTS, rows))
    theirs = without_rls(server, ours)
    asked = targets(server, ours, TARGETS)
    with ExitStack() as stack:
        file = stack.enter_context(written(asked))
        both = (
            stack.enter_context(served_tenantapp(server, ours)),
            stack.enter_context(served_plain(server, theirs)),
        )
        for database in (ours, theirs):
            # Before too: an earlier run may have been killed.
            remove_created(server, database)
            stack.callback(remove_created, server, database)
        require_equal_answers(*both, asked[0])
        _compare_cases(cases, both, file, rounds, seconds)
        if Case("get", "close") in cases:
            print("beside the plain application that never looks a tenant up again:")
            lean = stack.enter_context(served_plain(server, theirs, remembers=True))
            _compare_cases([Case("get", "close")], (both[0], lean), file, rounds, seconds)


def compare_plain_views(
    server: Server, cases: Sequence[Case], rounds: int, seconds: float, rows: int
) -> None:
    """Measure the plain application's views on ours (benchmarks/plain_views.py) and on itself in turn."""
    ours = load(server, Dataset(TENANTS, rows))
    theirs = without_rls(server, ours)
    asked = targets(server, ours, TARGETS)
    with ExitStack() as stack:
        file = stack.enter_context(written(asked))
        module, prefix = "benchmarks.plain_views", f"{API}/plain"
        both = (
            stack.enter_context(served_tenantapp(server, ours, module=module, prefix=prefix)),
            stack.enter_context(served_plain(server, theirs)),
        )
        for database in (ours, theirs):
            remove_created(server, database)
            stack.callback(remove_created, server, database)
        require_equal_customers(*both, asked[0])
        _compare_cases(cases, both, file, rounds, seconds, wanted=1.0)


def compare_workers(server: Server, cases: Sequence[Case], rounds: int, seconds: float, rows: int) -> None:
    """Measure the application under its own worker and under gunicorn's gthread in turn."""
    database = load(server, Dataset(TENANTS, rows))
    with ExitStack() as stack:
        file = stack.enter_context(written(targets(server, database, TARGETS)))
        both = (
            stack.enter_context(served_tenantapp(server, database)),
            stack.enter_context(served_tenantapp(server, database, worker="gthread")),
        )
        remove_created(server, database)
        stack.callback(remove_created, server, database)
        _compare_cases(cases, both, file, rounds, seconds, beside="gthread", wanted=1.0)


def _compare_cases(
    cases: Sequence[Case],
    both: tuple[Served, Served],
    file: Path,
    rounds: int,
    seconds: float,
    beside: str = "plain",
    wanted: float | None = None,
) -> None:
    print(f"| case | requests/s | {beside} | ratio a round | median | wanted | CPU ms/request | {beside} |")
    print("|---|---|---|---|---|---|---|---|")
    for case in cases:
        _compare_case(case, both, file, rounds, seconds, WANTED[case.verb] if wanted is None else wanted)


def _compare_case(
    case: Case, both: tuple[Served, Served], file: Path, rounds: int, seconds: float, wanted: float
) -> None:
    for served in both:
        ask(served, case, file, WARM_UP_SECONDS)
    pairs = []
    for number in range(rounds):
        order = both if number % 2 == 0 else both[::-1]
        results = [ask(served, case, file, seconds) for served in order]
        pairs.append(results if number % 2 == 0 else results[::-1])
    print(_row(case, pairs, wanted), flush=True)


def _row(case: Case, pairs: Sequence[Sequence[Measured]], wanted: float) -> str:
    ratios = [ours.per_second / plain.per_second for ours, plain in pairs]
    ours, plain = ([pair[which] for pair in pairs] for which in (0, 1))
    cells = [
        str(case),
        *(f"{statistics.median(run.per_second for run in runs):.0f}" for runs in (ours, plain)),
        " ".join(f"{ratio:.2f}" for ratio in ratios),
        f"**{statistics.median(ratios):.2f}**",
        f"{wanted:.2f}",
        *(f"{statistics.median(run.cpu_milliseconds for run in runs):.2f}" for runs in (ours, plain)),
    ]
    return f"| {' | '.join(cells)} |"


def require_equal_answers(ours: Served, plain: Served, target: Target) -> None:
    """Make sure that both answer the same to the same question.

    Raises:
        AssertionError: they do not.
    """
    shown = [_json(served, target, f"services/{target.service_id}/history") for served in (ours, plain)]
    assert shown[0] == shown[1], shown
    require_equal_customers(ours, plain, target, FILTERS)


def require_equal_customers(ours: Served, plain: Served, target: Target, *filters: str) -> None:
    """Make sure that both show, list and create customers alike.

    Raises:
        AssertionError: they do not.
    """
    both = (ours, plain)
    shown = [_json(served, target, f"customers/{target.customer_id}") for served in both]
    assert shown[0] == shown[1], shown
    for asked in ("limit=50", *filters):
        lists = [_json(served, target, f"customers?{asked}") for served in both]
        assert lists[0]["items"] == lists[1]["items"]
        assert [bool(page["next_cursor"]) for page in lists] == [len(lists[0]["items"]) == 50] * 2
    created = [_json(served, target, "customers", CREATED) for served in both]
    for body in created:
        for name in MADE_BY_THE_SERVER:
            assert body.pop(name)
    assert created[0] == created[1], created


def _json(served: Served, target: Target, path: str, body: Mapping[str, Any] | None = None) -> Any:
    request = urllib.request.Request(
        f"http://127.0.0.1:{served.port}{served.prefix}/{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Host": f"{target.subdomain}.example.com",
            "Authorization": f"Bearer {target.token}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - our own servers
        return json.load(response)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3, help="how often each pair is measured (3)")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each measurement takes (5)")
    parser.add_argument(
        "--rows", type=int, default=1_000_000, help="how many customers there are (1,000,000)"
    )
    parser.add_argument(
        "--cases", nargs="+", choices=WANTED, default=list(WANTED), help="what to compare (all)"
    )
    parser.add_argument(
        "--parts",
        nargs="+",
        choices=PARTS,
        default=PARTS,
        help="what to measure (all)",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
