"""Root cause analyses and solutions as the API reads and writes them."""

from __future__ import annotations

from marshmallow import fields

from tenantapp.http.fields import Moment, Reference, State, Text, Word
from tenantapp.http.resource import ResourceSchema
from tenantapp.rcas.models import KINDS, OPEN, SEVERITIES, SOLUTION_STATUSES, STATUSES

_OPEN = " or ".join(f"`{status}`" for status in OPEN)


class RcaSchema(ResourceSchema):
    """A root cause analysis."""

    title = Text(255, required=True, metadata={"examples": ["Checkout answers late"]})
    issue_description = Text(
        10_000, required=True, metadata={"examples": ["Since noon one order in ten takes a minute."]}
    )
    equipment_type = Text(100, allow_none=True, metadata={"examples": ["database"]})
    severity = Word(SEVERITIES, "medium")
    status = State(STATUSES, f"`closed` needs a `root_cause`, and no solution that is {_OPEN}.")
    rca_owner_id = Reference("a user", allow_none=True)
    service_id = Reference("a service", allow_none=True)
    customer_id = Reference("a customer", allow_none=True)
    occurred_at = Moment(allow_none=True)
    root_cause = Text(10_000, allow_none=True, metadata={"examples": ["An index was dropped by hand."]})


class RcaSolutionSchema(ResourceSchema):
    """A solution of a root cause analysis."""

    rca_id = fields.UUID(dump_only=True)
    description = Text(10_000, required=True, metadata={"examples": ["Make the index again."]})
    kind = Word(KINDS, "corrective")
    status = State(SOLUTION_STATUSES, f"None is added, or set to {_OPEN}, while the analysis is closed.")
    owner_id = Reference("a user", allow_none=True)
    due_at = Moment(allow_none=True)
