"""The two canary tenants: the only rows that are committed, so that the application's role can refer to them.

The application's role may not insert tenants, and one transaction cannot act for two logins. So the platform
role commits the two tenants' own rows, archived and in no directory: nobody can be served as them. It deletes
them when the attacks are over. Their ids are always the same: what a killed probe left the next one removes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from tenantapp.rls.probe.planting import NotPlanted, Planter
from tenantapp.rls.probe.relations import Relation, read_catalog
from tenantapp.rls.probe.rows import Row
from tenantapp.rls.probe.session import Session
from tenantapp.tenancy.seal import ContextSealer

A = UUID("ca11a121-0000-4000-8000-00000000000a")
B = UUID("ca11a121-0000-4000-8000-00000000000b")
NOBODY = UUID("ca11a121-0000-4000-8000-000000000000")
"""A tenant that does not exist: in its context there is no row to be seen or touched at all."""

_WAIT_MS = 5_000


class CanariesRefused(Exception):
    """Raised when the canary tenants cannot be made or removed; its text is one line for the operator."""


@dataclass(frozen=True, slots=True)
class CanaryTenants:
    """The rows of the two tenants."""

    a: Row
    b: Row


@contextmanager
def canary_tenants(connection: psycopg.Connection[Any], sealer: ContextSealer) -> Iterator[CanaryTenants]:
    """Make the two tenants for a block, and remove them.

    Args:
        connection: the platform role's, in autocommit mode.
        sealer: of the database.

    Raises:
        CanariesRefused: another probe is running, or the platform role may not.
    """
    catalog = read_catalog(connection)
    table = catalog.tenants()
    if table is None:
        raise CanariesRefused("no table is referred to by tenants' columns: run `flask db upgrade`")
    session = Session(connection, sealer)
    try:
        connection.execute(f"SET lock_timeout = {_WAIT_MS}".encode())
        _remove(session, table)
    except psycopg.errors.LockNotAvailable as error:
        raise CanariesRefused("another probe is running on this database, or a table is locked") from error
    try:
        planter = Planter(session, catalog)
        a, b = (_make(session, planter, table, tenant_id) for tenant_id in (A, B))
        with connection.transaction():
            # Kept for the whole run: a second probe, which would remove the tenants, waits here and gives up.
            session.bind(A)
            connection.execute(
                sql.SQL("SELECT FROM {} WHERE id = {} FOR KEY SHARE").format(table.ident, sql.Literal(A))
            )
            yield CanaryTenants(a, b)
    finally:
        # Where a table that refers to tenants is locked, they stay: what is left is looked for afterwards.
        with suppress(psycopg.errors.LockNotAvailable):
            if not connection.closed:
                _remove(session, table)


def _make(session: Session, planter: Planter, table: Relation, tenant_id: UUID) -> Row:
    connection = session.connection
    with connection.transaction():
        session.bind(tenant_id)
        try:
            row = planter.plant(table, tenant_id, {})
        except NotPlanted as error:
            raise CanariesRefused(f"a canary tenant cannot be made: {error}") from error
        if "status" in table.columns:
            archive = sql.SQL("UPDATE {} SET status = 'archived' WHERE {}")
            connection.execute(archive.format(table.ident, row.identity()))
        return row


def _remove(session: Session, table: Relation) -> None:
    for tenant_id in (A, B):
        with session.connection.transaction():
            session.bind(tenant_id)
            delete = sql.SQL("DELETE FROM {} WHERE id = {}").format(table.ident, sql.Literal(str(tenant_id)))
            session.connection.execute(delete)
