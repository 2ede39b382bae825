"""Whether an answer takes longer where there are more tenants, each with as many rows as before."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.data import Dataset, Target, load, targets
from benchmarks.load import Case, ask, written
from benchmarks.servers import Served, served_tenantapp
from tests.support.databases import Server

FEW, MANY = 10, 10_000
TARGETS = 20_000
# Until each worker has served nearly all of many tenants once.
WARM_UP_SECONDS = 20.0
WANTED = 1.1


def compare_latency(server: Server, rounds: int, seconds: float, rows: int) -> None:
    """Print the median latency with few tenants and with many; first some of the many ask, then all."""
    sizes = [Dataset(tenants, tenants * max(1, rows // MANY), skewed=False) for tenants in (FEW, MANY)]
    databases = [load(server, size) for size in sizes]
    few, many = (targets(server, name, TARGETS) for name in databases)
    print(f"| case | ms, {FEW:,} tenants | ms, {MANY:,} tenants | ratio a round | median | wanted |")
    print("|---|---|---|---|---|---|")
    with ExitStack() as stack:
        both = [stack.enter_context(served_tenantapp(server, name)) for name in databases]
        for who, asking in (("as many ask", _of_few(many)), ("all ask", many)):
            files = [stack.enter_context(written(asked)) for asked in (few, asking)]
            for verb in ("list", "get"):
                pairs = _pairs(Case(verb, "keep-alive"), both, files, rounds, seconds)
                print(_row(f"{verb}, {who}", pairs), flush=True)


def _of_few(asked: Sequence[Target]) -> list[Target]:
    """Return the targets of as many tenants as there are in the small database."""
    names = set(sorted({target.subdomain for target in asked})[:FEW])
    return [target for target in asked if target.subdomain in names]


def _pairs(
    case: Case, both: Sequence[Served], files: Sequence[Path], rounds: int, seconds: float
) -> list[list[float]]:
    """Return the median latencies of both, round by round; one connection, so that nothing waits."""
    for served, file in zip(both, files, strict=True):
        ask(served, case, file, WARM_UP_SECONDS)
    return [
        [
            ask(served, case, file, seconds, connections=1).median_milliseconds
            for served, file in zip(both, files, strict=True)
        ]
        for _ in range(rounds)
    ]


def _row(name: str, pairs: Sequence[Sequence[float]]) -> str:
    ratios = [many / few for few, many in pairs]
    few, many = (statistics.median(column) for column in zip(*pairs, strict=True))
    listed = " ".join(f"{ratio:.2f}" for ratio in ratios)
    return f"| {name} | {few:.2f} | {many:.2f} | {listed} | **{statistics.median(ratios):.2f}** | {WANTED} |"
