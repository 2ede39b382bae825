"""B's cursors at A: refused like any that no list gave out."""

from __future__ import annotations

from tenantapp.testing.ask import Ask
from tenantapp.testing.observation import Observation
from tenantapp.testing.walk import every_ask
from tests.isolation.http.walk.scene import observed, remembered
from tests.isolation.world import World


def bs_cursors_are_nobodys(world: World) -> None:
    """In every order that a list can have."""
    remembered(world)
    for of_a, of_b in zip(every_ask(world, world.a), every_ask(world, world.b), strict=True):
        if "cursor" in of_a.operation.query:
            sorts = of_a.operation.query.get("sort", {}).get("enum", [])
            for order in ({}, *({"sort": sort} for sort in sorts)):
                _try(world, of_a, of_b, order)


def _try(world: World, of_a: Ask, of_b: Ask, order: dict[str, str]) -> None:
    first = of_b.send(world, world.b, query_string={**order, "limit": "1"})
    cursor = first.get_json()["next_cursor"]
    assert cursor, (
        f"{of_b.rule}: B's list has no second page, so its cursor cannot be tried: say by the key `query` in "
        "hints.py beside its views how it has two rows (tenantapp.testing.hint)"
    )
    seen = _with(world, of_a, order, cursor)
    assert seen.status == 400, f"{of_a.rule} {order} takes B's cursor from A: {seen}"
    for other in ("of-nobody", cursor[:-1], cursor.swapcase()):
        assert seen == _with(world, of_a, order, other), f"{of_a.rule} {order} tells B's cursor from {other}"


def _with(world: World, ask: Ask, order: dict[str, str], cursor: str) -> Observation:
    query = {**order, "cursor": cursor}
    return observed(world, ask, {"query_string": query}, cursor)
