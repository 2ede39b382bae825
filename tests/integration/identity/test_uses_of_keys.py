"""The use of a key is written down outside its request's way: reads are answered whether it can be or not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import uuid4

import pytest
from flask import Flask
from structlog.testing import capture_logs

from tenantapp.db.session import db
from tenantapp.identity.api_keys.uses import MOST_WAITING, PRECISION_SECONDS, KeyUses
from tenantapp.identity.guards import known_credentials
from tests.support.backends import all_returned, eventually
from tests.support.databases import Server
from tests.support.operator import give_own_row
from tests.support.tenants import TenantUnderTest, make_tenant
from tests.support.wsgi import CUSTOMERS

PROMPTLY = 1.0
OF_ONE = "SELECT last_used_at FROM api_keys WHERE tenant_id = %s"
MANY = """
    INSERT INTO api_keys (tenant_id, id, name, prefix, secret_sha256, scopes)
    SELECT %s, gen_random_uuid(), 'many', lpad(n::text, 12, '0'), sha256(n::text::bytea), '{read}'
    FROM generate_series(1, 1000) AS n
"""

LastUsed = Callable[[TenantUnderTest], "datetime | None"]


@pytest.fixture
def last_used(server: Server, database: str) -> Iterator[LastUsed]:
    """Read when a tenant's one key was last used, past row-level security."""
    with server.connect("bootstrap", database) as connection:

        def read(tenant: TenantUnderTest) -> datetime | None:
            row = connection.execute(OF_ONE, (tenant.id,)).fetchone()
            assert row is not None
            return row[0]  # type: ignore[no-any-return]

        yield read


@pytest.fixture
def elsewhere(server: Server, database: str) -> Iterator[Flask]:
    """A process that has seen no tenant and no key."""
    with server.application(database) as app:
        yield app


def there(tenant: TenantUnderTest, app: Flask) -> TenantUnderTest:
    return TenantUnderTest(app, tenant.id, tenant.subdomain, tenant.token)


def uses_of(app: Flask) -> KeyUses:
    with app.app_context():
        return known_credentials().uses


def assert_served_promptly(tenant: TenantUnderTest) -> None:
    asked = time.perf_counter()
    assert tenant.request("GET", CUSTOMERS).status_code == 200
    assert time.perf_counter() - asked < PROMPTLY


def test_the_use_of_a_key_is_written_down_within_seconds(own_app: Flask, last_used: LastUsed) -> None:
    tenant = make_tenant(own_app)
    assert tenant.request("GET", CUSTOMERS).status_code == 200
    eventually(lambda: last_used(tenant) is not None, 10)


def test_a_read_is_answered_while_another_session_holds_the_keys_row(
    server: Server, database: str, own_app: Flask, last_used: LastUsed
) -> None:
    tenant = make_tenant(own_app)
    with server.connect("bootstrap", database, autocommit=False) as other:
        other.execute("SELECT 1 FROM api_keys WHERE tenant_id = %s FOR UPDATE", (tenant.id,))
        assert_served_promptly(tenant)
        uses_of(own_app).finish()
        assert last_used(tenant) is None
        all_returned(own_app)


def test_reads_are_answered_on_a_server_that_is_read_only(
    server: Server, database: str, own_app: Flask, elsewhere: Flask
) -> None:
    first, second = make_tenant(own_app), make_tenant(own_app)
    with server.connect("bootstrap", "postgres") as superuser:
        superuser.execute(f'ALTER DATABASE "{database}" SET default_transaction_read_only = on')
    with capture_logs() as entries:
        for tenant in (first, second):
            assert_served_promptly(there(tenant, elsewhere))
            uses_of(elsewhere).finish()
    told = [entry for entry in entries if entry["event"] == "uses of keys are not written down"]
    assert [entry["error"] for entry in told] == ["ServerReadOnly"]


@pytest.mark.parametrize("what", ["locked", "suspended"])
def test_a_tenant_whose_use_cannot_be_written_stops_no_other(
    server: Server, database: str, own_app: Flask, last_used: LastUsed, what: str
) -> None:
    failing, other = make_tenant(own_app), make_tenant(own_app)
    uses = uses_of(own_app)
    with server.connect("bootstrap", database, autocommit=False) as superuser:
        if what == "locked":
            superuser.execute("SELECT 1 FROM api_keys WHERE tenant_id = %s FOR UPDATE", (failing.id,))
        for tenant in (failing, other):
            assert_served_promptly(tenant)
        if what == "suspended":
            give_own_row(failing, "suspended")
        uses.finish()
    assert last_used(failing) is None
    assert last_used(other) is not None


def test_a_locked_table_costs_notes_and_no_request(
    server: Server, database: str, own_app: Flask, last_used: LastUsed
) -> None:
    tenants = [make_tenant(own_app) for _ in range(2)]
    with server.connect("bootstrap", database, autocommit=False) as superuser:
        superuser.execute("LOCK TABLE api_keys IN SHARE MODE")
        for tenant in tenants:
            assert_served_promptly(tenant)
        uses_of(own_app).finish(5)
    assert [last_used(tenant) for tenant in tenants] == [None, None]
    all_returned(own_app)
    for tenant in tenants:
        assert_served_promptly(tenant)


def test_one_connection_writes_for_many_tenants(
    server: Server, database: str, own_app: Flask, last_used: LastUsed
) -> None:
    """More than the five times after which the driver prepares what it sends."""
    tenants = [make_tenant(own_app) for _ in range(12)]
    with server.application(database, pool_min_size=1, pool_max_size=1) as app:
        for tenant in tenants:
            assert there(tenant, app).request("GET", CUSTOMERS).status_code == 200
        uses_of(app).finish(10)
    assert all(last_used(tenant) for tenant in tenants)


def test_the_use_of_a_key_that_was_revoked_meanwhile_is_not_written(
    server: Server, database: str, own_app: Flask, last_used: LastUsed
) -> None:
    tenant = make_tenant(own_app)
    assert_served_promptly(tenant)
    with server.connect("bootstrap", database) as superuser:
        superuser.execute("UPDATE api_keys SET revoked_at = now() WHERE tenant_id = %s", (tenant.id,))
    uses_of(own_app).finish()
    assert last_used(tenant) is None


def test_a_note_is_as_old_as_the_use(server: Server, database: str, own_app: Flask) -> None:
    now = [1000.0]
    uses = KeyUses(timer=lambda: now[0])
    tenant = make_tenant(own_app)
    with server.connect("bootstrap", database) as superuser, own_app.app_context():
        key_id, started = superuser.execute(
            "SELECT id, now() FROM api_keys WHERE tenant_id = %s", (tenant.id,)
        ).fetchall()[0]
        # So that there is a pool to write by.
        assert_served_promptly(tenant)
        uses.note(db.engine, tenant.id, key_id)
        now[0] += 30
        uses.finish()
        used = superuser.execute(OF_ONE, (tenant.id,)).fetchall()[0][0]
    assert 20 < (started - used).total_seconds() <= 30


def test_a_key_is_noted_once_a_minute_and_no_more_keys_than_there_is_room_for(own_app: Flask) -> None:
    now = [1000.0]
    uses = KeyUses(timer=lambda: now[0])
    keys = [uuid4() for _ in range(100_000)]
    with own_app.app_context():
        # Its thread waits for a second at least before it takes them.
        uses._start = lambda: None  # type: ignore[method-assign]
        for key_id in keys:
            uses.note(db.engine, uuid4(), key_id)
        assert uses._count == len(uses._waiting) == MOST_WAITING
        assert len(uses._lately) == MOST_WAITING
        uses._waiting.clear()
        uses._count = 0
        uses.note(db.engine, uuid4(), keys[0])
        assert uses._count == 0
        now[0] += PRECISION_SECONDS
        uses.note(db.engine, uuid4(), keys[0])
        assert uses._count == 1


def test_the_thread_that_writes_ends_when_nothing_waits(own_app: Flask) -> None:
    tenant = make_tenant(own_app)
    writers = [thread for thread in threading.enumerate() if thread.name == "key-uses"]
    assert_served_promptly(tenant)
    uses_of(own_app).finish()
    eventually(lambda: all(t in writers for t in threading.enumerate() if t.name == "key-uses"), 5)


def test_a_thousand_keys_of_a_tenant_are_written_in_bounded_batches(
    server: Server, database: str, own_app: Flask
) -> None:
    tenant = make_tenant(own_app)
    assert_served_promptly(tenant)
    uses = KeyUses()
    with server.connect("bootstrap", database) as superuser, own_app.app_context():
        superuser.execute(MANY, (tenant.id,))
        for (key_id,) in superuser.execute("SELECT id FROM api_keys WHERE name = 'many'").fetchall():
            uses.note(db.engine, tenant.id, key_id)
        uses.finish(10)
        unused = superuser.execute(
            "SELECT count(*) FROM api_keys WHERE name = 'many' AND last_used_at IS NULL"
        ).fetchone()
    assert unused == (0,)
