"""How often a request asks the server: begin and bind with the work, a write's commit; then the cleaning."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tenantapp.postgres.connection import TenantConnection
from tests.support.backends import Wire, all_returned, pool_of, traced
from tests.support.tenants import TenantUnderTest

CUSTOMERS = "/api/v1/customers"
SERVICES = "/api/v1/services"
ROUND_TRIP = "B ReadyForQuery"
# What is sent before an answer is waited for: a batch of messages, or text; nobody waits for the cleaning's.
BEGIN_AND_WORK = ALL_OF_IT = "F Sync"


@pytest.fixture
def connection(app_of_one: Flask) -> TenantConnection:
    """The one connection, lying in its pool."""
    connection = pool_of(app_of_one).connect()
    connection.close()
    all_returned(app_of_one)
    return connection


def _trace(
    connection: TenantConnection, path: Path, app: Flask, send: Callable[[], TestResponse], status: int
) -> Wire:
    with traced(connection, path) as wire:
        assert send().status_code == status
        all_returned(app)
    return wire


def _sent(wire: Wire) -> list[str]:
    sent = [message.partition("; UNLISTEN")[0] for message in wire.messages()]
    return [message for message in sent if message.startswith(("F Sync", "F Query"))]


def test_a_read_of_one_statement_takes_one_round_trip_and_leaves_nothing_to_clean(
    first: TenantUnderTest, connection: TenantConnection, tmp_path: Path
) -> None:
    customer = first.create(CUSTOMERS, name="Ada", email="ada@example.com")
    service = first.create(SERVICES, name="Checkout")
    first.create(f"{SERVICES}/{service['id']}/deployments", version="1", environment="test")
    paths = {
        "get": f"{CUSTOMERS}/{customer['id']}",
        "list": CUSTOMERS,
        "filtered list": f"{CUSTOMERS}?status=active&created_at_from=2026-01-01T00:00:00Z&sort=-name&q=ada",
        "get with relations": f"{SERVICES}/{service['id']}/history",
    }
    for name, path in paths.items():
        assert first.request("GET", path).status_code == 200
        all_returned(first.app)
        wire = _trace(connection, tmp_path / name, first.app, partial(first.request, "GET", path), 200)
        assert _sent(wire) == [ALL_OF_IT], name


def test_a_read_of_several_statements_ends_in_the_cleaning(
    first: TenantUnderTest, connection: TenantConnection, tmp_path: Path
) -> None:
    path = f"{SERVICES}/{first.create(SERVICES, name='Checkout')['id']}/environments"
    assert first.request("GET", path).status_code == 200
    all_returned(first.app)
    wire = _trace(connection, tmp_path / "wire", first.app, lambda: first.request("GET", path), 200)
    assert _sent(wire) == [ALL_OF_IT, BEGIN_AND_WORK, 'F Query "COMMIT; CLOSE ALL']


def test_a_write_takes_two_round_trips_and_the_cleaning(
    first: TenantUnderTest, connection: TenantConnection, tmp_path: Path
) -> None:
    body = {"name": "Ada", "email": "ada@example.com"}
    assert first.request("GET", CUSTOMERS).status_code == 200
    all_returned(first.app)
    wire = _trace(
        connection, tmp_path / "wire", first.app, lambda: first.request("POST", CUSTOMERS, json=body), 201
    )
    assert _sent(wire) == [BEGIN_AND_WORK, 'F Query "COMMIT"', 'F Query "CLOSE ALL']


def test_begin_bind_and_the_first_statement_travel_together_and_nothing_is_asked_before_them(
    first: TenantUnderTest, connection: TenantConnection, tmp_path: Path
) -> None:
    assert first.request("GET", CUSTOMERS).status_code == 200
    all_returned(first.app)
    body = {"name": "Ada", "email": "ada@example.com"}
    send = _trace(
        connection, tmp_path / "wire", first.app, lambda: first.request("POST", CUSTOMERS, json=body), 201
    ).messages()
    until_first_answer = [m for m in send[: send.index(f"{ROUND_TRIP} T")] if m.startswith("F")]
    parsed = [message for message in until_first_answer if message.startswith("F Parse")]
    begin = "BEGIN ISOLATION LEVEL READ COMMITTED"
    commands = [message.split('"')[3] for message in parsed]
    assert commands[:2] == [begin, "SELECT tenancy.bind_served($1, $2)"]
    assert [command.partition(" (")[0] for command in commands[2:]] == ["INSERT INTO customers"]
    assert sum(message.startswith("F Sync") for message in until_first_answer) == 1


def test_the_context_travels_as_a_parameter_and_never_in_a_statement(
    first: TenantUnderTest, connection: TenantConnection, tmp_path: Path
) -> None:
    wire = _trace(connection, tmp_path / "wire", first.app, lambda: first.request("GET", CUSTOMERS), 200)
    holding = [message for message in wire.messages() if str(first.id) in message and message[0] == "F"]
    assert holding
    assert all(message.startswith("F Bind") for message in holding)


def test_a_request_that_is_refused_early_asks_nothing(
    first: TenantUnderTest, connection: TenantConnection, tmp_path: Path
) -> None:
    """Warm, the directory's answer costs nothing, and a token of no form is not looked up."""
    assert first.request("GET", CUSTOMERS).status_code == 200
    all_returned(first.app)
    headers = {"Authorization": "Bearer nonsense"}
    wire = _trace(
        connection,
        tmp_path / "wire",
        first.app,
        lambda: first.request("GET", CUSTOMERS, headers=headers),
        401,
    )
    assert wire.messages() == []
