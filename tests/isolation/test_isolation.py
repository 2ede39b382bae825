"""Two tenants in one database, kept apart by everything that is tried."""

from __future__ import annotations

import pytest

from tenantapp.testing.ask import Ask
from tenantapp.testing.walk import every_ask, table_behind
from tests.isolation.checks import CHECKS, Check
from tests.isolation.fresh import referring
from tests.isolation.world import MakeWorld, World


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_isolation_holds(world: World, check: Check) -> None:
    check(world)


def makes_a_row(ask: Ask) -> bool:
    """Tell whether a request makes a row, rather than doing something to rows that it names."""
    return ask.method == "POST" and not ask.row_id and not ask.operation.id_lists


def test_a_may_create_over_http_whatever_b_has(make_world: MakeWorld) -> None:
    """What is unique is so within a tenant: A's create neither fails nor finds B's row."""
    with make_world() as world:
        creates = [ask for ask in every_ask(world, world.b) if makes_a_row(ask)]
    assert creates
    for ask in creates:
        with make_world() as world:
            body = referring(table_behind(ask.rule), world.a, ask.body or {})
            answer = ask.send(world, world.a, json=body)
            expected = 200 if ask.operation.takes_lines else 201
            assert answer.status_code == expected, answer.get_data(as_text=True)
