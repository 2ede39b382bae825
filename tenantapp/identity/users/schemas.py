"""Users as the API reads and writes them."""

from __future__ import annotations

from tenantapp.http.auto_field import auto_field
from tenantapp.http.resource import ResourceSchema
from tenantapp.identity.users.models import User


class UserSchema(ResourceSchema):
    """A user."""

    class Meta:
        model = User

    email = auto_field(metadata={"examples": ["grace@acme.example"]})
    name = auto_field(metadata={"examples": ["Grace Okafor"]})
    role = auto_field()
    status = auto_field()
