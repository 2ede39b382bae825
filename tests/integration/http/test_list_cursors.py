"""Cursors: good for the list that gave them, and all others look the same."""

from __future__ import annotations

import string
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask

from tests.support.customers import API_KEYS, CUSTOMERS, assert_problem, insert_customers, path_of
from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest

Superuser = psycopg.Connection[Any]
BASE64URL = string.ascii_letters + string.digits + "-_"


@pytest.fixture
def cursor(tenant: TenantUnderTest, superuser: Superuser) -> str:
    """A cursor of the customers of `tenant`, in their usual order."""
    insert_customers(superuser, tenant, 4)
    return cursor_of(tenant)


@pytest.fixture
def app_of_another_key(server: Server, shared_database: str) -> Iterator[Flask]:
    """The same application on the same database, with another secret key."""

    with server.application(shared_database, secret_key="another-secret-of-at-least-32-characters") as app:
        yield app


def cursor_of(tenant: TenantUnderTest, path: str = CUSTOMERS, **query: Any) -> str:
    answer = tenant.request("GET", path, query_string={"limit": 1, **query})
    return str(answer.json["next_cursor"])


def assert_refused(tenant: TenantUnderTest, cursor: str, path: str = CUSTOMERS, **query: Any) -> None:
    """Hold a refusal to be the one and only: its text, its headers, its length."""
    answer = tenant.request("GET", path, query_string={**query, "cursor": cursor})
    body = assert_problem(answer, 400)
    del body["request_id"]
    assert body == {
        "type": "urn:tenantapp:problem:cursor-refused",
        "title": "Bad Request",
        "status": 400,
        "detail": "The cursor does not belong to this list; start without one.",
    }
    without_cursor = {name for name, _ in tenant.request("GET", "/unknown").headers}
    assert {name for name, _ in answer.headers} == without_cursor


def test_a_cursor_is_good_again_and_again_with_any_limit_and_count(
    tenant: TenantUnderTest, cursor: str
) -> None:
    for query in ({}, {"limit": 1}, {"limit": 200}, {"count": "exact"}):
        answer = tenant.request("GET", CUSTOMERS, query_string={**query, "cursor": cursor})
        assert answer.json["items"][0]["name"] == "002"


def test_a_cursor_whose_row_is_gone_is_still_a_position(tenant: TenantUnderTest, cursor: str) -> None:
    newest = tenant.request("GET", CUSTOMERS).json["items"][0]
    tenant.request("DELETE", path_of(newest))
    answer = tenant.request("GET", CUSTOMERS, query_string={"cursor": cursor})
    assert [row["name"] for row in answer.json["items"]] == ["002", "001", "000"]


def test_a_cursor_altered_in_any_character_is_refused(tenant: TenantUnderTest, cursor: str) -> None:
    for position, character in enumerate(cursor):
        # The neighbour in the alphabet differs by one bit, also in the bits that base64 ignores at the end.
        index = BASE64URL.find(character)
        other = "A" if index < 0 else (BASE64URL[index ^ 1])
        assert_refused(tenant, cursor[:position] + other + cursor[position + 1 :])


def test_no_last_character_but_its_own_ends_a_cursor(tenant: TenantUnderTest, cursor: str) -> None:
    for character in BASE64URL.replace(cursor[-1], ""):
        assert_refused(tenant, cursor[:-1] + character)


def test_a_cursor_that_lost_an_end_or_got_one_is_refused(tenant: TenantUnderTest, cursor: str) -> None:
    for length in range(len(cursor)):
        assert_refused(tenant, cursor[:length])
    for other in (
        cursor[1:],
        f"{cursor}A",
        f"{cursor}=",
        f" {cursor}",
        cursor * 2,
        f"{cursor}\0",
        f"\0{cursor}",
    ):
        assert_refused(tenant, other)


def test_another_routes_cursor_is_refused(tenant: TenantUnderTest, cursor: str) -> None:
    tenant.create(API_KEYS, name="second", scopes=["read"])
    assert_refused(tenant, cursor_of(tenant, API_KEYS))
    assert_refused(tenant, cursor, API_KEYS)


@pytest.mark.parametrize(
    "query",
    [
        {"status": "active"},
        {"email": "0@many.example"},
        {"sort": "created_at"},
        {"sort": "name"},
        {"sort": "-email"},
        {"deleted": "true"},
        {"created_at_from": "2020-01-01T00:00:00Z"},
        {"created_at_to": "2030-01-01T00:00:00Z"},
    ],
    ids=str,
)
def test_a_cursor_of_other_filters_or_another_order_is_refused(
    tenant: TenantUnderTest, cursor: str, query: dict[str, str]
) -> None:
    assert_refused(tenant, cursor, **query)
    if query.keys().isdisjoint({"email", "deleted"}):
        assert_refused(tenant, cursor_of(tenant, **query))


def test_a_cursor_of_one_status_is_not_one_of_another(tenant: TenantUnderTest, cursor: str) -> None:
    assert_refused(tenant, cursor_of(tenant, status="active"), status="inactive")
    assert_refused(tenant, cursor_of(tenant, sort="name"), sort="-name")


def test_a_cursor_signed_with_another_key_is_refused(
    tenant: TenantUnderTest, cursor: str, app_of_another_key: Flask
) -> None:
    elsewhere = TenantUnderTest(app_of_another_key, tenant.id, tenant.subdomain, tenant.token)
    signed = cursor_of(elsewhere)
    assert signed != cursor
    assert_refused(tenant, signed)
    assert_refused(elsewhere, cursor)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        ".",
        "..",
        "None",
        "null",
        "\0",
        "a\0b",
        "' OR 1=1 --",
        "Ünïcödé",
        "🐘" * 50,
        "W10.AAAA",
        "A" * 100_000,
        "=" * 1000,
        "../../etc/passwd",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_a_text_that_never_was_a_cursor_is_refused(tenant: TenantUnderTest, text: str) -> None:
    assert_refused(tenant, text)
