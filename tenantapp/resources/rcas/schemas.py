"""Root cause analyses and solutions as the API reads and writes them."""

from __future__ import annotations

from tenantapp.http.auto_field import auto_field
from tenantapp.http.resource import ResourceSchema
from tenantapp.resources.rcas.models import OPEN, Rca, RcaSolution

_OPEN = " or ".join(f"`{status}`" for status in OPEN)


class RcaSchema(ResourceSchema):
    """A root cause analysis."""

    class Meta:
        model = Rca

    title = auto_field(metadata={"examples": ["Checkout answers late"]})
    issue_description = auto_field(metadata={"examples": ["Since noon one order in ten takes a minute."]})
    equipment_type = auto_field(metadata={"examples": ["database"]})
    severity = auto_field()
    status = auto_field(rule=f"`closed` needs a `root_cause`, and no solution that is {_OPEN}.")
    rca_owner_id = auto_field()
    service_id = auto_field()
    customer_id = auto_field()
    occurred_at = auto_field()
    root_cause = auto_field(metadata={"examples": ["An index was dropped by hand."]})


class RcaSolutionSchema(ResourceSchema):
    """A solution of a root cause analysis."""

    class Meta:
        model = RcaSolution

    rca_id = auto_field(dump_only=True)
    description = auto_field(metadata={"examples": ["Make the index again."]})
    kind = auto_field()
    status = auto_field(rule=f"None is added, or set to {_OPEN}, while the analysis is closed.")
    owner_id = auto_field()
    due_at = auto_field()
