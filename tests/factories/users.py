"""Users."""

from __future__ import annotations

import secrets

import factory

from tenantapp.users.models import User


class UserFactory(factory.Factory):
    """Makes users that nobody else's resemble."""

    class Meta:
        model = User

    class Params:
        mark = factory.LazyFunction(lambda: secrets.token_hex(6))

    email = factory.LazyAttribute(lambda user: f"{user.mark}@users.example")
    name = factory.LazyAttribute(lambda user: f"User {user.mark}")
    role = "member"
    status = "active"
