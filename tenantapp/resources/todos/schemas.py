"""Todos as the API reads and writes them."""

from __future__ import annotations

from tenantapp.http.auto_field import auto_field
from tenantapp.http.resource import ResourceSchema
from tenantapp.resources.todos.models import Todo


class TodoSchema(ResourceSchema):
    """Something to do."""

    class Meta:
        model = Todo

    text = auto_field(metadata={"examples": ["Renew the certificate."]})
    due_at = auto_field()
    completed = auto_field()
    completed_at = auto_field(dump_only=True)
    assignee_id = auto_field()
    rca_id = auto_field(one="a root cause analysis")
