"""The directory in PostgreSQL, read through the one function that answers without a tenant context."""

from __future__ import annotations

from contextlib import closing

import psycopg
from psycopg.rows import TupleRow
from psycopg_pool import PoolTimeout

from tenantapp.db.errors import ConnectionOutdated, DatabaseUnavailable
from tenantapp.db.pool import TenantPool
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
        try:
            row = self._find(subdomain)
        except PoolTimeout as error:
            # No connection was found dropped: a second wait would only be longer.
            raise DatabaseUnavailable("no connection was to be had in time") from error
        except psycopg.OperationalError as error:
            # What is out of date is prepared anew; what was dropped is replaced.
            if not isinstance(error, ConnectionOutdated):
                self._pool.renew()
            try:
                row = self._find(subdomain)
            except psycopg.OperationalError as error:
                raise DatabaseUnavailable("the directory cannot be read") from error
        return DirectoryEntry(*row) if row else None

    def _find(self, subdomain: str) -> TupleRow | None:
        with closing(self._pool.connect()) as connection:
            # One statement needs no transaction around it; the pool lends no connection on in this mode.
            connection.autocommit = True
            return connection.execute(_FIND, (subdomain,)).fetchone()
