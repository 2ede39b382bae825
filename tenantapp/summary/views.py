"""The summary over HTTP."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Response
from sqlalchemy.engine import Connection

from tenantapp.db.models import table_of
from tenantapp.http.answers import json_answer
from tenantapp.http.dump import Dump
from tenantapp.http.endpoints import TenantBlueprint
from tenantapp.http.resource import ResourceBlueprint
from tenantapp.summary.queries import Counts, count_rows, standing_of
from tenantapp.summary.schemas import summary_schema
from tenantapp.tenancy.context import current_context

SCOPE = "read"


def summary_blueprint(served: Iterable[Blueprint]) -> TenantBlueprint:
    """Return what serves the summary of all resources whose rows stand somewhere.

    Args:
        served: the application's other blueprints.
    """
    blueprint = TenantBlueprint(
        "summary", __name__, description="How many rows there are, and where they stand"
    )
    resources = [each for each in served if isinstance(each, ResourceBlueprint)]
    found = {each: standing_of(table_of(each.repository.model)) for each in resources}
    counted = {each: standing for each, standing in found.items() if standing is not None}

    @blueprint.reads("", shows=summary_schema(counted, SCOPE), answer=_answer, permission=SCOPE)
    def get_summary(connection: Connection) -> Counts:
        """Count the rows of all resources, by where they stand."""
        scopes = (SCOPE, current_context().role)
        return count_rows(connection, tuple(counted[each] for each in counted if each.read in scopes))

    return blueprint


def _answer(counts: Counts, _dump: Dump) -> Response:
    return json_answer(counts)
