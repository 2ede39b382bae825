"""A migration waits for nobody for long, gives up in a line, and leaves the running release at work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from tenantapp.application import create_app
from tenantapp.resources.customers.models import Customer
from tests.integration.migrations.database import Migrations
from tests.integration.migrations.tree import Tree
from tests.integration.resources import test_customers
from tests.support.tenants import make_tenant

IN_A_HURRY = ("-x", "lock_timeout=100ms", "-x", "pause=0.1")


@contextmanager
def in_the_way(migrations: Migrations) -> Iterator[psycopg.Connection[Any]]:
    """Hold customers as a migration, or a careless person, does."""
    with migrations.server.connect("bootstrap", migrations.database, autocommit=False) as connection:
        connection.execute("LOCK TABLE customers IN ACCESS EXCLUSIVE MODE")
        yield connection


def test_a_migration_tries_again_until_the_lock_is_free(newest: Migrations) -> None:
    before = newest.snapshot()
    with in_the_way(newest) as blocking:
        process = newest.start(*IN_A_HURRY, "-x", "attempts=1000", "downgrade", "0003")
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        assert any("attempt 2 of 1000" in line for line in lines)
        blocking.rollback()
        rest = "".join(lines)
    assert process.wait(60) == 0, rest
    newest.upgrade()
    assert newest.snapshot() == before


def test_a_migration_gives_up_in_a_line(newest: Migrations) -> None:
    newest.downgrade("0004")
    before = newest.snapshot()
    with in_the_way(newest):
        code, said = newest.run(*IN_A_HURRY, "-x", "attempts=2", "downgrade", "0003")
    assert code == 1
    assert "attempt 2 of 2" in said
    assert "Error: nothing was done" in said
    assert "Traceback" not in said
    assert newest.snapshot() == before


def test_nobody_waits_longer_behind_a_migration_than_one_attempt(newest: Migrations) -> None:
    """A reader queues behind the lock that a migration waits for: it goes on when the attempt ends."""
    newest.downgrade("0004")
    with newest.server.connect("bootstrap", newest.database, autocommit=False) as slow:
        slow.execute("SELECT count(*) FROM customers")
        migration = newest.start(*IN_A_HURRY, "-x", "attempts=5", "downgrade", "0003")
        try:
            with newest.server.connect("bootstrap", newest.database) as reader:
                reader.execute("SET statement_timeout = '2s'")
                while migration.poll() is None:
                    reader.execute("SELECT count(*) FROM customers")
        finally:
            said = migration.communicate(timeout=60)[0]
    assert "attempt 5 of 5" in said


def test_a_migration_has_a_session_of_its_own_kind(newest: Migrations) -> None:
    shown: dict[str, str] = {}

    def show(connection: sa.Connection, *_: object) -> None:
        assert connection.connection.driver_connection is not None
        cursor = connection.connection.driver_connection.cursor()
        for name in ("statement_timeout", "lock_timeout", "search_path", "TimeZone"):
            shown[name] = cursor.execute(f"SHOW {name}").fetchone()[0]

    sa.event.listen(sa.Engine, "before_cursor_execute", show)
    try:
        newest.drift()
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", show)
    assert shown == {
        "statement_timeout": "15min",
        "lock_timeout": "5s",
        "search_path": "public",
        "TimeZone": "UTC",
    }


def test_a_migration_that_waits_for_another_gives_up_in_a_line(tree: Tree) -> None:
    tree.change("migrations/env.py", "LOCK_SECONDS = 300.0", "LOCK_SECONDS = 0.5")
    with tree.database.server.connect("bootstrap", tree.database.database) as other:
        other.execute("SELECT pg_advisory_lock(x'74656E616E74'::bigint)")
        assert "another migration is running" in tree.refused("upgrade")


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("upgrade", "--sql"), "--sql: migrations read the database; run them on a clone to see their SQL"),
        (("-x", "lock_timout=1s", "upgrade"), "-x lock_timout: expected one of lock_timeout"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_line(
    empty: Migrations, command: tuple[str, ...], sentence: str
) -> None:
    before = empty.snapshot()
    code, said = empty.run(*command)
    assert code == 1
    assert sentence in said
    assert "Traceback" not in said
    assert empty.snapshot() == before


EXPANDED = """
class Note(Resource):
    __tablename__ = "notes"

    customer_id: Mapped[UUID]

    @classmethod
    def scoped_args(cls):
        return (ForeignKeyConstraint(["tenant_id", "customer_id"], ["customers.tenant_id", "customers.id"]),)
"""


def test_the_running_release_goes_on_with_an_expanded_schema(tree: Tree) -> None:
    """This release's code on the next one's schema: a further column and a further table."""
    tree.change(
        "tenantapp/resources/customers/models.py",
        "    @classmethod\n",
        "    birthday: Mapped[str | None] = columns.optional_text(10)\n\n    @classmethod\n",
    )
    tree.declare(EXPANDED)
    tree.migrate()
    tree.flask_db("upgrade")
    tree.flask_db("check")
    database = tree.database
    app = create_app(database.server.settings(database.database))
    try:
        test_customers.test_a_customer_is_created_read_changed_and_deleted(make_tenant(app))
    finally:
        app.extensions["tenantapp"].pool.close()
    assert "birthday" not in Customer.__table__.columns
