"""No request takes more time or memory than its size allows: the worst we can make, to every route."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from urllib.parse import quote

import pytest

from tenantapp.http.files.tabular import CSV, NDJSON
from tenantapp.testing.ask import Ask
from tenantapp.testing.canaries import Neighbours
from tenantapp.testing.walk import every_ask, methods_of, tenants_rules
from tests.growth.worker import MIB, Limit, Request, Worker
from tests.growth.worst import (
    BODIES,
    HEADERS,
    TEXTS,
    VALUES,
    Make,
    csv_cells,
    csv_files,
    in_field,
    lines,
    ndjson,
    ndjson_files,
    repeated,
    rows,
)
from tests.support.described import described_app

pytestmark = pytest.mark.growth

BODY, FILE, LARGE_FILE = MIB, MIB // 2, 24 * MIB
# The server refuses a longer request line.
QUERY = 3600
OF_A_BODY = Limit(seconds=0.3, memory=20 * MIB, answered=64 * 1024)
OF_A_FILE = Limit(seconds=6.0, memory=64 * MIB, answered=64 * 1024)
OF_A_HEAD = replace(OF_A_BODY, seconds=8.0)
ROUTES = [(rule.rule, method) for rule, _ in tenants_rules(described_app()) for method in methods_of(rule)]
WRITES = [(rule, method) for rule, method in ROUTES if method != "GET" and not rule.endswith("/import")]
IMPORTS = [rule for rule, _ in ROUTES if rule.endswith("/import")]
# What becomes no row is read by the same lines for all of them: one of them tells, unless GROWTH=every.
FILES_OF = IMPORTS if os.environ.get("GROWTH") == "every" else IMPORTS[:1]
# In bytes; the shorter one is too long for a name, but not so much that it is not looked at.
LENGTHS = (1100, 15_000)

_NUMBERS = count()

Case = tuple[str, Callable[[int], Request]]


@pytest.fixture(scope="session")
def asks(neighbours: Neighbours) -> dict[tuple[str, str], Ask]:
    """A good request to each route."""
    return {(ask.rule, ask.method): ask for ask in every_ask(neighbours, neighbours.a)}


def hold(worker: Worker, cases: Iterable[Case], size: int, limit: Limit) -> None:
    """Try every case, and name all that took too much."""
    found = {name: worker.grows(make, size, limit) for name, make in cases}
    wrong = [f"{name}: {said}" for name, said in found.items() if said]
    assert found
    assert not wrong, "\n".join(wrong)


def sent(ask: Ask, make: Make, kind: str = "application/json") -> Callable[[int], Request]:
    """Return what sends a body of a size."""
    return lambda size: Request(ask.method, ask.path, make(size), {"Content-Type": kind, **ask.headers})


def bodies(ask: Ask) -> Iterator[Case]:
    """Yield the bad bodies of a route: as a whole, and field by field."""
    for name, make in BODIES.items():
        yield name, sent(ask, make)
    for field in sorted(ask.operation.writable):
        for name, make in VALUES.items():
            yield f"{field}: {name}", sent(ask, in_field(ask.body or {}, field, make))
    if ask.body is not None:
        yield "beside the fields: keys", sent(ask, in_field(ask.body, "more", VALUES["keys"]))


@pytest.mark.parametrize(("rule", "method"), WRITES)
def test_a_body_takes_no_more_than_its_size_allows(
    worker: Worker, asks: dict[tuple[str, str], Ask], rule: str, method: str
) -> None:
    hold(worker, bodies(asks[rule, method]), BODY - 64, OF_A_BODY)


@pytest.mark.parametrize("rule", FILES_OF)
def test_what_is_hardly_a_file_takes_no_more_than_its_size_allows(
    worker: Worker, asks: dict[tuple[str, str], Ask], rule: str
) -> None:
    ask = asks[rule, "POST"]
    hold(worker, files(ask, ndjson_files(), NDJSON), FILE, OF_A_FILE)
    names = sorted(ask.operation.required)
    hold(worker, files(ask, csv_files(names, partial(row_of, ask, CSV)), CSV), FILE, OF_A_FILE)


@pytest.mark.parametrize("rule", IMPORTS)
def test_rows_of_an_ndjson_file_take_no_more_than_its_size_allows(
    worker: Worker, asks: dict[tuple[str, str], Ask], rule: str
) -> None:
    ask = asks[rule, "POST"]
    names = sorted(ask.operation.writable)
    makes = rows(partial(row_of, ask, NDJSON))
    for length in LENGTHS:
        makes |= {f"{length} each: {name}": ndjson(names, make, length) for name, make in VALUES.items()}
    hold(worker, files(ask, makes, NDJSON), FILE, OF_A_FILE)


@pytest.mark.parametrize("rule", IMPORTS)
def test_rows_of_a_csv_file_take_no_more_than_its_size_allows(
    worker: Worker, asks: dict[tuple[str, str], Ask], rule: str
) -> None:
    ask = asks[rule, "POST"]
    names = sorted(ask.operation.required)
    makes = rows(partial(row_of, ask, CSV), (",".join(names) + "\n").encode())
    for length in LENGTHS:
        makes |= {f"{length} each: {name}": csv_cells(names, unit, length) for name, unit in TEXTS.items()}
    hold(worker, files(ask, makes, CSV), FILE, OF_A_FILE)


def files(ask: Ask, makes: dict[str, Make], kind: str) -> Iterator[Case]:
    """Yield the files, in the mode that goes on where a line is refused."""
    for name, make in makes.items():
        yield name, sent(replace(ask, path=f"{ask.path}?mode=partial"), make, kind)


def row_of(ask: Ask, kind: str) -> bytes:
    """Return a good row of usual length that no other is like: each costs 0.1 ms, however short it is."""
    number = next(_NUMBERS)
    own = {"email": f"c{number}@growth.example"}
    values = {name: own.get(name, f"{number:0>80}") for name in sorted(ask.operation.required)}
    return line_of(values) if kind == NDJSON else (",".join(values.values()) + "\n").encode()


def line_of(values: dict[str, str]) -> bytes:
    """Return an object as a line of a file."""
    return json.dumps(values, ensure_ascii=False).encode() + b"\n"


def test_a_file_takes_no_more_memory_however_long_it_is(
    worker: Worker, asks: dict[tuple[str, str], Ask]
) -> None:
    ask = asks["/api/v1/customers/import", "POST"]
    # One such character makes Python keep four bytes for each other one.
    notes = "x" * 9_999 + "\U0001d15e"
    large = lines(lambda: line_of({**json.loads(row_of(ask, NDJSON)), "notes": notes}))
    head = b"name,email\n"
    makes = {
        NDJSON: {"large rows": large, "keys": repeated(BODIES["lists by key"](200_000) + b"\n")},
        CSV: {
            "a row of many lines": repeated('"x\n",', head),
            "a row of many cells": repeated("ab," * 80_000 + "\n", head),
        },
    }
    limit = replace(OF_A_FILE, seconds=math.inf)
    for kind, of_a_kind in makes.items():
        for name, request in files(ask, of_a_kind, kind):
            said = limit.excess(worker.cost(request(LARGE_FILE)), LARGE_FILE)
            assert said is None, f"{name}: {said}"


@pytest.mark.parametrize(("rule", "method"), ROUTES)
def test_a_query_and_headers_take_little(
    worker: Worker, asks: dict[tuple[str, str], Ask], rule: str, method: str
) -> None:
    ask = asks[rule, method]
    hold(worker, [*queries(ask), *headers(ask)], QUERY, OF_A_HEAD)


def queries(ask: Ask) -> Iterator[Case]:
    """Yield bad query strings of a route."""
    for name in [*ask.operation.query, "unknown"]:
        for kind in ("letters", "marks out of order", "letters that lengthen", "words", "digits", "dashes"):
            yield f"{name}: {kind}", asked(ask, f"{name}=", quote(TEXTS[kind], safe=""))
    yield "parameters", asked(ask, "", "a=&")
    yield "percent signs", asked(ask, "", "%")


def asked(ask: Ask, before: str, unit: str) -> Callable[[int], Request]:
    """Return what asks with a query string of a size."""
    return lambda size: Request(
        ask.method, f"{ask.path}?{before}{unit * (size // len(unit))}", None, ask.headers
    )


def headers(ask: Ask) -> Iterator[Case]:
    """Yield bad headers of a route."""
    for name in sorted(ask.operation.headers | {"Accept", "Content-Type", "If-None-Match", "Cookie"}):
        for kind, make in HEADERS.items():
            yield f"{name}: {kind}", with_header(ask, name, make)


def with_header(ask: Ask, name: str, make: Callable[[int], str]) -> Callable[[int], Request]:
    """Return what sends a header of a size."""
    return lambda size: Request(ask.method, ask.path, None, {**ask.headers, name: make(size)})
