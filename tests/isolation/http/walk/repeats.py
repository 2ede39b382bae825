"""B's idempotency keys at A: never used, whoever's row the request is about."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from werkzeug.test import TestResponse

from tenantapp.testing.ask import Ask
from tenantapp.testing.walk import every_ask, table_behind, told_body
from tests.isolation.fresh import fresh, referring
from tests.isolation.world import World


def bs_idempotency_keys_are_new(world: World) -> None:
    """A's request with a key of B's is done, not answered with what B was answered."""
    kept = [row["key"] for row in world.b.rows["idempotency_keys"]]
    for of_a, of_b in zip(every_ask(world, world.a), every_ask(world, world.b), strict=True):
        if "Idempotency-Key" not in of_a.operation.headers:
            continue
        key = secrets.token_hex(8)
        made = fresh(world.app, of_b, world.b, of_b.body)
        bs = made.send(world, world.b, headers={"Idempotency-Key": key})
        refused = "idempotency-key-refused" in bs.get_data(as_text=True)
        assert refused or bs.status_code < 300, f"{of_b}: B is answered {bs.get_data(as_text=True)}"
        if of_b.operation.id_lists:
            _try(world, replace(of_a, body=made.body), key, 422)
        answer = _try(world, _mine(world, of_a, made.body), key, bs.status_code)
        assert refused or _told(answer).isdisjoint(_told(bs)), f"{of_a} gives A what B has made"
        if of_b.ids and not refused:
            _try(world, made, key, 404)
        for canary in kept:
            _try(world, fresh(world.app, of_a, world.a, of_a.body), canary, bs.status_code)


def _mine(world: World, ask: Ask, body: dict[str, Any] | None) -> Ask:
    """Return the same request, about A's rows."""
    mine = fresh(world.app, ask, world.a, ask.body)
    if body is None or mine.body is None:
        return mine
    own = {*ask.operation.id_lists, *ask.operation.references, *told_body(world.app, ask.rule, world.a)}
    same = referring(table_behind(ask.rule), world.a, body)
    return replace(mine, body=same | {name: mine.body[name] for name in own})


def _told(answer: TestResponse) -> set[str]:
    """Return the ids of the rows that an answer tells of."""
    body = answer.get_json()
    return {item["id"] for item in body.get("results", [body])}


def _try(world: World, ask: Ask, key: str, status: int) -> TestResponse:
    answer = ask.send(world, world.a, headers={"Idempotency-Key": key})
    hint = "; if it removes its row, say so by `removes_row` in hints.py" if answer.status_code == 404 else ""
    told = f"{ask} with a key of B's: {answer.get_data(as_text=True)}{hint}"
    assert answer.status_code == status, told
    assert "Idempotency-Replayed" not in answer.headers, f"{ask} is answered as B was"
    world.assert_no_secret(answer, ask.path, key, ask.body)
    return answer
