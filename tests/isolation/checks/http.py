"""What A is answered over HTTP, on every route of a tenant's."""

from __future__ import annotations

from uuid import uuid4

from tests.isolation.canaries import Inhabitant
from tests.isolation.observation import Observation, assert_no_canary, observe
from tests.isolation.routes import Ask, every_ask, list_something
from tests.isolation.world import World


def as_key_is_refused_at_bs_host(world: World) -> None:
    for ask in every_ask(world, world.b):
        answer = ask.send(world, world.b, headers=_bearer(world.a))
        assert answer.status_code == 401, f"A's key at B's host: {ask}: {answer.status}"


def bs_host_without_a_key_tells_nothing(world: World) -> None:
    for ask in every_ask(world, world.b):
        answer = ask.send(world, world.b, headers={"Authorization": ""})
        assert answer.status_code == 401, f"no key at B's host: {ask}: {answer.status}"
        assert_no_canary(world, answer)


def bs_ids_answer_like_ids_of_nobody(world: World) -> None:
    """Status, headers, body and what is asked of PostgreSQL: one answer, by construction."""
    assert list_something(world, world.a).status_code == 200  # from here on A and its key are remembered
    for ask, of_b in zip(every_ask(world, world.a), every_ask(world, world.b), strict=True):
        if of_b.row_id is not None:
            seen = _observe(world, ask.about(of_b.row_id))
            assert seen.status == 404, f"{ask} about B's row answers A {seen}"
            assert seen == _observe(world, ask.about(uuid4())), f"{ask} tells A that B's row exists"


def no_answer_of_as_holds_anything_of_bs(world: World) -> None:
    for inhabitant in (world.a, world.b):
        for ask in every_ask(world, inhabitant):
            if ask.method == "GET":
                answer = ask.send(world, world.a)
                assert answer.status_code == (404 if ask.row_id and inhabitant is world.b else 200)
                assert_no_canary(world, answer, ask.row_id)


def _observe(world: World, ask: Ask) -> Observation:
    return observe(world, lambda: ask.send(world, world.a), ask.row_id)


def _bearer(tenant: Inhabitant) -> dict[str, str]:
    return {"Authorization": f"Bearer {tenant.token}"}
