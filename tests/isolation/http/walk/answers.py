"""Everything that A can be answered, searched for B's canaries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tenantapp.testing.ask import Ask
from tenantapp.testing.tenants import Inhabitant
from tenantapp.testing.walk import every_ask, public_paths, row_behind
from tests.isolation.world import World

Changes = dict[str, Any]
_PATTERNS = ("%", "_", "'", "*")


def a_is_answered_nothing_of_bs(world: World) -> None:
    """Reads come first, before A has written B's own words; deletes last, so that all find A's rows."""
    asks = zip(every_ask(world, world.a), every_ask(world, world.b), strict=True)
    attempts = [(ask, changes) for of_a, of_b in asks for ask, changes in _attempts(world.b, of_a, of_b)]
    for ask, changes in sorted(attempts, key=_place):
        answer = ask.send(world, world.a, **changes)
        assert answer.status_code < 500, f"{ask} {changes}: {answer.get_data(as_text=True)}"
        world.assert_no_secret(answer, ask.path, ask.body, changes)
    nowhere = world.request(world.a, "GET", "/api/v1/nowhere")
    assert nowhere.status_code == 404
    world.assert_no_secret(nowhere)


def _place(attempt: tuple[Ask, Changes]) -> int:
    return 2 if attempt[0].removes else int(attempt[0].method != "GET")


def what_is_public_shows_nobodys_rows(world: World) -> None:
    """Whoever's host it is asked at, and whoever's key is sent along."""
    for path in public_paths(world.app, world.b):
        for tenant in (world.a, world.b):
            answer = world.request(tenant, "GET", path)
            assert answer.status_code < 400, f"{path}: {answer.get_data(as_text=True)}"
            world.assert_no_secret(answer)


def _attempts(b: Inhabitant, of_a: Ask, of_b: Ask) -> Iterator[tuple[Ask, Changes]]:
    yield of_a, {}
    if of_b.ids:
        yield of_b, {}
    changes = [*_tags(b, of_b), *_bodies(of_a, of_b)]
    if of_a.method == "GET":
        changes += [{"query_string": query} for query in _queries(b, of_a)]
    yield from ((of_a, change) for change in changes)


def _tags(b: Inhabitant, of_b: Ask) -> Iterator[Changes]:
    for header in ("If-Match", "If-None-Match"):
        for tag in (f'"{row_behind(of_b.rule, b).get("row_version", 1)}"', "*", '"of nobody"'):
            yield {"headers": {header: tag}}


def _bodies(of_a: Ask, of_b: Ask) -> Iterator[Changes]:
    """Yield B's own body, and every kind of error there is."""
    if of_a.body is not None:
        yield {"json": of_b.body}
        yield {"json": []}
        yield {"json": {name: {} for name in of_a.operation.properties}}
        yield {"json": None, "data": b"\xff", "content_type": "application/json"}
        yield {"json": None, "data": b"<xml/>", "content_type": "application/xml"}


def _queries(b: Inhabitant, of_a: Ask) -> Iterator[dict[str, str]]:
    """Yield every parameter with everything that it takes, with B's own value, and with a pattern."""
    row = row_behind(of_a.rule, b)
    yield {"tenant_id": str(b.id)}
    yield {"tenant": b.subdomain}
    for name, schema in of_a.operation.query.items():
        of_b = row.get(name.removesuffix("_from").removesuffix("_to"), row.get("name"))
        values = (schema.get("default"), *schema.get("enum", ()), of_b, *_by_type(schema))
        for value in {_text(value) for value in values if value is not None}:
            yield {name: value}
            if "count" in of_a.operation.query:
                yield {name: value, "count": "exact"}


def _by_type(schema: dict[str, Any]) -> tuple[Any, ...]:
    if schema.get("type") == "boolean":
        return (True, False)
    if schema.get("type") == "integer":
        return (schema.get("minimum", 0), schema.get("maximum", 2**31))
    return _PATTERNS


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)
