"""What A is answered over HTTP, on every route of a tenant's: the kit's assertions."""

from __future__ import annotations

from tenantapp.testing.isolation import assert_foreign_is_absent, assert_refused_at_bs
from tenantapp.testing.walk import every_ask, list_something
from tests.isolation.world import World


def as_key_is_refused_at_bs_host(world: World) -> None:
    for ask in every_ask(world, world.b):
        assert_refused_at_bs(world, ask, world.a.token)


def bs_host_without_a_key_tells_nothing(world: World) -> None:
    for ask in every_ask(world, world.b):
        assert_refused_at_bs(world, ask, "")


def bs_ids_answer_like_ids_of_nobody(world: World) -> None:
    assert list_something(world, world.a).status_code == 200  # from here on A and its key are remembered
    for of_a, of_b in zip(every_ask(world, world.a), every_ask(world, world.b), strict=True):
        assert_foreign_is_absent(world, of_a, of_b)


def no_answer_of_as_holds_anything_of_bs(world: World) -> None:
    for inhabitant in (world.a, world.b):
        for ask in every_ask(world, inhabitant):
            if ask.method == "GET":
                answer = ask.send(world, world.a)
                assert answer.status_code == (404 if ask.row_id and inhabitant is world.b else 200)
                world.assert_no_secret(answer, ask.row_id)
