"""Every migration goes up and down, and leaves what it found."""

from __future__ import annotations

import subprocess
import sys
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tenantapp.postgres.sealing import bind
from tenantapp.tenancy.context import TenantContext
from tests.integration.migrations.database import REVISIONS, Migrations
from tests.support.catalog import facts

REVISION_TABLE = {"alembic_version", "alembic_version_pkc"}


def test_two_upgrades_with_a_downgrade_between_give_the_same_schema(empty: Migrations) -> None:
    empty.upgrade()
    first = empty.snapshot()
    empty.downgrade()
    empty.upgrade()
    assert empty.snapshot() == first
    assert len(first["policies"]) > 0
    assert len(first["functions"]) > 0


def test_a_downgrade_to_nothing_leaves_the_revision_table_alone(newest: Migrations) -> None:
    newest.downgrade()
    with newest.owner.connect() as connection:
        left = {row.name for row in facts(connection, _OBJECTS)}
        assert connection.scalars(sa.text("SELECT version_num FROM alembic_version")).all() == []
    # The table's row type, and its array.
    assert left == REVISION_TABLE | {"_alembic_version"}
    for kind in ("policies", "triggers", "functions"):
        assert newest.snapshot()[kind] == []


_OBJECTS = """
    SELECT relname AS name FROM pg_class WHERE relnamespace = ANY ('{public,control,tenancy}'::regnamespace[])
    UNION SELECT proname FROM pg_proc WHERE pronamespace = ANY ('{public,control,tenancy}'::regnamespace[])
    UNION SELECT typname FROM pg_type WHERE typnamespace = ANY ('{public,control,tenancy}'::regnamespace[])
    UNION SELECT collname FROM pg_collation
          WHERE collnamespace = ANY ('{public,control,tenancy}'::regnamespace[])
    UNION SELECT oprname FROM pg_operator
          WHERE oprnamespace = ANY ('{public,control,tenancy}'::regnamespace[])
"""


def test_each_migration_is_undone_by_its_own_downgrade(empty: Migrations) -> None:
    empty.upgrade(REVISIONS[0])
    empty.downgrade()
    previous = "base"
    for revision in REVISIONS:
        before = empty.snapshot()
        empty.upgrade(revision)
        after = empty.snapshot()
        empty.downgrade(previous)
        assert empty.snapshot() == before, f"{revision} leaves something behind"
        empty.upgrade(revision)
        assert empty.snapshot() == after, f"{revision} does something else the second time"
        assert before != after, f"{revision} does nothing"
        previous = revision


def test_a_snapshot_tells_schemas_apart(newest: Migrations) -> None:
    before = newest.snapshot()
    for change in (
        "ALTER TABLE customers NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE customers ALTER phone TYPE varchar(51)",
        "ALTER TABLE customers ALTER status SET DEFAULT 'inactive'",
        "ALTER POLICY customers_tenant_fence ON customers WITH CHECK (true)",
        "DROP INDEX idx_customers_tenant_id_status",
        "REVOKE DELETE ON customers FROM {app}",
        "GRANT UPDATE (subdomain) ON tenants TO {app}",
        "ALTER FUNCTION tenancy.current_tenant_id() IMMUTABLE",
        "REVOKE EXECUTE ON FUNCTION tenancy.bind(text) FROM {app}",
    ):
        with newest.owner.connect() as connection:
            connection.exec_driver_sql(change.format(app=newest.server.names.app))
            connection.commit()
        after = newest.snapshot()
        assert after != before, f"not seen: {change}"
        before = after


@pytest.mark.parametrize("command", ["upgrade", "downgrade"])
def test_two_deployments_at_once_both_succeed(empty: Migrations, command: str) -> None:
    if command == "downgrade":
        empty.upgrade()
    processes = [empty.start(command, *(["base"] if command == "downgrade" else [])) for _ in range(2)]
    outputs = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], "\n".join(outputs)
    expected = REVISIONS[-1:] if command == "upgrade" else []
    with empty.owner.connect() as connection:
        assert connection.scalars(sa.text("SELECT version_num FROM alembic_version")).all() == expected


def test_a_migrated_database_with_rows_goes_down_and_up(newest: Migrations) -> None:
    before = newest.snapshot()
    tenant = uuid4()
    with newest.owner.connect() as connection:
        bind(connection, TenantContext(tenant))
        values = {"tenant": tenant}
        connection.execute(
            sa.text("INSERT INTO tenants (id, name, subdomain) VALUES (:tenant, 'A', 'a')"), values
        )
        connection.execute(sa.text("INSERT INTO customers (name, email) VALUES ('Ada', 'ada@a.example')"))
        connection.commit()
    newest.downgrade()
    newest.upgrade()
    assert newest.snapshot() == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"password": "wrong"}, "password authentication failed"),
        ({"port": 1}, "failed: Connection refused"),
        ({"database": "nowhere"}, 'database "nowhere" does not exist'),
    ],
)
def test_a_server_that_is_not_there_or_lets_nobody_in_is_told_in_a_line(
    empty: Migrations, change: dict[str, Any], said: str
) -> None:
    """A developer's first command on a server that has no roles yet is among these."""
    address = empty.server.address("owner", empty.database).set(**change)
    elsewhere = {"MIGRATION_DATABASE_URL": address.render_as_string(hide_password=False)}
    process = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"],
        cwd=empty.root,
        env=empty.environment | elsewhere,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert process.returncode == 1
    assert said in process.stderr
    assert "`flask roles create`" in process.stderr
    assert "Traceback" not in process.stderr


@pytest.mark.parametrize("role", ["app", "platform", "bootstrap"])
def test_no_other_role_than_the_owner_migrates(empty: Migrations, role: str) -> None:
    """A superuser could, and what it created would be bound by no policy."""
    before = empty.snapshot()
    process = Migrations(empty.server, empty.database, role).start("upgrade")
    output = process.communicate(timeout=60)[0]
    assert process.returncode == 1
    assert "MIGRATION_DATABASE_URL: logs in as" in output
    assert f"expected the owner, {empty.server.names.owner!r}" in output
    assert "Traceback" not in output
    assert empty.snapshot() == before
