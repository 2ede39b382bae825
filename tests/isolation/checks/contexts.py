"""What is reached without a context, and how long a context lasts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tenantapp.db.session import db
from tenantapp.postgres.sealing import bind
from tenantapp.tenancy.context import open_context_here
from tenantapp.tenancy.errors import MissingTenantContext, TenancyError
from tenantapp.testing.walk import list_something
from tests.isolation.tables import models_by_table, scoped_tables
from tests.isolation.world import World, refused

_SPOILED = (
    "",
    "v1",
    "v1....",
    "v1.all..system.none",
    "v1.{b}..system.none",
    "v2.{b}..system.none",
    "{b}",
    "v1.{b}",
    "v2.{b}..system.none.9999999999.1.published.",
)


def without_a_context_every_table_raises(world: World) -> None:
    with world.transaction(None) as connection:
        _assert_closed(connection, "the application's role")


def a_spoiled_context_raises(world: World) -> None:
    with world.transaction(None) as connection:
        for spoiled in _SPOILED:
            text = spoiled.format(b=world.b.id)
            connection.execute(sa.select(sa.func.set_config("tenancy.context", text, True)))
            for table in scoped_tables():
                with refused(connection, f"reading {table} in the context {text!r}"):
                    connection.execute(sa.select(table.c.id))


def the_owner_without_a_context_fails_loudly(world: World) -> None:
    """FORCE binds the owner and TO PUBLIC means it: a data migration cannot silently change 0 rows."""
    with world.transaction(None, "owner") as connection:
        _assert_closed(connection, "the owner")
        for table in scoped_tables():
            with refused(connection, f"the owner's UPDATE of {table}"):
                connection.execute(table.update().values(row_version=0))
            with refused(connection, f"the owner's DELETE from {table}"):
                connection.execute(table.delete())


def the_owner_in_as_context_sees_as_rows(world: World) -> None:
    with world.transaction(world.a, "owner") as connection:
        for table in scoped_tables():
            seen = set(connection.scalars(sa.select(table.c.id)))
            assert seen == world.a.ids(table), f"FORCE does not bind the owner on {table}"


def a_context_ends_with_its_transaction(world: World) -> None:
    with world.connect() as connection:
        for end in ("COMMIT", "ROLLBACK"):
            bind(connection, world.a.context)
            connection.exec_driver_sql(end)
            left = connection.exec_driver_sql("SELECT current_setting('tenancy.context')").scalar()
            assert left == "", f"after {end} the context is still {left!r}"
            _assert_closed(connection, f"whoever comes after {end}")


def a_requests_context_ends_with_its_transaction(world: World) -> None:
    with world.session(world.a), db.engine.connect() as connection:
        for end in (connection.commit, connection.rollback):
            connection.execute(sa.text("SELECT 1"))
            driver: Any = connection.connection.driver_connection
            end()
            left = driver.execute("SELECT current_setting('tenancy.context')").fetchone()
            driver.rollback()
            assert left == ("",), f"after {end.__name__} the context is still {left!r}"


def the_next_borrower_of_a_connection_has_no_context(world: World) -> None:
    """A's connections go back to the pool; each one that is lent next sees nothing."""
    for _ in range(3):
        with world.session(world.a) as session:
            session.execute(sa.text("SELECT 1"))
            session.commit()
    pool = world.app.extensions["tenantapp"].pool
    borrowed = [pool.connect() for _ in range(2)]
    try:
        for connection in borrowed:
            for table in scoped_tables():
                _assert_refused_to(connection, f"SELECT id FROM {table}")
    finally:
        for connection in borrowed:
            connection.close()


def without_a_context_the_orm_raises_before_any_sql(world: World) -> None:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    with world.app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", note)
        try:
            for model in models_by_table().values():
                _assert_missing(model)
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", note)
    assert not sent, f"sent without a context: {sent}"


def a_request_leaves_no_context_behind(world: World) -> None:
    """The thread that served A serves whoever comes next, and knows nothing of A."""

    def serve_a_and_look() -> None:
        assert list_something(world, world.a).status_code == 200
        with world.app.app_context():
            assert open_context_here() is None, "A's context is still open in its thread"
            _assert_missing(next(iter(models_by_table().values())))
        assert list_something(world, world.b).status_code == 200, "B is not served after A"

    with ThreadPoolExecutor(1) as thread:
        thread.submit(serve_a_and_look).result()


def a_context_does_not_reach_another_thread(world: World) -> None:
    def look() -> object:
        with world.app.app_context():
            return open_context_here()

    with world.session(world.a), ThreadPoolExecutor(1) as thread:
        seen = thread.submit(look).result()
    assert seen is None, f"another thread is in the context {seen}"


def _assert_closed(connection: Connection, who: str) -> None:
    for table in scoped_tables():
        with refused(connection, f"{who} reads {table} without a context"):
            connection.execute(sa.select(table.c.id))


def _assert_refused_to(connection: psycopg.Connection[object], statement: str) -> None:
    try:
        connection.execute(statement)
    except psycopg.errors.InsufficientPrivilege:
        connection.rollback()
    else:
        raise AssertionError(f"the pool lent a connection that {statement!r} succeeds on")


def _assert_missing(model: type) -> None:
    refusal: TenancyError | None = None
    try:
        db.session.execute(sa.select(model))
    except TenancyError as error:
        refusal = error
    finally:
        db.session.remove()
    assert isinstance(refusal, MissingTenantContext), (
        f"the ORM asked for {model.__name__} without a context: {refusal}"
    )
