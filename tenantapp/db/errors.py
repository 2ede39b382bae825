"""What can be wrong between the application and its database."""

from __future__ import annotations


class DatabaseUnavailable(Exception):
    """Raised when no transaction can be begun: no connection is to be had, or two in a row were dropped."""


class UnsafeRole(Exception):
    """Raised when a new connection's role could get past row-level security: no statement is run on it."""


class ForeignTenantSession(Exception):
    """Raised when a session that holds one tenant's rows is used in another tenant's context."""
