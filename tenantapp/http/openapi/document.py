"""The API document of an application, and the JSON Schema of each object that is in it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from apispec import APISpec
from flask import Flask

from tenantapp.app_state import AppState
from tenantapp.http.openapi.json_schema import standalone

_DOCUMENT = AppState["ApiDocument"]("api_document")
_ORDER = ("openapi", "info", "servers", "tags", "paths", "components")


class ApiDocument:
    """What an API tells about itself; complete as soon as every blueprint is registered.

    Args:
        spec: what the blueprints have noted down.
    """

    def __init__(self, spec: APISpec) -> None:
        self._spec = spec

    @cached_property
    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        noted = self._spec.to_dict()
        document = {part: noted[part] for part in _ORDER}
        document["tags"] = sorted(noted["tags"], key=lambda tag: (tag["name"] in _public(noted), tag["name"]))
        document["components"] = {
            kind: dict(sorted(named.items())) for kind, named in sorted(noted["components"].items())
        }
        return document

    @cached_property
    def json_schemas(self) -> dict[str, dict[str, Any]]:
        """The JSON Schema of each object, by its name."""
        components = self.openapi["components"]["schemas"]
        return {name: standalone(name, components) for name in components}


def _public(noted: dict[str, Any]) -> set[str]:
    """Return the tags of what is open to everybody; a reader looks for the resources first."""
    parts = (part for path in noted["paths"].values() for part in path.values() if isinstance(part, dict))
    return {tag for operation in parts if operation.get("security") == [] for tag in operation["tags"]}


def init_app(app: Flask, spec: APISpec) -> None:
    """Make `spec` what `app` tells about itself."""
    _DOCUMENT.keep(app, ApiDocument(spec))


def api_document() -> ApiDocument:
    """Return the current application's document."""
    return _DOCUMENT.here()
