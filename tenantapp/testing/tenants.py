"""Tenants for tests: made by the operator's own functions, and asked over HTTP."""

from __future__ import annotations

import secrets
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from tenantapp.db.unit_of_work import writing
from tenantapp.identity.api_keys.keys import SCOPES, issue_key
from tenantapp.identity.api_keys.models import ApiKey
from tenantapp.platform.tenants import create_tenant
from tenantapp.postgres.sealing import sealer_for, sealing_engine
from tenantapp.runtime import RUNTIME
from tenantapp.tenancy.context import TenantContext, tenant_context

Row = Mapping[str, Any]
SHORTEST = 10
"""How long a text must be not to occur by chance."""


@dataclass(frozen=True)
class TenantUnderTest:
    """A tenant, and a client that holds a key of its."""

    app: Flask
    id: UUID
    subdomain: str
    token: str

    @property
    def context(self) -> TenantContext:
        """A context of this tenant's."""
        return TenantContext(self.id, role="test", request_id=f"test-{self.subdomain}")

    def request(self, method: str, path: str, **options: Any) -> TestResponse:
        """Send a request to this tenant's host, with this tenant's key unless headers say otherwise."""
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        base_url = options.pop("base_url", f"http://{self.subdomain}.localhost")
        # What is streamed is read at once: nothing of it stays open that nobody closes.
        options = {"buffered": True, **options}
        return self.app.test_client().open(path, method=method, base_url=base_url, headers=headers, **options)

    def create(self, path: str, **fields: Any) -> dict[str, Any]:
        """Create something and return it."""
        response = self.request("POST", path, json=fields)
        assert response.status_code == 201, response.get_data(as_text=True)
        return dict(response.get_json())


@dataclass(frozen=True)
class Inhabitant:
    """A tenant and the rows it has, by table."""

    id: UUID
    subdomain: str
    token: str
    rows: Mapping[str, list[Row]]

    @property
    def context(self) -> TenantContext:
        """A context of this tenant's."""
        return TenantContext(self.id, role="test")

    def ids(self, table: sa.Table) -> set[UUID]:
        """Return the ids of its rows."""
        return {row["id"] for row in self.rows[table.name]}

    def row(self, table: sa.Table) -> Row:
        """Return one of its rows."""
        return self.rows[table.name][0]

    def strings(self) -> set[str]:
        """Return its key and the texts, ids and digests that its rows hold, too long to occur by chance."""
        values = [value for rows in self.rows.values() for row in rows for value in row.values()]
        return {text for text in texts([self.token, *values]) if len(text) >= SHORTEST}


def make_tenant(app: Flask, scopes: Sequence[str] = SCOPES) -> TenantUnderTest:
    """Create a tenant with a random subdomain and a key."""
    subdomain = f"t-{secrets.token_hex(6)}"
    settings = RUNTIME.of(app).settings
    url = settings.require("platform_database_url", "making a tenant")
    engine = sealing_engine(url, sealer_for(settings, url))
    with engine.begin() as connection:
        tenant_id = create_tenant(connection, subdomain, f"Tenant {subdomain}")
    return TenantUnderTest(app, tenant_id, subdomain, issue(app, tenant_id, scopes))


def issue(app: Flask, tenant_id: UUID, scopes: Sequence[str] = SCOPES, **options: Any) -> str:
    """Issue a key of the tenant's and return its token."""
    with app.app_context(), tenant_context(TenantContext(tenant_id, role="test")), writing() as session:
        issued = issue_key("test", scopes, **options)
        session.add(ApiKey(**issued.values))
        session.commit()
    return issued.token


def texts(value: Any) -> Iterator[str]:
    """Yield every text in a value of a column, however deep; of bytes, the forms in which JSON has them."""
    if isinstance(value, Mapping):
        value = [*value, *value.values()]
    if isinstance(value, bytes):
        yield from (value.hex(), b64encode(value).decode(), urlsafe_b64encode(value).decode())
    elif isinstance(value, str | UUID):
        yield str(value)
    elif isinstance(value, Iterable):
        for item in value:
            yield from texts(item)
