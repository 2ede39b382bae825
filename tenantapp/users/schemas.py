"""Users as the API reads and writes them."""

from __future__ import annotations

from tenantapp.http.fields import Email, State, Text, Word
from tenantapp.http.resource import ResourceSchema
from tenantapp.users.models import ROLES, STATUSES


class UserSchema(ResourceSchema):
    """A user."""

    email = Email(required=True, metadata={"examples": ["grace@acme.example"]})
    name = Text(255, required=True, metadata={"examples": ["Grace Okafor"]})
    role = Word(ROLES, "member")
    status = State(STATUSES)
