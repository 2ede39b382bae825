"""Each generated hole is told by the audit: HOLES of them, by the seed HOLES_SEED.

`make test` tries a few, `make test-services` 300 on 18 and a sixth of them on other versions.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.orm import configure_mappers

from tenantapp.postgres.roles import RoleNames
from tenantapp.rls.audit.findings import Finding
from tenantapp.rls.audit.run import SESSION, look
from tenantapp.rls.closed_world import altered, beyond
from tenantapp.rls.drift import drift
from tests.integration.rls.audit.generated.choice import choose
from tests.integration.rls.audit.generated.hole import BEFORE, Hole
from tests.integration.rls.audit.story import PROJECT
from tests.support.databases import Server

HOLES = choose(int(os.environ.get("HOLES_SEED", "16")), int(os.environ.get("HOLES", "40")))


@dataclass(frozen=True)
class Inside:
    """A transaction that is rolled back in the end, and what is found in it before any hole.

    Args:
        connection: a superuser's.
        names: the roles.
        known: what was found by each part of the audit.
    """

    connection: sa.Connection
    names: RoleNames
    known: frozenset[Finding]

    @property
    def driver(self) -> psycopg.Connection[Any]:
        """The same connection, as the audit takes it."""
        return self.connection.connection.driver_connection  # type: ignore[return-value]

    def execute(self, statements: str) -> None:
        """Execute SQL in which roles and the database stand in braces."""
        values = {**self.names.as_values(), "database": self.driver.info.dbname}
        names = {name: sql.Identifier(value) for name, value in values.items()}
        self.driver.execute(sql.SQL(statements).format(**names), prepare=False)

    def findings(self) -> Iterator[Finding]:
        """Yield what is new, part by part: the quickest first."""
        self.driver.execute(SESSION)
        yield from self._new(beyond(self.driver, self.names, PROJECT))
        yield from self._new(altered(self.driver))
        yield from self._new(look(self.driver, self.names, PROJECT)[0])
        self.driver.execute("SET LOCAL search_path = DEFAULT")
        yield from self._new(drift(self.connection, self.names))

    def _new(self, found: list[Finding]) -> Iterator[Finding]:
        return (one for one in found if one not in self.known)


@pytest.fixture(scope="module")
def inside(server: Server, template: str) -> Iterator[Inside]:
    """A clean database, in which a role that the application can become is known."""
    configure_mappers()
    with server.clone(template) as name:
        engine = sa.create_engine(server.address("bootstrap", name), poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.begin()
            empty = Inside(connection, server.names, frozenset())
            empty.execute(BEFORE)
            yield Inside(connection, server.names, frozenset(empty.findings()))
            connection.rollback()


@pytest.mark.parametrize("hole", HOLES, ids=lambda hole: hole.name)
def test_a_hole_is_told(inside: Inside, hole: Hole) -> None:
    if hole.since > inside.driver.info.server_version // 10_000:
        pytest.skip(f"PostgreSQL {hole.since} is the first to know it")
    with inside.driver.transaction(force_rollback=True):
        inside.execute(f"SET LOCAL search_path = DEFAULT; {hole.sql}")
        assert next(inside.findings(), None) is not None


def test_nothing_is_told_of_what_is_no_hole(inside: Inside) -> None:
    assert list(inside.findings()) == []
