"""What is kept of a key: a hash, and when it was last used, to the minute."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from sqlalchemy import text

from tenantapp.db.session import db
from tenantapp.identity.credentials import Credentials
from tenantapp.tenancy.context import tenant_context
from tests.support.tenants import TenantUnderTest

API_KEYS = "/api/v1/api-keys"


def _row(tenant: TenantUnderTest) -> dict[str, Any]:
    with tenant.app.app_context(), tenant_context(tenant.context):
        row = db.session.execute(text("SELECT k.*, k::text AS whole, now() FROM api_keys k")).one()
    return dict(row._mapping)


def _use(tenant: TenantUnderTest) -> None:
    """Present the key to a process that does not remember it, and let that write the use down."""
    credentials = Credentials(seconds=5)
    with tenant.app.app_context():
        assert credentials.find(db.engine, tenant.context, tenant.token) is not None
    credentials.uses.finish()


def _used(tenant: TenantUnderTest, ago: str) -> None:
    with tenant.app.app_context(), tenant_context(tenant.context):
        db.session.execute(
            text("UPDATE api_keys SET last_used_at = now() - CAST(:ago AS interval)"), {"ago": ago}
        )
        db.session.commit()


def test_neither_the_token_nor_its_secret_is_anywhere_in_the_row(tenant: TenantUnderTest) -> None:
    _use(tenant)
    row = _row(tenant)
    secret = tenant.token.split("_", 2)[2]
    for hidden in (tenant.token, secret, tenant.token.encode().hex(), secret.encode().hex()):
        assert hidden not in row["whole"]
    assert row["secret_sha256"] == hashlib.sha256(tenant.token.encode()).digest()
    assert row["prefix"] == tenant.token.split("_")[1]


def test_a_memory_holds_no_token(tenant: TenantUnderTest) -> None:
    credentials = Credentials(seconds=5)
    with tenant.app.app_context():
        credentials.find(db.engine, tenant.context, tenant.token)
    assert tenant.token not in repr(dict(credentials._known))


def test_a_key_that_was_never_used_says_so_and_then_when(tenant: TenantUnderTest) -> None:
    assert _row(tenant)["last_used_at"] is None
    _use(tenant)
    row = _row(tenant)
    assert (row["now"] - row["last_used_at"]).total_seconds() < 5


@pytest.mark.parametrize(("ago", "written"), [("59 seconds", False), ("61 seconds", True)])
def test_its_use_is_written_down_once_a_minute_at_most(
    tenant: TenantUnderTest, ago: str, written: bool
) -> None:
    _used(tenant, ago)
    before = _row(tenant)
    _use(tenant)
    after = _row(tenant)
    assert (after["last_used_at"] != before["last_used_at"]) is written
    _use(tenant)
    assert _row(tenant)["last_used_at"] == after["last_used_at"]


def test_being_used_is_no_change_of_the_key(tenant: TenantUnderTest) -> None:
    before = _row(tenant)
    _use(tenant)
    after = _row(tenant)
    assert after["last_used_at"] is not None
    assert (after["updated_at"], after["row_version"]) == (before["updated_at"], before["row_version"])


def test_a_refused_presentation_is_no_use(tenant: TenantUnderTest) -> None:
    credentials = Credentials(seconds=5)
    with tenant.app.app_context():
        assert credentials.find(db.engine, tenant.context, f"{tenant.token}x") is None
    credentials.uses.finish()
    assert _row(tenant)["last_used_at"] is None
