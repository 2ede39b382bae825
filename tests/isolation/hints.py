"""What the walk over the routes cannot find out by itself, and is told here."""

from __future__ import annotations

from typing import Any

NOBODYS = frozenset({"api-docs.openapi_json", "health.healthz", "health.readyz"})
"""Endpoints that are the program's own: they look at no credential and no row."""

TABLES = {"tenant": "tenants"}
"""The table of a resource whose name in paths is not that of its table."""

ARGUMENTS: dict[str, dict[str, str]] = {}
"""What is put into a path for arguments other than the ids of rows, by rule."""

FIELDS: dict[str, dict[str, Any]] = {}
"""What is sent for fields and parameters that the tenant's row has no value for, by rule."""
