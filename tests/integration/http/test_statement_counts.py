"""How many statements each route's work takes, whatever it shows: one, and more where a hint says so."""

from __future__ import annotations

import pytest
from flask import Flask

from tenantapp.testing import Neighbours
from tenantapp.testing.ask import Ask
from tenantapp.testing.canaries import settle
from tenantapp.testing.hint import hint_for
from tenantapp.testing.observation import traffic
from tenantapp.testing.tenants import Inhabitant
from tenantapp.testing.walk import every_ask, list_something
from tests.isolation.fresh import fresh


@pytest.fixture
def inhabitant(app: Flask) -> Inhabitant:
    """A tenant that has rows in every table, and several that belong to one."""
    return settle(app)


def test_each_route_asks_as_often_as_is_said(app: Flask, inhabitant: Inhabitant) -> None:
    served, counted = Neighbours(app, inhabitant, inhabitant), {}
    asks = sorted(every_ask(served, inhabitant), key=lambda ask: ask.method == "DELETE")
    for ask in asks:
        # With values that nobody has, and about a row that nothing refers to.
        possible = fresh(app, ask, inhabitant, ask.body) if ask.method in ("POST", "DELETE") else ask
        # So that neither tenant nor key is looked up on the way.
        list_something(served, inhabitant)
        with traffic(app) as seen:
            answer = possible.send(served, inhabitant)
        assert answer.status_code < 300, f"{ask}: {answer.get_data(as_text=True)}"
        counted[ask.method, ask.rule] = len(seen.statements)
    assert counted == {(ask.method, ask.rule): _expected(ask) for ask in asks}


def _expected(ask: Ask) -> int:
    # A savepoint around rows that are written together, and its release.
    saved = 2 * (ask.operation.takes_lines or bool(ask.operation.id_lists))
    # What is not deleted is shown as it is.
    live = ask.rule.endswith("/restore")
    parent = "<uuid:item_id>" not in ask.rule and bool(ask.ids)
    return 1 + saved + live + parent + hint_for(ask.rule).further_statements.get(ask.method, 0)
