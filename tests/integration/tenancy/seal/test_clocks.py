"""The clocks of the program and of the server: how far apart they may be, either way, and who is told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask

from tenantapp.health.readiness import problems
from tenantapp.postgres.safety import check_context_key
from tenantapp.rls.operations.functions import function_text, newest_version
from tenantapp.tenancy.seal import LIFETIME_SECONDS, SKEW_SECONDS
from tests.integration.tenancy.seal.conftest import Connection, enter
from tests.support.databases import Server
from tests.support.sealing import sealed, sealer_of
from tests.support.tenants import TenantUnderTest

CUSTOMERS = "/api/v1/customers"
Shift = Callable[[float], None]


@pytest.fixture
def shift(monkeypatch: pytest.MonkeyPatch) -> Shift:
    """Put this machine's clock ahead by some seconds, or behind."""
    now = time.time
    return lambda seconds: monkeypatch.setattr(time, "time", lambda: now() + seconds)


@pytest.fixture
def served(server: Server, shared_database: str) -> Iterator[Flask]:
    """An application that has no connection yet."""
    with server.application(shared_database) as app:
        yield app


@pytest.mark.parametrize(
    ("status", "seconds"),
    [
        *((503, seconds) for seconds in (300, SKEW_SECONDS + 5, -LIFETIME_SECONDS - 5, -300)),
        *((200, seconds) for seconds in (SKEW_SECONDS - 5, 0, -LIFETIME_SECONDS + 5)),
    ],
)
def test_a_clock_that_is_more_than_a_minute_off_is_refused_either_way(
    served: Flask, tenant: TenantUnderTest, shift: Shift, status: int, seconds: int
) -> None:
    shift(seconds)
    assert replace(tenant, app=served).request("GET", CUSTOMERS).status_code == status


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (300, "error: clock: this machine's clock is 300 s ahead of the database server's"),
        (-300, "error: clock: this machine's clock is 300 s behind the database server's"),
        (30, "warning: clock: this machine's clock is 30 s ahead of the database server's"),
        (-30, "warning: clock: this machine's clock is 30 s behind the database server's"),
    ],
)
def test_readiness_tells_the_seconds_the_direction_and_what_to_do(
    served: Flask, shift: Shift, seconds: int, told: str
) -> None:
    shift(seconds)
    (problem,) = [one for one in problems(served.extensions["tenantapp"].settings) if one.check == "clock"]
    assert str(problem) == f"{told}, and contexts are refused from 60 s on: set both by NTP"


@pytest.mark.parametrize("seconds", [5, 0, -5])
def test_readiness_tells_nothing_of_a_few_seconds(
    server: Server, shared_database: str, shift: Shift, seconds: int
) -> None:
    shift(seconds)
    with server.connect("app", shared_database) as connection:
        assert check_context_key(connection, sealer_of(shared_database)) == []


def test_a_token_is_good_for_two_minutes_at_most_whatever_clock_made_it(
    attacker: Connection, tenant: TenantUnderTest, shift: Shift
) -> None:
    shift(SKEW_SECONDS - 1)
    token = sealed(attacker, tenant.context)
    assert enter(attacker, token) == tenant.id
    row = attacker.execute("SELECT to_timestamp(%s) - now()", (int(token.split(".")[5]),)).fetchone()
    assert row is not None
    assert row[0].total_seconds() <= LIFETIME_SECONDS + SKEW_SECONDS


def test_the_function_has_the_programs_own_figures() -> None:
    signature = "tenancy.verified_context()"
    body = function_text(signature, newest_version(signature))
    assert f"make_interval(secs => {LIFETIME_SECONDS + SKEW_SECONDS})" in body
