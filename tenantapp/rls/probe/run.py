"""One run: canary tenants, every attack on everything, and a look at what was left behind."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import sql

from tenantapp.rls.probe.others import OthersProbe
from tenantapp.rls.probe.relations import Catalog, read_catalog
from tenantapp.rls.probe.report import ProbeReport, Subject
from tenantapp.rls.probe.session import Session
from tenantapp.rls.probe.targets import TableProbe
from tenantapp.rls.probe.tenants import A, B, CanariesRefused, canary_tenants
from tenantapp.tenancy.seal import ContextSealer

Connection = psycopg.Connection[Any]
ProbeError = CanariesRefused


def probe(
    app: Connection,
    platform: Connection,
    sealer: ContextSealer,
    progress: Callable[[str], None] = lambda _: None,
    *,
    only: str | None = None,
) -> ProbeReport:
    """Attack the database of two connections, and undo all that was done.

    Args:
        app: the application's role, in autocommit mode; it attacks.
        platform: the platform role, in autocommit mode; it makes and removes the two canary tenants.
        sealer: of the database.
        progress: is told what is attacked next.
        only: the one table to attack, with schema.

    Raises:
        ProbeError: the canary tenants cannot be made.
        psycopg.Error: a server went away.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    catalog, session = read_catalog(app), Session(app, sealer)
    with canary_tenants(platform, sealer) as tenants:
        tables = TableProbe(session, catalog, tenants)
        subjects: list[Subject] = []
        for table in catalog.scoped():
            if only in (None, table.full_name):
                progress(table.full_name)
                subjects.append(tables.attack(table))
        if only is None:
            progress("views and functions")
            subjects += OthersProbe(session, catalog, tenants).attack()
    return ProbeReport(
        database=f"{app.info.dbname} at {app.info.host}:{app.info.port}",
        server=catalog.version,
        role=catalog.role,
        started=started.isoformat(timespec="seconds"),
        seconds=time.monotonic() - clock,
        subjects=tuple(subjects),
        traces=_traces(session, catalog),
    )


def _traces(session: Session, catalog: Catalog) -> tuple[str, ...]:
    """Return what the canary tenants still have, which is nothing."""
    found = []
    with session.transaction():
        for table in catalog.scoped():
            if table.is_closed:
                continue
            for tenant in (A, B):
                session.bind(tenant)
                left = sql.SQL("SELECT FROM {} WHERE {} = {}::uuid").format(
                    table.ident, sql.Identifier(table.owner or ""), sql.Literal(str(tenant))
                )
                answer = session.ask(left)
                if answer.touched:
                    found.append(
                        f"{table.full_name}: {answer} with the tenant {tenant}; the next probe removes it"
                    )
    return tuple(found)
