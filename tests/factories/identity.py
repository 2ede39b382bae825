"""Credentials."""

from __future__ import annotations

import secrets

import factory

from tenantapp.identity.keys import SCOPES
from tenantapp.identity.models import ApiKey


class ApiKeyFactory(factory.Factory):
    """Makes keys that no token fits; `issue_key` makes those that are to be used."""

    class Meta:
        model = ApiKey

    name = factory.LazyFunction(lambda: f"Key {secrets.token_hex(6)}")
    prefix = factory.LazyFunction(lambda: secrets.token_hex(6))
    secret_sha256 = factory.LazyFunction(lambda: secrets.token_bytes(32))
    scopes = factory.LazyFunction(lambda: list(SCOPES))
