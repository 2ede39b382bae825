"""Run the checks against a live database and judge what they find by the project's waivers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import psycopg
from psycopg import IsolationLevel, sql

from tenantapp.postgres.roles import RoleNames
from tenantapp.postgres.sql_files import compose
from tenantapp.rls.audit.checks import Check, all_checks, parameters
from tenantapp.rls.audit.configuration import AuditConfiguration, Waiver
from tenantapp.rls.audit.errors import AuditConfigurationError
from tenantapp.rls.audit.findings import Audit, Finding, Unread

Connection = psycopg.Connection[Any]
# Every name that is not PostgreSQL's own is then told with its schema, and none comes before PostgreSQL's.
SESSION = """
    SET LOCAL search_path = pg_catalog, pg_temp;
    SET LOCAL statement_timeout = '30s';
    SET LOCAL lock_timeout = '5s';
    SET LOCAL jit = off;
    SET LOCAL quote_all_identifiers = off
"""
_WAIVERS = "waivers"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What finds faults beside the numbered checks.

    Args:
        id: what its findings are called, and waivers of them.
        ask: reads the database within the transaction of a connection.
    """

    id: str
    ask: Callable[[Connection], Sequence[Finding]]


# Their findings may be waived also where they are not asked for.
COMPARISONS = ("drift", "surface")


def audit(
    connection: Connection,
    names: RoleNames,
    configuration: AuditConfiguration,
    *,
    comparisons: Sequence[Comparison] = (),
    today: date | None = None,
) -> Audit:
    """Read the database that a connection is in; nothing is written.

    Args:
        connection: of any role, not in a transaction.
        names: the roles.
        configuration: what the project declares.
        comparisons: what is asked beside the numbered checks.
        today: by which waivers expire.

    Raises:
        AuditConfigurationError: a waiver is of no check.
        psycopg.Error: the server cannot be asked.
    """
    checks = all_checks()
    _refuse_unknown(configuration.waivers, {*COMPARISONS, *(check.id for check in checks)})
    with reading(connection):
        found, unread = look(connection, names, configuration, comparisons)
    info = connection.info
    judged = tuple(_judge(found, configuration.waivers))
    unasked = {one.check for one in unread} | set(COMPARISONS) - {one.id for one in comparisons}
    return Audit(
        role=info.user,
        database=info.dbname,
        server=info.parameter_status("server_version") or "",
        checks=len(checks),
        findings=judged,
        unread=tuple(unread),
        complaints=tuple(_complaints(configuration.waivers, judged, unasked, today or _today())),
    )


@contextmanager
def reading(connection: Connection) -> Iterator[None]:
    """Read for a block in one snapshot, with names as the checks expect them, and write nothing.

    Args:
        connection: not in a transaction.
    """
    connection.autocommit = False
    connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
    with connection.transaction():
        connection.execute(SESSION, prepare=False)
        yield


def look(
    connection: Connection,
    names: RoleNames,
    configuration: AuditConfiguration,
    comparisons: Sequence[Comparison] = (),
) -> tuple[list[Finding], list[Unread]]:
    """Return what is found, and what cannot be read, within a transaction with the settings of `SESSION`."""
    values = parameters(names, configuration)
    asked = [
        Comparison(check.id, partial(_ask, check=check, query=compose(check.path, values)))
        for check in all_checks()
    ]
    found: list[Finding] = []
    unread: list[Unread] = []
    for one in (*asked, *comparisons):
        try:
            with connection.transaction():
                found += one.ask(connection)
        except psycopg.errors.InsufficientPrivilege as error:
            unread.append(Unread(one.id, error.diag.message_primary or str(error)))
    return found, unread


def _ask(connection: Connection, check: Check, query: sql.Composed) -> list[Finding]:
    rows = connection.execute(query, prepare=False).fetchall()
    unique = sorted({(str(row[0]), str(row[1]), str(row[2])) for row in rows})
    return [Finding(check.id, check.severity, *row) for row in unique]


def _judge(found: Sequence[Finding], waivers: Sequence[Waiver]) -> Iterator[Finding]:
    for finding in found:
        reasons = [waiver.reason for waiver in waivers if waiver.covers(finding.check, finding.object)]
        yield replace(finding, waived_because=reasons[0]) if reasons else finding


def _complaints(
    waivers: Sequence[Waiver], found: Sequence[Finding], unread: Collection[str], today: date
) -> Iterator[Finding]:
    """Yield an error for each waiver that has expired, a warning for each of nothing that was found."""
    for waiver in waivers:
        name = f"{waiver.check}: {waiver.object}"
        used = any(waiver.covers(finding.check, finding.object) for finding in found)
        if waiver.expires < today:
            detail = f"expired on {waiver.expires}: {waiver.reason}"
            yield Finding(_WAIVERS, "error", name, detail, "-- repair what it waives, or decide anew")
        elif not used and waiver.check not in unread:
            yield Finding(_WAIVERS, "warning", name, "waives nothing that was found", "-- remove the waiver")


def _refuse_unknown(waivers: Sequence[Waiver], known: Collection[str]) -> None:
    for waiver in waivers:
        if waiver.check not in known:
            raise AuditConfigurationError(f"tool.tenantapp.audit.waivers: there is no check {waiver.check!r}")


def _today() -> date:
    return datetime.now(UTC).date()
