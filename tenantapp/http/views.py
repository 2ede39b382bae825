"""The API's documents over HTTP: the OpenAPI document, and the JSON Schema of each object."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response, request, url_for
from marshmallow import Schema, fields

from tenantapp.http.blueprint import Blueprint
from tenantapp.http.headers import REVALIDATED
from tenantapp.http.openapi.components import PROBLEMS
from tenantapp.http.openapi.document import api_document
from tenantapp.http.permissions import PUBLIC, permission
from tenantapp.http.problems import Problem

SCHEMA_JSON = "application/schema+json"
OBJECT = {"type": "object"}

blueprint = Blueprint("documents", __name__, description="What the API tells of itself")


class SchemaNotFound(Problem):
    """Raised when no object has the name."""

    status = 404
    reason = "schema_not_found"


class SchemaLinkSchema(Schema):
    """Where the schema of an object is found."""

    name = fields.String(required=True, metadata={"examples": ["Customer"]})
    href = fields.String(
        required=True, metadata={"format": "uri-reference", "examples": ["/api/v1/schemas/Customer"]}
    )


class SchemaListSchema(Schema):
    """The objects that have a schema."""

    items = fields.List(fields.Nested(SchemaLinkSchema), required=True)


@blueprint.route("/openapi.json")
@permission(PUBLIC)
@blueprint.response(200, OBJECT)
def openapi() -> Response:
    """Get this document."""
    return _answer(api_document().openapi, "application/json")


@blueprint.route("/schemas")
@permission(PUBLIC)
@blueprint.doc(operationId="documents_list_schemas")
@blueprint.response(200, SchemaListSchema)
def list_schemas() -> Response:
    """List the objects that have a JSON Schema."""
    names = api_document().json_schemas
    items = [{"name": name, "href": url_for("documents.get_schema", name=name)} for name in names]
    return _answer({"items": items}, "application/json")


@blueprint.route("/schemas/<name>")
@permission(PUBLIC)
@blueprint.doc(operationId="documents_get_schema")
@blueprint.response(200, OBJECT, content_type=SCHEMA_JSON)
@blueprint.alt_response(404, PROBLEMS[404].name)
def get_schema(name: str) -> Response:
    """Get the JSON Schema (draft 2020-12) of an object."""
    schema = api_document().json_schemas.get(name)
    if schema is None:
        raise SchemaNotFound("There is no object of this name; /api/v1/schemas lists those there are.")
    return _answer(schema, SCHEMA_JSON)


def _answer(document: dict[str, Any], content_type: str) -> Response:
    response = Response(orjson.dumps(document), headers=REVALIDATED, content_type=content_type)
    response.add_etag()
    response.make_conditional(request)
    return response
