"""Superusers beside the application, and a tenant on a database that a test may break."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask

from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest, make_tenant


@pytest.fixture
def superuser(server: Server, shared_database: str) -> Iterator[psycopg.Connection[Any]]:
    """A superuser on the shared database."""
    with server.connect("bootstrap", shared_database) as connection:
        yield connection


@pytest.fixture
def own_superuser(server: Server, database: str) -> Iterator[psycopg.Connection[Any]]:
    """A superuser on the database of this test alone."""
    with server.connect("bootstrap", database) as connection:
        yield connection


@pytest.fixture
def own_tenant(own_app: Flask) -> TenantUnderTest:
    """A tenant in the database of this test alone."""
    return make_tenant(own_app)
