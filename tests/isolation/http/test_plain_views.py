"""Plain views: the walk covers each by itself, and a careless one reaches nothing but its tenant's rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from flask import Blueprint, Response, abort, request, stream_with_context
from sqlalchemy import select, text

from tenantapp.db.session import db
from tenantapp.http.api import PREFIX
from tenantapp.http.permissions import permission
from tenantapp.resources.customers.models import Customer
from tenantapp.tenancy.context import open_context_here
from tenantapp.tenancy.errors import MissingTenantContext
from tenantapp.testing.hint import Hint, hints
from tests.isolation.http import walk
from tests.isolation.http.careless import (
    REACHING_NOTHING,
    REACHING_OWN,
    by_a_stream_in_its_context,
    lines_of_rows,
)
from tests.isolation.tables import scoped_tables
from tests.isolation.world import MakeWorld, World

_CUSTOMERS = next(table for table in scoped_tables() if table.name == "customers")
Plant = Callable[[World, Blueprint], None]


@contextmanager
def planted(make_world: MakeWorld, plant: Plant) -> Iterator[World]:
    """Lend a world whose application has a plain blueprint more."""
    with make_world() as world:
        blueprint = Blueprint("plain", __name__)
        plant(world, blueprint)
        world.app.register_blueprint(blueprint, url_prefix=PREFIX)
        yield world


@pytest.fixture(autouse=True)
def _about_customers(monkeypatch: pytest.MonkeyPatch) -> None:
    for rule in ("/api/v1/plain", "/api/v1/plain/<uuid:row_id>"):
        monkeypatch.setitem(hints(), rule, Hint(table="customers"))


def _sound(_world: World, blueprint: Blueprint) -> None:
    @blueprint.get("/plain")
    @permission("read")
    def list_them() -> list[str]:
        return [row.name for row in db.session.scalars(select(Customer))]

    @blueprint.get("/reports/names")
    @permission("read")
    def report() -> list[str]:
        return list_them()

    @blueprint.get("/plain/<uuid:row_id>")
    @permission("read")
    def get_it(row_id: UUID) -> dict[str, str]:
        found = db.session.scalar(select(Customer).where(Customer.id == row_id))
        return {"name": found.name} if found else abort(404)

    @blueprint.patch("/plain/<uuid:row_id>")
    @permission("write")
    def rename(row_id: UUID) -> dict[str, str]:
        found = db.session.scalar(select(Customer).where(Customer.id == row_id)) or abort(404)
        found.name = (request.get_json(silent=True) or {}).get("name", "Renamed")
        db.session.commit()
        return {"name": found.name}


def _shows(world: World, blueprint: Blueprint) -> None:
    blueprint.get("/plain")(permission("read")(lambda: world.b.row(_CUSTOMERS)["notes"]))


def _forbids(world: World, blueprint: Blueprint) -> None:
    @blueprint.get("/plain/<uuid:row_id>")
    @permission("read")
    def get_it(row_id: UUID) -> str:
        abort(403 if row_id in world.b.ids(_CUSTOMERS) else 404)


def _works_more(world: World, blueprint: Blueprint) -> None:
    @blueprint.get("/plain/<uuid:row_id>")
    @permission("read")
    def get_it(row_id: UUID) -> str:
        if row_id in world.b.ids(_CUSTOMERS):
            db.session.execute(text("SELECT 1"))
        abort(404)


def _declares_nothing(_world: World, blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/plain", "bare", lambda: "all of it")


LEAKS = [
    (_shows, walk.a_is_answered_nothing_of_bs),
    (_forbids, walk.bs_identifiers_are_nobodys),
    (_works_more, walk.bs_identifiers_are_nobodys),
    (_declares_nothing, walk.every_route_is_asked),
]


@pytest.mark.parametrize("check", walk.CHECKS, ids=lambda check: check.__name__)
def test_a_sound_plain_view_is_covered_and_passes(make_world: MakeWorld, check: Any) -> None:
    with planted(make_world, _sound) as world:
        check(world)


@pytest.mark.parametrize(("plant", "check"), LEAKS, ids=lambda part: part.__name__)
def test_a_plain_view_that_tells_of_b_is_noticed(make_world: MakeWorld, plant: Plant, check: Any) -> None:
    with planted(make_world, plant) as world, pytest.raises(AssertionError, match="/plain"):
        check(world)


@contextmanager
def _careless(make_world: MakeWorld, view: Callable[[UUID], Response]) -> Iterator[World]:
    def plant(world: World, blueprint: Blueprint) -> None:
        blueprint.add_url_rule("/plain", "careless", permission("read")(lambda: view(world.b.id)))

    with planted(make_world, plant) as world:
        # Its connections have served B before.
        assert world.request(world.b, "GET", f"{PREFIX}/customers").status_code == 200
        yield world


@pytest.mark.parametrize("view", REACHING_OWN, ids=lambda view: view.__name__)
def test_a_careless_view_reaches_its_own_tenants_rows_alone(
    make_world: MakeWorld, view: Callable[[UUID], Response]
) -> None:
    with _careless(make_world, view) as world:
        answer = world.request(world.a, "GET", f"{PREFIX}/plain")
        assert answer.status_code == 200, answer.get_data(as_text=True)
        assert all(row["email"] in answer.get_data(as_text=True) for row in world.a.rows["customers"])
        world.assert_no_secret(answer)


@pytest.mark.parametrize("view", REACHING_NOTHING, ids=lambda view: view.__name__)
def test_a_careless_view_past_its_context_reaches_nothing(
    make_world: MakeWorld, view: Callable[[UUID], Response]
) -> None:
    with _careless(make_world, view) as world:
        answer = world.request(world.a, "GET", f"{PREFIX}/plain")
        assert answer.status_code >= 500, answer.get_data(as_text=True)
        assert answer.mimetype == "application/problem+json"
        assert not any(row["email"] in answer.get_data(as_text=True) for row in world.a.rows["customers"])
        world.assert_no_secret(answer)


@pytest.mark.parametrize(
    ("keep", "error"),
    [(lambda lines: lines, RuntimeError), (stream_with_context, MissingTenantContext)],
    ids=["bare", "with the request"],
)
def test_a_stream_past_its_context_is_broken_off(
    make_world: MakeWorld, keep: Callable[[Any], Any], error: type[Exception]
) -> None:
    with _careless(make_world, lambda _: Response(keep(lines_of_rows()))) as world, pytest.raises(error):
        world.request(world.a, "GET", f"{PREFIX}/plain")


def test_a_stream_leaves_no_context_behind(make_world: MakeWorld) -> None:
    with _careless(make_world, by_a_stream_in_its_context) as world, world.app.app_context():
        assert world.request(world.a, "GET", f"{PREFIX}/plain").status_code == 200
        assert open_context_here() is None
