"""A unit of work: several repositories in one, parts that fail alone, how much it sees of others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from sqlalchemy import insert, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from tenantapp.application import create_app
from tenantapp.db.repository import Repository
from tenantapp.db.session import db
from tenantapp.db.unit_of_work import changing, reading, retrying, savepoint, writing
from tenantapp.http.api import PREFIX
from tenantapp.http.blueprint import Blueprint
from tenantapp.http.permissions import permission
from tenantapp.http.transactions import transaction
from tenantapp.postgres.isolation import Isolation
from tenantapp.resources.customers.models import Customer
from tenantapp.resources.services.models import Service
from tenantapp.resources.services.repository import ServiceRepository
from tenantapp.tenancy.context import tenant_context
from tests.factories.services import ServiceFactory
from tests.support.backends import close_pool
from tests.support.databases import Server
from tests.support.tenants import make_tenant

LEVELS = list(Isolation)
SHOWN = text("SHOW transaction_isolation")


@pytest.fixture(autouse=True)
def _in_a_tenants_context(app: Flask) -> Iterator[None]:
    with app.app_context(), tenant_context(make_tenant(app).context):
        yield


def names() -> set[str]:
    """Return what there is, as another unit sees it."""
    with reading() as connection:
        found = connection.execute(text("SELECT name FROM services UNION ALL SELECT name FROM customers"))
        return set(found.scalars())


def add_both(connection: Connection) -> None:
    ServiceRepository(connection).add({"name": "Checkout"})
    Repository.of(Customer)(connection).add({"name": "Ada", "email": "ada@albrecht.example"})


def add_within(repository: ServiceRepository, name: str) -> None:
    with savepoint(repository.connection):
        repository.add({"name": name})


def fail_after(work: Callable[[], object]) -> None:
    work()
    raise ZeroDivisionError


def test_the_work_of_several_repositories_is_committed_together() -> None:
    with changing() as connection:
        add_both(connection)
        assert names() == set()
        connection.commit()
    assert names() == {"Checkout", "Ada"}


def test_the_work_of_several_repositories_is_rolled_back_together() -> None:
    with changing() as connection:
        add_both(connection)
    with pytest.raises(ZeroDivisionError), changing() as connection:
        fail_after(lambda: add_both(connection))
    assert names() == set()


def test_a_part_that_fails_leaves_the_others() -> None:
    with changing() as connection:
        repository, refused = ServiceRepository(connection), []
        for name in ("Checkout", "Search", "Checkout"):
            try:
                with savepoint(connection):
                    repository.add({"name": name})
            except IntegrityError:
                refused.append(name)
        connection.commit()
    assert refused == ["Checkout"]
    assert names() == {"Checkout", "Search"}


def test_a_part_can_hold_parts() -> None:
    with changing() as connection:
        repository = ServiceRepository(connection)
        with pytest.raises(ZeroDivisionError), savepoint(connection):
            fail_after(lambda: add_within(repository, "Inner"))
        repository.add({"name": "Outer"})
        connection.commit()
    assert names() == {"Outer"}


def test_a_part_of_a_session_fails_alone_too() -> None:
    with writing() as session:
        with pytest.raises(ZeroDivisionError), savepoint(session):
            fail_after(lambda: session.execute(insert(Service).values(name="Inner")))
        session.add(ServiceFactory(name="Outer"))
        session.commit()
    assert names() == {"Outer"}


@pytest.mark.parametrize("level", LEVELS)
def test_each_unit_has_the_level_that_it_asks_for_and_the_next_the_usual_one(level: Isolation) -> None:
    for unit in (reading, changing, writing):
        with unit(level) as connection:
            assert connection.execute(SHOWN).scalar_one() == level.lower()
        with unit() as connection:
            assert connection.execute(SHOWN).scalar_one() == "read committed"


def test_what_is_read_repeatably_stays_as_it_was() -> None:
    with reading(Isolation.REPEATABLE_READ) as connection:
        services = ServiceRepository(connection)
        assert services.find_by_name("Checkout") is None
        with changing() as other:
            add_both(other)
            other.commit()
        assert services.find_by_name("Checkout") is None
    assert names() == {"Checkout", "Ada"}


def test_reading_refuses_to_write_at_every_level() -> None:
    for level in (None, *LEVELS):
        with pytest.raises(DBAPIError) as refused, reading(level) as connection:
            ServiceRepository(connection).add({"name": "Checkout"})
        assert isinstance(refused.value.orig, psycopg.errors.ReadOnlySqlTransaction)


def test_of_two_units_that_cannot_follow_each_other_one_is_done_again() -> None:
    attempts = []

    def work() -> None:
        with changing(Isolation.SERIALIZABLE) as connection:
            count = connection.execute(text("SELECT count(*) FROM services")).scalar_one()
            attempts.append(count)
            if len(attempts) == 1:
                with changing(Isolation.SERIALIZABLE) as other:
                    other.execute(text("SELECT count(*) FROM services"))
                    ServiceRepository(other).add({"name": "Meanwhile"})
                    other.commit()
            ServiceRepository(connection).add({"name": f"Number {count}", "id": uuid4()})
            connection.commit()

    retrying(work)
    assert attempts == [0, 1]
    assert names() == {"Meanwhile", "Number 1"}


def test_a_route_may_ask_for_a_level(server: Server, shared_database: str) -> None:
    app = create_app(server.settings(shared_database))
    blueprint, seen = Blueprint("levels", __name__, url_prefix=f"{PREFIX}/levels"), []

    @blueprint.route("", methods=["POST"])
    @permission("write")
    @transaction(isolation=Isolation.SERIALIZABLE)
    @blueprint.response(204)
    def note_level() -> None:
        """Note the level."""
        seen.append(db.session.execute(SHOWN).scalar_one())

    app.register_blueprint(blueprint)
    assert make_tenant(app).request("POST", "/api/v1/levels").status_code == 204
    assert seen == ["serializable"]
    close_pool(app)
