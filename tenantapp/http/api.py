"""The API as a document and its errors as problems, by flask-smorest."""

from __future__ import annotations

import sys
from pathlib import Path
from string import Template
from typing import Any

import orjson
from flask import Blueprint, Flask, Response, request
from flask.json.provider import JSONProvider
from flask_smorest import Api
from flask_smorest import Blueprint as DocumentedBlueprint
from flask_smorest.exceptions import NotModified
from werkzeug.exceptions import HTTPException, NotFound

from tenantapp.http.json_text import json_text
from tenantapp.http.openapi import components
from tenantapp.http.openapi.operations import DeclaredOperations
from tenantapp.http.openapi.schema_plugin import SchemaPlugin
from tenantapp.http.problems import ProblemSchema, problem

PREFIX = "/api/v1"
LARGEST_BODY = 1024 * 1024
_INTRODUCTION = Path(__file__).parent / "openapi" / "introduction.md"


class ProblemApi(Api):  # type: ignore[misc]  # flask-smorest has no types
    """Answers the framework's own errors (unknown route, method, malformed body) as problems too."""

    ERROR_SCHEMA = ProblemSchema
    # Each operation names the problems it has.
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_pagination_header(self) -> None:
        """Do without flask-smorest's: lists here answer RFC 8288's Link."""

    def handle_http_exception(self, error: HTTPException) -> Response:
        """Return the problem that `error` is, as flask-smorest does; what is not modified is none.

        Its `abort` takes a `message`, `errors` by field and `headers`.
        """
        if isinstance(error, NotModified) and isinstance(error.response, Response):
            return error.response
        status, given = error.code or 500, getattr(error, "data", {})
        if status == 422 and "messages" in given:
            return problem(status, "invalid_fields", "Some fields are invalid.", errors=_by_field(given))
        reason = (error.name or "error").lower().replace(" ", "_")
        detail = error.description if status < 500 else None
        # A view that aborts means a row, werkzeug a path.
        if status == 404 and request.url_rule is not None and detail == NotFound.description:
            detail = "There is no such row."
        response = problem(
            status,
            reason,
            given.get("message", detail),
            errors=_by_field(given),
            headers=given.get("headers"),
        )
        for name, value in error.get_headers():
            if name not in ("Content-Type", "Content-Length"):
                response.headers[name] = value
        return response


def _described(blueprint: Blueprint) -> str:
    """Return what the module that declares a blueprint says of itself, for one that says nothing."""
    told = (getattr(sys.modules.get(blueprint.import_name), "__doc__", None) or "").strip()
    return told.partition("\n")[0].removesuffix(".")


def _by_field(given: dict[str, Any]) -> dict[str, Any] | None:
    """Return the errors that `abort` was given; webargs' have the location above the fields."""
    if "messages" not in given:
        return given.get("errors")
    (messages,) = given["messages"].values()
    return messages if isinstance(messages, dict) else given["messages"]


class OrjsonProvider(JSONProvider):
    """JSON by orjson: UUIDs and times included, an order of magnitude faster than the default."""

    def dumps(self, obj: Any, **_kwargs: Any) -> str:
        """Return `obj` as JSON text."""
        # The positions of invalid items of a list are numbers.
        return json_text(obj, orjson.OPT_NON_STR_KEYS).decode()

    def loads(self, s: str | bytes, **_kwargs: Any) -> Any:
        """Return what the JSON text `s` says.

        Raises:
            orjson.JSONDecodeError: it is not JSON; a ValueError, as Flask expects.
        """
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """Return a JSON response of the given value."""
        text = json_text(self._prepare_response_obj(args, kwargs))
        return Response(text, content_type="application/json")


def init_app(app: Flask, tenant_header: str) -> Api:
    """Give `app` the API that its blueprints are registered at.

    Args:
        app: the application.
        tenant_header: the header that names the tenant where the host does not.
    """
    app.json = OrjsonProvider(app)
    app.config.update(
        API_TITLE="tenantapp",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        PROPAGATE_EXCEPTIONS=False,
        MAX_CONTENT_LENGTH=LARGEST_BODY,
    )
    api = ProblemApi(
        app,
        spec_kwargs={
            "marshmallow_plugin": SchemaPlugin(),
            "extra_plugins": [DeclaredOperations(app)],
            "info": {
                "description": Template(_INTRODUCTION.read_text(encoding="utf-8")).substitute(
                    tenant_header=tenant_header
                )
            },
            "servers": [{"url": "/", "description": "The host that serves this document"}],
        },
    )
    components.register(api.spec, tenant_header)
    return api


def register_blueprint(app: Flask, api: Api, blueprint: Blueprint) -> None:
    """Serve a blueprint beneath the API's prefix; one of flask-smorest's is also in the document.

    Args:
        app: the application.
        api: its API, as `init_app` has returned it.
        blueprint: its `url_prefix` is relative to the API's; without a `description`, that is the first line
            of its module's docstring.
    """
    prefix = f"{PREFIX}{blueprint.url_prefix or ''}"
    if isinstance(blueprint, DocumentedBlueprint):
        blueprint.description = blueprint.description or _described(blueprint)
        api.register_blueprint(blueprint, url_prefix=prefix)
    else:
        app.register_blueprint(blueprint, url_prefix=prefix)
