"""The summary as the API shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from tenantapp.http.resource import ResourceBlueprint
from tenantapp.resources.summary.queries import StatusColumn


def summary_schema(counted: Mapping[ResourceBlueprint, StatusColumn], scope: str) -> type[Schema]:
    """Return the schema of what is counted.

    Args:
        counted: the resources.
        scope: the scope that every key has which is answered.
    """
    shown = {status.name: _counts(each, status, scope) for each, status in counted.items()}
    schema = Schema.from_dict(shown, name="SummarySchema")
    schema.__doc__ = "Row counts by status, of each resource."
    return schema


def _counts(resource: ResourceBlueprint, status: StatusColumn, scope: str) -> fields.Field[Any]:
    name = f"{resource.schema.__name__.removesuffix('Schema')}CountsSchema"
    words = status.words.values()
    counts = Schema.from_dict({word: fields.Integer(required=True) for word in words}, name=name)
    counts.__doc__ = f"How many {resource.many} have each status."
    if resource.read == scope:
        return fields.Nested(counts, required=True)
    told = {"description": f"Shown to keys that have the scope `{resource.read}` too."}
    return fields.Nested(counts, metadata=told)
