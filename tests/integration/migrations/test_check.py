"""`flask db check` leaves nothing behind, and stops nobody who is at work."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa

from tests.integration.migrations.database import Migrations
from tests.integration.migrations.drifts import POLICIES
from tests.integration.migrations.tree import Tree
from tests.support.catalog import facts

# What it might leave in temporary schemas too: the snapshot reads ours alone.
_EVERYTHING = """
    SELECT n.nspname AS schema, c.relname AS name, c.oid FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
    UNION ALL SELECT n.nspname, p.proname, p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    UNION ALL SELECT 'policy', polname, oid FROM pg_policy
    UNION ALL SELECT 'schema', nspname, oid FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_'
    ORDER BY 1, 2, 3
"""
AT_WORK = {
    "a writer": "INSERT INTO customers (tenant_id, name, email) SELECT id, 'A', 'a@a.example' FROM tenants",
    "a reader": "SELECT count(*) FROM customers",
    "a builder of an index": "LOCK TABLE customers IN SHARE MODE",
}


@pytest.mark.parametrize("drift", ["none", *list(POLICIES)[:2]])
def test_a_check_leaves_nothing_behind(newest: Migrations, drift: str) -> None:
    if drift in POLICIES:
        newest.as_superuser(POLICIES[drift].sql)
    with newest.owner.connect() as connection:
        schema, everything = newest.snapshot(), facts(connection, _EVERYTHING)
        connection.rollback()
        assert bool(newest.drift()) == (drift in POLICIES)
        assert newest.snapshot() == schema
        assert facts(connection, _EVERYTHING) == everything


@pytest.mark.parametrize("condition", ["boddy <> ''", "lenght(text) > 0"])
def test_a_table_that_cannot_be_compared_is_told(tree: Tree, condition: str) -> None:
    """Passed over, none of its checks, types, defaults and indexes would ever be compared."""
    todos = "tenantapp/resources/todos/models.py"
    tree.change(todos, "from sqlalchemy import", "from sqlalchemy import CheckConstraint,")
    tree.change(todos, "return (", f'return (CheckConstraint("{condition}", name="text"), ')
    said = tree.refused("check")
    assert "todos: PostgreSQL refuses what the model declares" in said
    assert condition[:5] in said


@pytest.mark.parametrize("statement", AT_WORK.values(), ids=AT_WORK)
def test_a_check_does_not_wait_for(newest: Migrations, statement: str) -> None:
    with newest.server.connect("bootstrap", newest.database, autocommit=False) as connection:
        connection.execute(statement)
        began = time.monotonic()
        assert newest.drift() == ""
        # The lock time-out is five.
        assert time.monotonic() - began < 5


def test_nobody_waits_for_a_check(newest: Migrations) -> None:
    """All that it ever locks of a table or view is what a SELECT locks."""
    modes: set[str] = set()
    with newest.server.connect("bootstrap", newest.database) as watcher:

        def watch(connection: sa.Connection, *_: object) -> None:
            pid = connection.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]
            modes.update(mode for (mode,) in watcher.execute(_LOCKS, {"pid": pid}))

        sa.event.listen(sa.Engine, "after_cursor_execute", watch)
        try:
            assert newest.drift() == ""
        finally:
            sa.event.remove(sa.Engine, "after_cursor_execute", watch)
    assert modes == {"AccessShareLock"}


_LOCKS = """
    SELECT DISTINCT l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
     WHERE l.pid = %(pid)s AND c.relnamespace = ANY ('{public,control,tenancy}'::regnamespace[])
"""
