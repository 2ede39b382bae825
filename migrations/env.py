"""Runs the migrations as the owner role, one deployment at a time, one transaction a migration."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import sqlalchemy as sa
from alembic import context
from alembic.util import CommandError
from flask import current_app
from sqlalchemy.engine import Connection
from sqlalchemy.sql.schema import SchemaItem

from tenantapp.db.base import Base
from tenantapp.db.roles import RoleNames
from tenantapp.rls import compare, operations  # noqa: F401 - Alembic gets our operations and comparisons

LOCK_KEY = 0x74656E616E74  # "tenant"
LOCK_SECONDS = 300.0


def run_migrations() -> None:
    """Bring the database that `MIGRATION_DATABASE_URL` names to the revision that was asked for.

    Raises:
        SettingsError: there is no such address.
        CommandError: it logs in as another role than the owner.
    """
    settings = current_app.extensions["tenantapp"].settings
    names = RoleNames(settings.role_prefix)
    engine = sa.create_engine(settings.require("migration_database_url"), poolclass=sa.pool.NullPool)
    with engine.connect() as connection, one_at_a_time(require_owner(connection, names)):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            transaction_per_migration=True,
            include_schemas=True,
            include_name=_is_ours,
            include_object=partial(_is_no_partition, connection),
            compare_server_default=True,
            role_names=names,
        )
        with context.begin_transaction():
            context.run_migrations()


def require_owner(connection: Connection, names: RoleNames) -> Connection:
    """Return `connection` if it is the owner's.

    Raises:
        CommandError: it is not: what a superuser created, FORCE would not bind.
    """
    role = connection.scalar(sa.select(sa.func.current_user()))
    if role != names.owner:
        raise CommandError(
            f"MIGRATION_DATABASE_URL: logs in as {role!r}, expected the owner, {names.owner!r}"
        )
    return connection


@contextmanager
def one_at_a_time(connection: Connection) -> Iterator[None]:
    """Hold the migration lock for a block.

    It is polled for: a session that waited for it would hold a snapshot, on which a CREATE INDEX CONCURRENTLY
    of the session that has it would wait in turn.

    Raises:
        TimeoutError: another migration held it all the time.
    """
    deadline = time.monotonic() + LOCK_SECONDS
    while not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(LOCK_KEY))):
        connection.rollback()
        if time.monotonic() > deadline:
            raise TimeoutError("another migration is running on this database")
        time.sleep(0.2)
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(sa.select(sa.func.pg_advisory_unlock(LOCK_KEY)))
        connection.commit()


def _is_no_partition(
    connection: Connection, item: SchemaItem, name: str | None, kind: str, reflected: bool, _to: object
) -> bool:
    """Leave partitions out of the comparison of tables: they come and go with time, not with the models."""
    if kind != "table" or not reflected:
        return True
    schema = getattr(item, "schema", None) or "public"
    partition = sa.text("SELECT relispartition FROM pg_class WHERE oid = to_regclass(:name)")
    return not connection.scalar(partition, {"name": f"{schema}.{name}"})


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "schema" or name in (None, "control")


run_migrations()
