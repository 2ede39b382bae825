"""The wire format of a context: what it carries, and that each part is under the seal."""

from __future__ import annotations

import hashlib
import hmac
import time
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tenantapp.settings.context_key import ContextKey
from tenantapp.tenancy.context import TenantContext
from tenantapp.tenancy.errors import InvalidTenantContext
from tenantapp.tenancy.seal import LIFETIME_SECONDS, ContextSealer

ACME = UUID("aaaaaaaa-0000-4000-8000-000000000001")
ACTOR = UUID("cccccccc-0000-4000-8000-000000000003")
KEY = ContextKey("k1", b"\x07" * 32)
SEALER = ContextSealer(KEY, "tenantapp")


def test_a_context_is_written_with_its_version_all_its_parts_and_what_it_is_good_for() -> None:
    before = int(time.time())
    text, _, mac = SEALER.seal(TenantContext(ACME, ACTOR, "admin", "req-1"), 4711).rpartition(".")
    head, expiry, backend, key_id = text.rsplit(".", 3)
    assert head == f"v2.{ACME}.{ACTOR}.admin.req-1"
    assert (backend, key_id) == ("4711", "k1")
    assert 0 <= int(expiry) - LIFETIME_SECONDS - before <= 1
    assert mac == hmac.new(KEY.secret, f"{text}.tenantapp".encode(), hashlib.sha256).hexdigest()


def test_the_program_itself_is_written_as_no_actor() -> None:
    assert SEALER.seal(TenantContext(ACME), 1).startswith(f"v2.{ACME}..system.none.")


@given(
    tenant_id=st.uuids(),
    actor_id=st.none() | st.uuids(),
    role=st.text(max_size=40) | st.from_regex(r"[a-z][a-z_]{0,30}", fullmatch=True),
    request_id=st.text(max_size=70) | st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True),
)
def test_what_can_be_written_can_be_read_back_part_by_part(
    tenant_id: UUID, actor_id: UUID | None, role: str, request_id: str
) -> None:
    try:
        context = TenantContext(tenant_id, actor_id, role, request_id)
    except InvalidTenantContext:
        return
    written = SEALER.seal(context, 1)
    parts = written.split(".")
    assert parts[:5] == ["v2", str(tenant_id), str(actor_id or ""), role, request_id]
    assert len(parts) == 9
    assert written.isascii()
    assert written.isprintable()


def test_the_secret_is_in_no_repr() -> None:
    assert "07" not in repr(KEY)
    assert KEY.secret.hex() not in f"{KEY!r} {SEALER!r} {vars(SEALER).keys()}"
