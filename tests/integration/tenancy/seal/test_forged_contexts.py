"""What SQL puts in the context's place is rejected, but for what the program sealed for this connection."""

from __future__ import annotations

from collections.abc import Callable
from unittest import mock
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from tenantapp.db.session import db
from tenantapp.resources.customers.models import Customer
from tenantapp.settings.context_key import PUBLISHED_CONTEXT_KEY, ContextKey
from tenantapp.tenancy import seal
from tenantapp.tenancy.context import TenantContext, tenant_context
from tenantapp.tenancy.seal import ContextSealer
from tests.integration.tenancy.seal.conftest import Connection, enter
from tests.support.databases import Server
from tests.support.sealing import sealed, sealer_of
from tests.support.tenants import TenantUnderTest, make_tenant
from tests.support.unsealed import UNSEALED

B = uuid4()


def _part(number: int, value: str) -> Callable[[Connection, str], str]:
    def altered(_: Connection, token: str) -> str:
        parts = token.split(".")
        assert parts[number] != value
        return ".".join([*parts[:number], value, *parts[number + 1 :]])

    return altered


def _of_another_key(connection: Connection, _: str) -> str:
    other = ContextKey(PUBLISHED_CONTEXT_KEY.id, b"\0" * 32)
    sealer = ContextSealer(other, connection.info.dbname)
    return sealer.seal(TenantContext(B), connection.info.backend_pid)


def _of_an_unknown_key(connection: Connection, _: str) -> str:
    sealer = ContextSealer(ContextKey("unknown", b"\0" * 32), connection.info.dbname)
    return sealer.seal(TenantContext(B), connection.info.backend_pid)


def _of_another_database(connection: Connection, _: str) -> str:
    return sealer_of("another").seal(TenantContext(B), connection.info.backend_pid)


def _of_another_connection(connection: Connection, _: str) -> str:
    return sealer_of(connection.info.dbname).seal(TenantContext(B), connection.info.backend_pid + 1)


def _expired(connection: Connection, _: str) -> str:
    with mock.patch.object(seal, "LIFETIME_SECONDS", -1):
        return sealed(connection, TenantContext(B))


def _of_a_clock_ahead(connection: Connection, _: str) -> str:
    with mock.patch.object(seal, "LIFETIME_SECONDS", seal.LIFETIME_SECONDS + seal.SKEW_SECONDS + 2):
        return sealed(connection, TenantContext(B))


FORGERIES = {
    "another tenant": _part(1, str(B)),
    "an actor": _part(2, str(B)),
    "another role": _part(3, "admin"),
    "another request": _part(4, "other"),
    "a later expiry": _part(5, "9999999999"),
    "another backend": _part(6, "1"),
    "a key id that is SQL": _part(7, "' OR true --"),
    "no MAC": _part(8, ""),
    "a MAC that is no hexadecimal number": _part(8, "x" * 64),
    "the MAC in capitals": lambda _, token: token[:-64] + token[-64:].upper(),
    "the MAC cut off": lambda _, token: token.rpartition(".")[0],
    "a truncated MAC": lambda _, token: token[:-1],
    "a longer MAC": lambda _, token: f"{token}0",
    "a further part": lambda _, token: f"{token}.",
    "a part in front": lambda _, token: f".{token}",
    "the database's name in the text": lambda c, token: token.replace(".", f".{c.info.dbname}.", 1),
    "version 1": lambda *_: f"v1.{B}..system.none",
    "a later version": lambda _, token: f"v3{token[2:]}",
    "a bare tenant": lambda *_: str(B),
    "dots alone": lambda *_: "." * 8,
    "a long text": lambda *_: "v2." * 100_000,
    "another key under the same id": _of_another_key,
    "an unknown key": _of_an_unknown_key,
    "another database": _of_another_database,
    "another connection": _of_another_connection,
    "an expired one": _expired,
    "one of a clock that is ahead": _of_a_clock_ahead,
}


def _refusal(connection: Connection, token: str) -> tuple[str | None, ...]:
    with pytest.raises(psycopg.errors.InsufficientPrivilege) as caught:
        enter(connection, token)
    found = caught.value.diag
    return (found.sqlstate, found.message_primary, found.message_detail, found.message_hint, found.context)


def test_the_programs_own_token_shows_its_tenants_rows(
    attacker: Connection, token: str, tenant: TenantUnderTest
) -> None:
    assert enter(attacker, token) == tenant.id


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_context_is_rejected_with_the_same_error_whatever_is_wrong_with_it(
    attacker: Connection, token: str, forgery: str
) -> None:
    forged = FORGERIES[forgery](attacker, token)
    state, message, detail, hint, _ = refusal = _refusal(attacker, forged)
    assert (state, message, detail, hint) == ("42501", "tenant context rejected", None, None)
    assert refusal == _refusal(attacker, "nonsense")


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_token_with_any_character_altered_is_rejected(
    attacker: Connection, token: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(token) - 1))
    characters = st.characters(min_codepoint=1, exclude_categories=["Cs"], exclude_characters=token[at])
    forged = token[:at] + data.draw(characters) + token[at + 1 :]
    assert _refusal(attacker, forged)[1] == "tenant context rejected"


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(min_codepoint=1, exclude_categories=["Cs"]), min_size=1))
def test_a_text_that_is_no_token_is_rejected(attacker: Connection, text: str) -> None:
    assert _refusal(attacker, text)[1] == "tenant context rejected"


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT tenancy.current_tenant_id()",
        "SELECT tenancy.current_tenant_id() FROM set_config('tenancy.context', '', true)",
        "SELECT tenancy.current_actor_role()",
    ],
)
def test_no_context_is_told_from_a_rejected_one(attacker: Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="no tenant context in this transaction"):
        attacker.execute(statement)


def test_a_token_is_of_no_use_on_another_connection(
    server: Server, shared_database: str, attacker: Connection, tenant: TenantUnderTest
) -> None:
    with server.connect("app", shared_database) as victim:
        stolen = sealed(victim, tenant.context)
        assert enter(victim, stolen) == tenant.id
        assert _refusal(attacker, stolen)[1] == "tenant context rejected"


def test_a_transaction_that_began_before_the_expiry_goes_on_and_no_later_one_begins(
    attacker: Connection, tenant: TenantUnderTest
) -> None:
    with mock.patch.object(seal, "LIFETIME_SECONDS", 2):
        token = sealed(attacker, tenant.context)
    with attacker.transaction():
        assert enter(attacker, token) == tenant.id
        # The clock of the transaction stands still; pg_sleep is denied to the role.
        now = "SELECT clock_timestamp() > to_timestamp(%s)"
        while attacker.execute(now, (token.split(".")[5],)).fetchone() != (True,):
            pass
        assert enter(attacker, token) == tenant.id
    assert _refusal(attacker, token)[1] == "tenant context rejected"


def test_an_injection_in_a_request_cannot_change_its_tenant(
    tenant: TenantUnderTest, other_tenant: TenantUnderTest
) -> None:
    other_tenant.create("/api/v1/customers", name="Ada", email="ada@example.com")
    for forged in (
        f"v1.{other_tenant.id}..system.none",
        f"v2.{other_tenant.id}..system.none.9999999999.1.k.",
    ):
        with tenant.app.app_context(), tenant_context(tenant.context):
            injected = text("SELECT set_config('tenancy.context', :forged, true)")
            db.session.execute(injected, {"forged": forged})
            with pytest.raises(ProgrammingError, match="tenant context rejected"):
                db.session.execute(select(Customer))


def test_without_the_seal_the_same_injection_succeeds(server: Server, database: str, own_app: Flask) -> None:
    """The counter-measure matters: with a function that verifies nothing, one set_config is enough."""
    other = make_tenant(own_app)
    other.create("/api/v1/customers", name="Ada", email="ada@example.com")
    with server.connect("bootstrap", database) as superuser:
        superuser.execute(UNSEALED)
    with server.connect("app", database) as attacker, attacker.transaction():
        assert enter(attacker, f"v1.{other.id}..system.none") == other.id
        assert attacker.execute("SELECT name FROM customers").fetchall() == [("Ada",)]
