"""What A may not write, sent in every place: it stays A's own row, with the program's own values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from tenantapp.testing.ask import Ask
from tenantapp.testing.walk import every_ask, table_behind
from tests.isolation.http.walk.scene import everything
from tests.isolation.world import World

Changes = dict[str, Any]


def a_writes_as_itself_alone(world: World) -> None:
    """In the body a field of another's making is refused by name; in query and headers it has no effect."""
    # A hint may create rows.
    asks = every_ask(world, world.a)
    before = everything(world, world.b), everything(world, world.a)
    for ask in asks:
        if ask.body is not None:
            for name, value in _forbidden(world, ask):
                answer = ask.send(world, world.a, json={**ask.body, name: value})
                assert answer.status_code == 422, f"{ask} takes {name}: {answer.get_data(as_text=True)}"
                assert ask.refused_fields(answer) == {name}, answer.get_data()
            for body in ([{**ask.body, "tenant_id": str(world.b.id)}], {"tenant": {"id": str(world.b.id)}}):
                answer = ask.send(world, world.a, json=body)
                assert answer.status_code == 422, f"{ask} takes {body}: {answer.get_data(as_text=True)}"
    assert (everything(world, world.b), everything(world, world.a)) == before, "a refused body was written"
    writes = (ask for ask in asks if ask.method != "GET")
    for ask in sorted(writes, key=lambda ask: ask.removes):
        for changes in _beside(world):
            answer = ask.send(world, world.a, **changes)
            assert answer.status_code < 500, f"{ask} {changes}: {answer.get_data(as_text=True)}"
            assert (answer.get_json(silent=True) or {}).get("id") not in world.secrets
    assert everything(world, world.b) == before[0], "A has written into B's rows"


def _forbidden(world: World, ask: Ask) -> Iterator[tuple[str, Any]]:
    """Yield every column that the route does not take, and the words by which tenants are meant elsewhere."""
    table = table_behind(ask.rule)
    of_b = world.b.row(table)
    for column in table.c:
        if column.name not in ask.operation.writable:
            value = of_b[column.name]
            yield column.name, value.hex() if isinstance(value, bytes) else value
    yield "id", str(uuid4())
    yield "deleted_at", datetime.now(UTC).isoformat()
    for name in (
        "tenant",
        "tenant_id",
        "tenantId",
        "subdomain",
        "actor_id",
        "role",
        "__class__",
        "_sa_instance_state",
    ):
        yield name, str(world.b.id)


def _beside(world: World) -> Iterator[Changes]:
    b = str(world.b.id)
    yield {"query_string": {"tenant_id": b, "tenant": world.b.subdomain}}
    yield {"headers": {"X-Tenant-Id": b, "X-Tenant": world.b.subdomain, "Tenant-Id": b}}
    yield {"headers": {"Cookie": f"tenant_id={b}; tenant={world.b.subdomain}"}}
