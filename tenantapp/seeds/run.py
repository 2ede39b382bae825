"""A profile's tenants, made and filled, or removed with all they have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.engine import Connection

from tenantapp.db.unit_of_work import writing
from tenantapp.models.base import Base
from tenantapp.models.scoped import scoped_models, table_of
from tenantapp.models.tenant_table import tenant_table
from tenantapp.platform.models import DirectoryRow
from tenantapp.platform.tenants import create_tenant
from tenantapp.postgres.sealing import bind, sealer_for, sealing_engine
from tenantapp.runtime import RUNTIME
from tenantapp.seeds import customers, rcas, services, todos, users
from tenantapp.seeds.api_keys import KeptTokens
from tenantapp.seeds.copying import copy_customers
from tenantapp.seeds.options import Options
from tenantapp.tenancy.context import TenantContext, tenant_context

DOMAINS = (users, customers, services, rcas, todos)
"""What is seeded, what is referred to before what refers to it."""

Progress = Callable[[str], None]
_TOLD = 50


def seed(app: Flask, options: Options, progress: Progress = lambda _line: None) -> dict[str, str]:
    """Make the tenants that are not there, fill those that are empty, and return each one's token.

    Args:
        app: whose database it is.
        options: what is seeded.
        progress: is told, line by line, what has been done.

    Raises:
        SettingsError: an address that is needed is not set.
    """
    ids = _tenants(app, options)
    progress(f"{len(ids)} tenants are there")
    if options.copied:
        _copy(app, options, ids, progress)
        return {}
    settings = RUNTIME.of(app).settings
    kept = KeptTokens(settings.instance_path / "seed-keys.json")
    for subdomain, tenant_id in ids.items():
        with app.app_context(), tenant_context(TenantContext(tenant_id, role="seed")), writing() as session:
            for domain in DOMAINS:
                domain.run(session, options.of(subdomain))
            kept.run(session, subdomain)
            session.commit()
        progress(f"{subdomain} is filled")
    kept.keep()
    return {subdomain: kept.tokens[subdomain] for subdomain in ids}


def reset(app: Flask, options: Options, progress: Progress = lambda _line: None) -> int:
    """Remove the profile's tenants with all their rows, and return how many there were.

    Raises:
        SettingsError: an address that is needed is not set.
    """
    subdomains = [subdomain for subdomain, _ in options.names()]
    scoped = {table_of(model) for model in scoped_models()}
    tables = [table for table in reversed(Base.metadata.sorted_tables) if table in scoped]
    with _connection(app, "platform_database_url") as connection, connection.begin():
        ids = {name: known for name, known in _known(connection).items() if name in subdomains}
    with _connection(app, "migration_database_url") as connection:
        for number, (subdomain, tenant_id) in enumerate(ids.items(), 1):
            with connection.begin():
                bind(connection, TenantContext(tenant_id, role="seed"))
                for table in tables:
                    connection.execute(delete(table))
                connection.execute(delete(tenant_table()))
                connection.execute(delete(DirectoryRow).where(DirectoryRow.subdomain == subdomain))
            _tell(progress, number, len(ids), "removed")
    return len(ids)


def _tenants(app: Flask, options: Options) -> dict[str, UUID]:
    """Return the id of each tenant, by subdomain; those that are not there are made."""
    with _connection(app, "platform_database_url") as connection:
        with connection.begin():
            known = _known(connection)
        ids = {}
        for subdomain, name in options.names():
            if subdomain not in known:
                with connection.begin():
                    known[subdomain] = create_tenant(connection, subdomain, name)
            ids[subdomain] = known[subdomain]
        return ids


def _known(connection: Connection) -> dict[str, UUID]:
    rows = connection.execute(select(DirectoryRow.subdomain, DirectoryRow.tenant_id))
    return {subdomain: UUID(str(tenant_id)) for subdomain, tenant_id in rows}


def _copy(app: Flask, options: Options, ids: dict[str, UUID], progress: Progress) -> None:
    with _connection(app, "migration_database_url") as connection:
        for number, (subdomain, tenant_id) in enumerate(ids.items(), 1):
            with connection.begin():
                bind(connection, TenantContext(tenant_id, role="seed"))
                copy_customers(connection, options.of(subdomain))
            _tell(progress, number, len(ids), "filled")


def _tell(progress: Progress, number: int, total: int, done: str) -> None:
    if number % _TOLD == 0 or number == total:
        progress(f"{number} of {total} tenants are {done}")


@contextmanager
def _connection(app: Flask, address: str) -> Iterator[Connection]:
    settings = RUNTIME.of(app).settings
    url = settings.require(address, "seeding")
    with sealing_engine(url, sealer_for(settings, url)).connect() as connection:
        yield connection
