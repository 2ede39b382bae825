"""The directory in PostgreSQL, read through the one function that answers without a tenant context."""

from __future__ import annotations

import psycopg
from psycopg.rows import TupleRow
from psycopg_pool import PoolTimeout

from tenantapp.postgres.connection import TenantConnection
from tenantapp.postgres.errors import DatabaseUnavailable
from tenantapp.postgres.pool import TenantPool
from tenantapp.tenancy.directory import DirectoryEntry

_FIND = "SELECT tenant_id, subdomain, status, database, epoch FROM tenancy.find_tenant(%s)"


class DatabaseDirectory:
    """Finds tenants by a short statement on a connection of its own, never the request's."""

    def __init__(self, pool: TenantPool) -> None:
        self._pool = pool

    def find(self, subdomain: str) -> DirectoryEntry | None:
        """Return the tenant's entry, or None where no tenant has that subdomain.

        Raises:
            DatabaseUnavailable: the database does not answer.
        """

        def find(connection: TenantConnection) -> TupleRow | None:
            # One statement needs no transaction around it; the pool lends no connection on in this mode.
            connection.autocommit = True
            return connection.execute(_FIND, (subdomain,)).fetchone()

        try:
            row = self._pool.reading(None, find)
        except PoolTimeout as error:
            raise DatabaseUnavailable("no connection was to be had in time") from error
        except psycopg.OperationalError as error:
            raise DatabaseUnavailable("the directory cannot be read") from error
        return DirectoryEntry(*row) if row else None
