"""B's identifiers at A: whatever is sent with them, they are answered as those of nobody are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from tenantapp.testing.ask import Ask
from tenantapp.testing.observation import Observation
from tenantapp.testing.walk import every_ask
from tests.isolation.http.walk.scene import everything, ids_of, observed, remembered
from tests.isolation.world import World


def bs_identifiers_are_nobodys(world: World) -> None:
    """In the path, in the query, in the body: one status, one body, the same headers, the same work."""
    remembered(world)
    # Hints may create rows.
    asks = list(zip(every_ask(world, world.a), every_ask(world, world.b), strict=True))
    before = everything(world, world.b)
    for of_a, of_b in asks:
        for position, theirs in enumerate(of_b.ids):
            for how, ask, changes in _ways(of_a, of_b):
                seen = observed(world, ask.instead(position, theirs), changes, theirs)
                nobodys = uuid4()
                none = observed(world, ask.instead(position, nobodys), changes, nobodys)
                assert seen == none, f"{ask.method} {ask.rule} {how} tells A that B's row exists"
                assert (seen.status < 400) == (ask.method == "OPTIONS"), (
                    f"{ask.method} {ask.rule} {how}: {seen}"
                )
        for place, make in _references(of_a):
            none = _reference(world, of_a, make(uuid4()))
            for theirs in ids_of(world.b):
                seen = _reference(world, of_a, make(theirs))
                assert seen == none, f"{of_a.method} {of_a.rule}: {place} tells A that B's row exists"
    assert everything(world, world.b) == before, "A has done something to B's rows"


def _ways(of_a: Ask, of_b: Ask) -> Iterator[tuple[str, Ask, dict[str, Any]]]:
    """Yield the ways of asking about an id: some that succeed with A's own, and some that never do."""
    yield "as it is meant", of_a, {}
    for tag in ('"1"', 'W/"1"', "*", '"of nobody"', ""):
        yield f"with If-Match {tag}", of_a, {"headers": {"If-Match": tag}}
        yield f"with If-None-Match {tag}", of_a, {"headers": {"If-None-Match": tag}}
    yield "with OPTIONS", replace(of_a, method="OPTIONS"), {}
    if of_a.method == "GET":
        yield "with HEAD", replace(of_a, method="HEAD"), {}
    if of_a.method == "POST":
        yield "with a new Idempotency-Key", of_a, {"headers": {"Idempotency-Key": "the same for all"}}
    if of_a.body is not None:
        yield "with B's own body", of_a, {"json": of_b.body}
        yield "with an empty body", of_a, {"json": {}}
        yield "with an unknown field", of_a, {"json": {"tenant_id": str(of_b.row_id)}}
        yield "with half a body", of_a, {"json": None, "data": b'{"', "content_type": "application/json"}


def _references(ask: Ask) -> Iterator[tuple[str, Any]]:
    """Yield every further place that takes the id of a row."""
    for name, schema in ask.operation.query.items():
        if schema.get("format") == "uuid":
            yield f"?{name}", lambda value, name=name: {"query_string": {name: str(value)}}
    for name in ask.operation.writable:
        if ask.operation.properties[name].get("format") == "uuid":
            yield f"field {name}", lambda value, name=name: {"json": {**(ask.body or {}), name: str(value)}}
    for name in ask.operation.id_lists:
        for query in ({}, {"mode": "partial"} if "mode" in ask.operation.query else {}):
            yield f"field {name} {query}", partial(_listed, ask, name, query)


def _listed(ask: Ask, name: str, query: dict[str, str], row_id: UUID) -> dict[str, Any]:
    return {"json": ask.naming(name, row_id).body, "query_string": query}


def _reference(world: World, ask: Ask, changes: dict[str, Any]) -> Observation:
    sent = (*changes.get("query_string", {}).values(), *changes.get("json", {}).values())
    words = [word for value in sent for word in (value if isinstance(value, list) else [value])]
    return observed(world, ask, changes, *words)
