"""The operator's hands: what tests do to tenants as the platform role."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import Connection

from tenantapp.platform.tenants import bind, set_status
from tenantapp.postgres.sealing import sealer_for, sealing_engine
from tenantapp.tenancy.hooks import tenancy
from tests.support.tenants import TenantUnderTest


@contextmanager
def as_operator(app: Flask) -> Iterator[Connection]:
    """Lend a transaction of the platform role."""
    settings = app.extensions["tenantapp"].settings
    url = settings.platform_database_url
    with sealing_engine(url, sealer_for(settings, url)).begin() as connection:
        yield connection


def give_status(tenant: TenantUnderTest, status: str) -> None:
    """Give a tenant a status, in the directory and in its own row; what is cached stays cached."""
    with as_operator(tenant.app) as connection:
        assert set_status(connection, tenant.subdomain, status)


def give_own_row(tenant: TenantUnderTest, status: str) -> None:
    """Give the tenant's own row a status that the directory does not know."""
    with as_operator(tenant.app) as connection:
        bind(connection, tenant.id)
        connection.execute(sa.text("UPDATE tenants SET status = :status"), {"status": status})


def give_directory(tenant: TenantUnderTest, status: str) -> None:
    """Give the directory's row a status that the tenant's own does not know."""
    update = sa.text("UPDATE control.directory SET status = :status WHERE subdomain = :subdomain")
    with as_operator(tenant.app) as connection:
        connection.execute(update, {"status": status, "subdomain": tenant.subdomain})


def forget_directory(app: Flask, subdomain: str) -> None:
    """Drop what the application's directory remembers, as seconds would."""
    with app.app_context():
        tenancy().directory.forget(subdomain)
