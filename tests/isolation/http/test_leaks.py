"""The walk is worth its green: it covers a new route by itself, and each careless one makes it red."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tenantapp.http.api import register_blueprint
from tenantapp.http.blueprint import Blueprint
from tenantapp.testing.hint import Hint, hints
from tests.isolation.http import walk
from tests.isolation.http.leaks import LEAKS, Leak, cannot_be_asked, sound
from tests.isolation.world import MakeWorld, World

pytestmark = pytest.mark.slow


@contextmanager
def planted(make_world: MakeWorld, leak: Any) -> Iterator[World]:
    """Lend a world whose application has one route more."""
    with make_world() as world:
        blueprint = Blueprint("leaks", __name__, url_prefix="/leaks")
        leak(world, blueprint)
        (known,) = world.app.extensions["flask-smorest"]["apis"].values()
        register_blueprint(world.app, known["ext_obj"], blueprint)
        yield world


@pytest.fixture(autouse=True)
def _about_customers(monkeypatch: pytest.MonkeyPatch) -> None:
    for rule in ("", "/<uuid:item_id>", "/<string:code>", "/bulk-look"):
        monkeypatch.setitem(hints(), f"/api/v1/leaks{rule}", Hint(table="customers"))


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.name)
def test_a_careless_route_is_noticed(make_world: MakeWorld, leak: Leak) -> None:
    with planted(make_world, leak.plant) as world, pytest.raises(AssertionError, match="/leaks"):
        leak.noticed_by(world)


@pytest.mark.parametrize("check", walk.CHECKS, ids=lambda check: check.__name__)
def test_a_sound_route_is_covered_and_passes(make_world: MakeWorld, check: Any) -> None:
    with planted(make_world, sound) as world:
        check(world)


def test_a_route_that_cannot_be_asked_fails_until_it_is_told_how(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    with planted(make_world, cannot_be_asked) as world:
        with pytest.raises(
            AssertionError, match=r"nobody knows what code may be in its path: say so in tests"
        ):
            walk.every_route_is_asked(world)
        told = Hint(table="customers", arguments={"code": "de"})
        monkeypatch.setitem(hints(), "/api/v1/leaks/<string:code>", told)
        walk.every_route_is_asked(world)


def test_every_check_notices_some_leak() -> None:
    noticing = {leak.noticed_by for leak in LEAKS}
    assert {check.__name__ for check in walk.CHECKS} == {check.__name__ for check in noticing}
