"""Two tenants with rows in every table of theirs, built from the catalog: no factory is asked for."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, cast
from uuid import UUID

import psycopg
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from tenantapp.db.unit_of_work import changing
from tenantapp.models.states import states_of
from tenantapp.postgres.sealing import sealer_for
from tenantapp.rls.probe.planting import NotPlanted, Planter, Rows
from tenantapp.rls.probe.relations import Catalog, read_catalog
from tenantapp.rls.probe.session import Session
from tenantapp.rls.probe.values import new_mark
from tenantapp.runtime import RUNTIME
from tenantapp.tenancy.context import tenant_context
from tenantapp.testing.tables import scoped_tables
from tenantapp.testing.tenants import SHORTEST, Inhabitant, Row, TenantUnderTest, make_tenant

# What a canary is recognised by.
_MARK = re.compile("[0-9a-f]{12}")
# What PostgreSQL fills by itself.
_SERVERS = {"id", "tenant_id", "row_version", "created_at", "updated_at"}
_A_DAY = timedelta(days=1)


class Neighbours:
    """Two tenants of one application: `a` attacks, `b` is attacked.

    Args:
        app: the application.
        a: one tenant.
        b: the other.
    """

    def __init__(self, app: Flask, a: Inhabitant, b: Inhabitant) -> None:
        self._app = app
        self.a = a
        self.b = b

    @property
    def app(self) -> Flask:
        """The application."""
        return self._app

    @cached_property
    def secrets(self) -> set[str]:
        """The texts and ids that B's rows hold and A's do not."""
        return self.b.strings() - self.a.strings()

    def request(self, tenant: Inhabitant, method: str, path: str, **options: Any) -> TestResponse:
        """Send a request to the tenant's host with the tenant's key."""
        client = TenantUnderTest(self.app, tenant.id, tenant.subdomain, tenant.token)
        return client.request(method, path, **options)

    def assert_no_secret(self, answer: TestResponse, *own: object) -> None:
        """Look in all of an answer for what only B's rows hold.

        Args:
            answer: what A was answered.
            own: what A sent itself: an echo tells nothing.

        Raises:
            AssertionError: something of B's is in it.
        """
        text = f"{answer.status}{answer.headers}{answer.get_data(as_text=True)}"
        sent = " ".join(map(str, own))
        found = sorted(secret for secret in self.secrets if secret in text and secret not in sent)
        assert not found, f"{answer.request.method} {answer.request.path} shows A B's {found}"


def connect(app: Flask, role: str) -> psycopg.Connection[Any]:
    """Connect to the application's database past all that the program does, in autocommit mode.

    Args:
        app: the application.
        role: `database` for its own role, `platform_database` for the operator's.
    """
    settings = RUNTIME.of(app).settings
    url: sa.URL = settings.require(f"{role}_url").set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


def settle(app: Flask) -> Inhabitant:
    """Create a tenant and commit rows of its own in every table that the application may insert into.

    There are two in each, where a tenant may have two, and they stand where rows begin.

    Raises:
        AssertionError: no row of a table can be built.
    """
    tenant = make_tenant(app)
    with connect(app, "database") as connection, connection.transaction():
        settings = RUNTIME.of(app).settings
        sealer = sealer_for(settings, settings.require("database_url", "the canaries"))
        session = Session(connection, sealer)
        session.bind(tenant.id)
        planted = _plant(session, read_catalog(connection), tenant.id)
    with app.app_context(), tenant_context(tenant.context), changing() as bound:
        tables = [table for table in scoped_tables() if _exists(bound, table)]
        for table in tables:
            _begin(bound, table)
        bound.commit()
        rows = {table.name: _rows(bound, table, planted) for table in tables}
    return Inhabitant(tenant.id, tenant.subdomain, tenant.token, rows)


def new_values(table: sa.Table, inhabitant: Inhabitant) -> dict[str, Any]:
    """Return the values of a further row that `inhabitant` could insert: its first's, with other marks."""
    given = {column.name for column in table.c if not column.computed} - _SERVERS
    return {name: _anew(value) for name, value in inhabitant.row(table).items() if name in given}


def further_row(app: Flask, inhabitant: Inhabitant, table: sa.Table) -> UUID:
    """Insert a further row of `inhabitant`'s, which no other refers to, and return its id."""
    statement = table.insert().values(new_values(table, inhabitant)).returning(table.c.id)
    with app.app_context(), tenant_context(inhabitant.context), changing() as bound:
        row_id: UUID = bound.execute(statement).scalar_one()
        bound.commit()
    return row_id


def _plant(session: Session, catalog: Catalog, tenant_id: UUID) -> set[str]:
    """Plant rows in each table, and return the ids that they have."""
    planter, rows, ids = Planter(session, catalog), cast("Rows", {}), set()
    for table in catalog.scoped():
        if "INSERT" in table.privileges or "INSERT" in table.column_privileges:
            try:
                ids.add(str(planter.plant(table, tenant_id, rows).values.get("id")))
            except NotPlanted as error:
                raise AssertionError(f"{table.full_name}: {error}") from error
            # There are tables of one row a tenant.
            with suppress(NotPlanted):
                second = planter.another(table, tenant_id, rows)
                if not session.keep(second.insertion()).state:
                    ids.add(str(second.values.get("id")))
    return ids


def _begin(bound: sa.Connection, table: sa.Table) -> None:
    """Let what was planted stand where rows begin, live and with a canary in every text.

    The catalog does not tell what that is. Where a constraint wants otherwise, a row stays as it was planted.
    """
    values: dict[str, Any] = {name: states.initial for name, states in states_of(table).items()}
    values |= {"expires_at": datetime.now(UTC) + _A_DAY} if "expires_at" in table.c else {}
    # Nothing has happened to it so far: it is neither completed nor deleted.
    values |= {c.name: None for c in table.c if c.nullable and isinstance(c.type, sa.DateTime)}
    first = {"row_version": 1} if "row_version" in table.c else {}
    for name, value in {**first, **values}.items():
        _try(bound, table.update().values({**first, name: value}))
    for column in table.c:
        if (
            isinstance(column.type, sa.String | sa.JSON)
            and "words" not in column.info
            and not column.computed
        ):
            value = {"canary": new_mark()} if isinstance(column.type, sa.JSON) else new_mark()
            is_short = sa.func.length(sa.cast(column, sa.Text)) < SHORTEST
            _try(bound, table.update().where(is_short).values({**first, column.name: value}))


def _try(bound: sa.Connection, statement: sa.Update) -> None:
    with bound.begin_nested() as savepoint:
        try:
            bound.execute(statement)
        except sa.exc.DBAPIError:
            savepoint.rollback()


def _anew(value: Any) -> Any:
    """Return the same with other marks, however deep they are."""
    if isinstance(value, str):
        return _MARK.sub(lambda _: new_mark(), value)
    if isinstance(value, bytes):
        return secrets.token_bytes(len(value))
    if isinstance(value, Mapping):
        return {name: _anew(item) for name, item in value.items()}
    return [_anew(item) for item in value] if isinstance(value, list) else value


def _rows(connection: sa.Connection, table: sa.Table, planted: set[str]) -> list[Row]:
    """Return a table's rows, those that were planted first: no other may be done without."""
    rows = [dict(row) for row in connection.execute(sa.select(table)).mappings()]
    return sorted(rows, key=lambda row: str(row.get("id")) not in planted)


def _exists(connection: sa.Connection, table: sa.Table) -> bool:
    return connection.scalar(sa.select(sa.func.to_regclass(table.fullname))) is not None
