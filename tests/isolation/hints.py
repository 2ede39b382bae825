"""What the walk over the routes cannot find out by itself, and is told here."""

from __future__ import annotations

from typing import Any

TABLES = {"tenant": "tenants", "summary": "tenants"}
"""The table of a resource whose name in paths is not that of its table."""

ARGUMENTS: dict[str, dict[str, str]] = {
    "/api/v1/schemas/<name>": {"name": "Customer"},
    "/docs/assets/<any('swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'):name>": {
        "name": "swagger-ui.css"
    },
}
"""What is put into a path for arguments other than the ids of rows, by rule."""

FIELDS: dict[str, dict[str, Any]] = {}
"""What is sent for fields and parameters that the tenant's row has no value for, by rule."""
