"""Read the surface: objects that PostgreSQL did not bring, and what is given out beyond its defaults."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from tenantapp.postgres.roles import RoleNames
from tenantapp.postgres.sql_files import compose
from tenantapp.rls.audit.checks import parameters
from tenantapp.rls.audit.configuration import AuditConfiguration

Connection = psycopg.Connection[Any]
# In the order in which they name each other.
_FRAGMENTS = ("holders", "access", "parts")
# They run no SQL of a tenant's. PUBLIC's rights are everyone's, and the application's are every tenant's.
_TRUSTED = frozenset({"owner", "platform", "directory", "sealer", "watchdog"})
# Used only by whoever has a privilege on it; all else acts by itself.
_GUARDED = frozenset(
    {
        *("table", "view", "materialized view", "foreign table", "sequence", "function", "procedure"),
        *("aggregate", "type", "schema", "server", "foreign-data wrapper", "large object", "tablespace"),
    }
)


@dataclass(frozen=True, slots=True)
class Reached:
    """One object that PostgreSQL did not bring.

    Args:
        kind: what it is: table, function, trigger.
        name: its identity, with schema and argument types.
        declared_as: what declares it: the name of its relation, or a function's signature.
        extension: whose member it is.
        owner: the owner's purpose, or name.
        digest: of its definition.
        reach: who may do what with it.
        definer: whether it runs with its owner's rights.
        leakproof: whether it is let go before policies.
    """

    kind: str
    name: str
    declared_as: str | None
    extension: str | None
    owner: str | None
    digest: str
    reach: tuple[str, ...]
    definer: bool
    leakproof: bool

    @property
    def by_tenants(self) -> tuple[str, ...]:
        """What requests can do with it: as PUBLIC, as the application, or as what that can become."""
        return tuple(one for one in self.reach if one.partition(":")[0] not in _TRUSTED)

    @property
    def is_open(self) -> bool:
        """Whether requests can use it, or it acts without being asked."""
        return bool(self.by_tenants) or self.kind not in _GUARDED


@dataclass(frozen=True, slots=True)
class Given:
    """A privilege, or something that stands in the catalog, beyond what PostgreSQL and the preparation gave.

    Args:
        kind: what it is about: table, setting, membership.
        name: the object.
        holder: who has it.
        opens: what it opens.
        repair: SQL that takes it away.
    """

    kind: str
    name: str
    holder: str
    opens: str
    repair: str


@dataclass(frozen=True, slots=True)
class Surface:
    """All of it, in one database."""

    objects: tuple[Reached, ...]
    given: tuple[Given, ...]


def surface_parameters(
    names: RoleNames, configuration: AuditConfiguration
) -> Mapping[str, str | sql.Composable]:
    """Return what the files of `sql/surface/` name."""
    values = parameters(names, configuration)
    for name in _FRAGMENTS:
        values[name] = compose(f"surface/{name}.sql", values)
    return values


def read_surface(connection: Connection, names: RoleNames, configuration: AuditConfiguration) -> Surface:
    """Read the database that a connection is in, whose `search_path` names `pg_catalog` alone.

    Raises:
        psycopg.Error: the role may not, or the server cannot be asked.
    """
    values = surface_parameters(names, configuration)

    def ask(name: str) -> list[Any]:
        return connection.execute(compose(f"surface/{name}.sql", values), prepare=False).fetchall()

    objects = tuple(
        Reached(
            kind, name, declared_as, extension, owner, _digest(definition), tuple(reach), definer, leakproof
        )
        for kind, name, declared_as, extension, owner, definition, reach, definer, leakproof in ask("objects")
    )
    given = tuple(Given(*row) for name in ("excess", "standing") for row in ask(name))
    return Surface(objects, given)


def _digest(definition: str | None) -> str:
    return hashlib.sha256((definition or "").encode()).hexdigest()[:16]
