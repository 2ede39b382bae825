"""What can be wrong on the operator's side."""

from __future__ import annotations


class PreparationError(Exception):
    """Raised when roles cannot be created or a database cannot be prepared at all; its text is one line."""


class TenantExists(Exception):
    """Raised when a tenant is created whose subdomain another one has."""
