"""What a process remembers of keys: for seconds, a tenant apart, and no longer than it is told to."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import text

from tenantapp.db.session import db
from tenantapp.identity.api_keys.keys import issue_key
from tenantapp.identity.api_keys.models import ApiKey
from tenantapp.identity.credentials import Credential, Credentials
from tenantapp.tenancy.context import tenant_context
from tests.support.tenants import TenantUnderTest

SECONDS = 5.0


class Clock:
    """A time that passes when it is told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def credentials(clock: Clock) -> Credentials:
    return Credentials(seconds=SECONDS, timer=clock)


def _find(
    credentials: Credentials, tenant: TenantUnderTest, token: str, *, anew: bool = False
) -> Credential | None:
    with tenant.app.app_context():
        return credentials.find(db.engine, tenant.context, token, anew=anew)


def _revoke_elsewhere(tenant: TenantUnderTest, token: str) -> UUID:
    """Revoke a key as another process would: this one's memory is not told."""
    statement = text("UPDATE api_keys SET revoked_at = now() WHERE prefix = :prefix RETURNING id")
    with tenant.app.app_context(), tenant_context(tenant.context):
        key_id = db.session.scalar(statement, {"prefix": token.split("_")[1]})
        db.session.commit()
    assert isinstance(key_id, UUID)
    return key_id


def test_a_key_revoked_elsewhere_lives_no_longer_than_its_memory(
    tenant: TenantUnderTest, credentials: Credentials, clock: Clock
) -> None:
    assert _find(credentials, tenant, tenant.token) is not None
    _revoke_elsewhere(tenant, tenant.token)
    clock.now += SECONDS - 0.001
    assert _find(credentials, tenant, tenant.token) is not None
    clock.now += 0.001
    assert _find(credentials, tenant, tenant.token) is None


def test_use_does_not_lengthen_a_memory(
    tenant: TenantUnderTest, credentials: Credentials, clock: Clock
) -> None:
    _find(credentials, tenant, tenant.token)
    _revoke_elsewhere(tenant, tenant.token)
    for _ in range(9):
        clock.now += SECONDS / 9 + 0.001
        found = _find(credentials, tenant, tenant.token)
    assert found is None


def test_a_key_that_is_looked_up_anew_is_not_trusted(
    tenant: TenantUnderTest, credentials: Credentials
) -> None:
    assert _find(credentials, tenant, tenant.token) is not None
    _revoke_elsewhere(tenant, tenant.token)
    assert _find(credentials, tenant, tenant.token) is not None
    assert _find(credentials, tenant, tenant.token, anew=True) is None
    assert _find(credentials, tenant, tenant.token) is None


def test_one_tenants_memory_is_no_use_to_another(
    tenant: TenantUnderTest, other_tenant: TenantUnderTest, credentials: Credentials
) -> None:
    assert _find(credentials, tenant, tenant.token) is not None
    assert _find(credentials, other_tenant, tenant.token) is None


def test_a_key_that_was_refused_is_not_remembered(tenant: TenantUnderTest, credentials: Credentials) -> None:
    """Its tenant may be given it the next moment."""
    issued = issue_key("new", ["read"])
    assert _find(credentials, tenant, issued.token) is None
    with tenant.app.app_context(), tenant_context(tenant.context):
        db.session.add(ApiKey(**issued.values))
        db.session.commit()
    assert _find(credentials, tenant, issued.token) is not None
