"""What the audit asks beside its numbered checks: whatever is not declared is a finding."""

from __future__ import annotations

import psycopg
import sqlalchemy as sa
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from tenantapp.postgres.roles import RoleNames
from tenantapp.rls import drift
from tenantapp.rls.audit.configuration import AuditConfiguration
from tenantapp.rls.audit.findings import Finding
from tenantapp.rls.audit.run import Comparison, Connection
from tenantapp.rls.surface import declared
from tenantapp.rls.surface.builtins import changed, is_known, read_builtins
from tenantapp.rls.surface.read import read_surface

_VERSION = 10_000


def closed_world(
    engine: sa.Engine, names: RoleNames, configuration: AuditConfiguration
) -> tuple[Comparison, Comparison]:
    """Return what compares a live database with all that is declared.

    Args:
        engine: to the same database, for what needs temporary tables.
        names: the roles.
        configuration: what the project declares.
    """
    return (
        Comparison(drift.CHECK, lambda _: _drift(engine, names)),
        Comparison(
            declared.CHECK,
            lambda connection: [*beyond(connection, names, configuration), *altered(connection)],
        ),
    )


def beyond(connection: Connection, names: RoleNames, configuration: AuditConfiguration) -> list[Finding]:
    """Return what the database that a connection is in has beyond what is declared."""
    surface = read_surface(connection, names, configuration)
    return list(declared.undeclared(surface, configuration.declared_objects))


def altered(connection: Connection) -> list[Finding]:
    """Return what is not as released of PostgreSQL's own objects."""
    version = connection.info.server_version // _VERSION
    if not is_known(version):
        return [declared.unknown_release(version)]
    return list(declared.altered(changed(version, read_builtins(connection))))


def _drift(engine: sa.Engine, names: RoleNames) -> list[Finding]:
    try:
        with engine.connect() as connection:
            return drift.drift(connection, names)
    except (DBAPIError, CommandError) as error:
        cause = error if isinstance(error, DBAPIError) else error.__cause__
        refused = cause.orig if isinstance(cause, DBAPIError) else None
        # Who may make no temporary table compares nothing; nobody may on a standby.
        if isinstance(refused, psycopg.errors.InsufficientPrivilege | psycopg.errors.ReadOnlySqlTransaction):
            said = refused.diag.message_primary or str(refused)
            raise psycopg.errors.InsufficientPrivilege(said) from error
        raise
