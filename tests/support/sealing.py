"""Sealed contexts for tests that bind by themselves."""

from __future__ import annotations

from typing import Any

import psycopg

from tenantapp.settings.context_key import PUBLISHED_CONTEXT_KEY
from tenantapp.tenancy.context import TenantContext
from tenantapp.tenancy.seal import ContextSealer


def sealer_of(database: str) -> ContextSealer:
    """Return what seals contexts for a test's database."""
    return ContextSealer(PUBLISHED_CONTEXT_KEY, database)


def sealed(connection: psycopg.Connection[Any], context: TenantContext) -> str:
    """Return a token that is good on a connection."""
    return sealer_of(connection.info.dbname).seal(context, connection.info.backend_pid)
