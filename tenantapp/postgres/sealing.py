"""Sealed contexts on connections beside the application's pool: the operator's, and those of migrations."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import URL
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import ProgrammingError

from tenantapp.postgres.errors import ContextRejected
from tenantapp.settings.load import Settings
from tenantapp.tenancy.context import TenantContext
from tenantapp.tenancy.seal import ContextSealer

SEALER_OPTION = "context_sealer"
"""The execution option by which an engine's connections carry what seals their contexts."""


def sealer_for(settings: Settings, url: URL) -> ContextSealer:
    """Return what seals contexts for the database at an address.

    Args:
        settings: they hold the key.
        url: the address; without a database, libpq takes the one of the role's name.

    Raises:
        SettingsError: there is no key.
    """
    return ContextSealer(settings.require_context_key(), url.database or url.username or "")


def sealing_engine(url: URL, sealer: ContextSealer, **options: Any) -> Engine:
    """Return an engine without a pool, on whose connections `bind` can be used.

    Args:
        url: the address.
        sealer: of that database.
        options: of `create_engine`.
    """
    return sa.create_engine(
        url,
        poolclass=sa.pool.NullPool,
        execution_options={SEALER_OPTION: sealer},
        hide_parameters=True,
        **options,
    )


def bind(connection: Connection, context: TenantContext) -> None:
    """Enter a context for the rest of the connection's transaction.

    Args:
        connection: of a `sealing_engine`.
        context: what to enter.

    Raises:
        KeyError: the connection is of another engine.
        ContextRejected: the database does not take it.
    """
    sealer: ContextSealer = connection.get_execution_options()[SEALER_OPTION]
    driver: Any = connection.connection.driver_connection
    token = sealer.seal(context, driver.info.backend_pid)
    try:
        connection.execute(sa.select(sa.func.tenancy.bind(token)))
    except ProgrammingError as error:
        if isinstance(error.orig, InsufficientPrivilege):
            raise ContextRejected from error
        raise
