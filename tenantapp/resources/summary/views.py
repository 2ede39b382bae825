"""The summary over HTTP."""

from __future__ import annotations

from collections.abc import Iterable

import flask

from tenantapp.db.unit_of_work import reading
from tenantapp.http.blueprint import Blueprint
from tenantapp.http.permissions import permission
from tenantapp.http.resource import ResourceBlueprint
from tenantapp.models.scoped import table_of
from tenantapp.resources.summary.queries import Counts, count_rows, status_column_of
from tenantapp.resources.summary.schemas import summary_schema
from tenantapp.tenancy.context import current_context

SCOPE = "read"


def summary_blueprint(served: Iterable[flask.Blueprint]) -> Blueprint:
    """Return what serves the summary of all resources whose rows stand somewhere.

    Args:
        served: the application's other blueprints.
    """
    blueprint = Blueprint(
        "summary",
        __name__,
        url_prefix="/summary",
        description="Row counts by status",
    )
    resources = [each for each in served if isinstance(each, ResourceBlueprint)]
    found = {each: status_column_of(table_of(each.repository.model)) for each in resources}
    counted = {each: status for each, status in found.items() if status is not None}

    @blueprint.route("")
    @permission(SCOPE)
    @blueprint.response(200, summary_schema(counted, SCOPE))
    def get_summary() -> Counts:
        """Count the rows of all resources by status."""
        scopes = (SCOPE, current_context().role)
        with reading() as connection:
            return count_rows(connection, tuple(counted[each] for each in counted if each.read in scopes))

    return blueprint
