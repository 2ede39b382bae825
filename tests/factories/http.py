"""What the API keeps for itself."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import factory

from tenantapp.http.models import IdempotencyKey


class IdempotencyKeyFactory(factory.Factory):
    """Makes requests that were done and answered."""

    class Meta:
        model = IdempotencyKey

    class Params:
        mark = factory.LazyFunction(lambda: secrets.token_hex(6))

    credential_id = factory.LazyFunction(uuid4)
    route = "/api/v1/customers"
    key = factory.LazyAttribute(lambda kept: f"key-{kept.mark}")
    fingerprint = factory.LazyFunction(lambda: secrets.token_bytes(32))
    status = 201
    headers = factory.LazyAttribute(lambda kept: {"ETag": kept.mark})
    body = factory.LazyAttribute(lambda kept: f'{{"name": "{kept.mark}"}}')
    expires_at = factory.LazyFunction(lambda: datetime.now(UTC) + timedelta(hours=24))
