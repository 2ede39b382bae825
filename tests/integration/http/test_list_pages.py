"""Walking a list: every row once, in order, whatever happens meanwhile."""

from __future__ import annotations

import threading
from typing import Any

import psycopg
import pytest

from tenantapp.resources.customers.views import blueprint as customers
from tests.support.customers import (
    API_KEYS,
    CUSTOMERS,
    errors_of,
    insert_customers,
    new_customer,
    pages,
    path_of,
    query_of,
    walk,
)
from tests.support.tenants import TenantUnderTest

Superuser = psycopg.Connection[Any]
ORDERS = [order for name in customers.listing.sorts for order in (name, f"-{name}")]


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["name"] for row in rows]


def make_some_equal(superuser: Superuser, tenant: TenantUnderTest) -> None:
    """Leave 17 customers of three names and three times, so that pages of three end among equals."""
    insert_customers(superuser, tenant, 17)
    superuser.execute(
        """
        UPDATE customers SET name = (ARRAY['Ada', 'Äda', 'ada'])[1 + right(name, 1)::int %% 3],
               created_at = date_trunc('minute', created_at) + interval '1 hour' * (right(name, 1)::int %% 3)
        WHERE tenant_id = %s
        """,
        (tenant.id,),
    )


@pytest.mark.parametrize("limit", [1, 3, 17, 200])
@pytest.mark.parametrize("order", ORDERS)
def test_a_walk_gives_every_row_once_in_the_order_asked_for(
    tenant: TenantUnderTest, superuser: Superuser, order: str, limit: int
) -> None:
    make_some_equal(superuser, tenant)
    name, direction = order.removeprefix("-"), "DESC" if order.startswith("-") else "ASC"
    rows = superuser.execute(
        f"SELECT id::text FROM customers WHERE tenant_id = %s ORDER BY {name} {direction}, id {direction}",
        (tenant.id,),
    )
    walked = [row["id"] for row in walk(tenant, sort=order, limit=limit)]
    assert walked == [row_id for (row_id,) in rows]


def test_a_list_is_newest_first_unless_sorted_otherwise(tenant: TenantUnderTest) -> None:
    made = [new_customer(tenant, name=f"{n}")["id"] for n in range(3)]
    assert [row["id"] for row in walk(tenant)] == made[::-1]


def test_api_keys_are_walked_newest_first_too(tenant: TenantUnderTest) -> None:
    for n in range(4):
        tenant.create(API_KEYS, name=f"{n}", scopes=["read"])
    assert names(walk(tenant, API_KEYS, limit=2)) == ["3", "2", "1", "0", "test"]


def test_rows_that_come_and_go_between_pages_move_no_others(
    tenant: TenantUnderTest, superuser: Superuser
) -> None:
    insert_customers(superuser, tenant, 12)
    seen: list[dict[str, Any]] = []
    for number, page in enumerate(pages(tenant, limit=3)):
        seen += page
        new_customer(tenant, name="new")
        if number < 2:
            # One of this page, where the next begins, and one of the page that is next.
            for row in (page[-1], *walk(tenant, sort="created_at", limit=200)[number : number + 1]):
                assert tenant.request("DELETE", path_of(row)).status_code == 204
    assert names(seen) == [f"{n:03}" for n in range(11, -1, -1) if n not in (0, 2)]


def test_rows_older_than_the_page_join_the_walk_where_they_belong(tenant: TenantUnderTest) -> None:
    for name in ("a", "c", "e", "g"):
        new_customer(tenant, name=name)
    walked = pages(tenant, sort="name", limit=2)
    assert names(next(walked)) == ["a", "c"]
    new_customer(tenant, name="b")
    new_customer(tenant, name="f")
    assert names([row for page in walked for row in page]) == ["e", "f", "g"]


def test_a_walk_under_concurrent_writes_misses_and_repeats_nothing(
    tenant: TenantUnderTest, superuser: Superuser
) -> None:
    insert_customers(superuser, tenant, 30)
    stop = threading.Event()

    def come_and_go() -> None:
        while not stop.is_set():
            assert tenant.request("DELETE", path_of(new_customer(tenant, name="passing"))).status_code == 204

    writers = [threading.Thread(target=come_and_go) for _ in range(2)]
    for writer in writers:
        writer.start()
    try:
        for order in ("-created_at", "created_at", "name", "-email"):
            walked = walk(tenant, sort=order, limit=4)
            ids = [row["id"] for row in walked]
            assert len(ids) == len(set(ids))
            assert sorted(name for name in names(walked) if name != "passing") == [
                f"{n:03}" for n in range(30)
            ]
    finally:
        stop.set()
        for writer in writers:
            writer.join()


def test_a_page_has_50_rows_unless_told_otherwise_and_200_at_most(
    tenant: TenantUnderTest, superuser: Superuser
) -> None:
    insert_customers(superuser, tenant, 201)
    assert [len(page) for page in pages(tenant)] == [50, 50, 50, 50, 1]
    assert [len(page) for page in pages(tenant, limit=200)] == [200, 1]


@pytest.mark.parametrize(
    "limit",
    [
        "0",
        "201",
        "-1",
        "+5",
        " 5",
        "1_0",
        "\u0665",
        "abc",
        "",
        "1.5",
        "1e2",
        "0x10",
        "9" * 5000,
        "\0",
        "null",
    ],
)
def test_a_limit_out_of_bounds_is_refused_by_its_name(tenant: TenantUnderTest, limit: str) -> None:
    answer = tenant.request("GET", CUSTOMERS, query_string={"limit": limit})
    assert list(errors_of(answer)) == ["limit"]


def test_a_list_that_ends_has_no_cursor_and_no_link(tenant: TenantUnderTest) -> None:
    empty = tenant.request("GET", CUSTOMERS)
    assert empty.json == {"items": [], "next_cursor": None}
    assert "Link" not in empty.headers

    new_customer(tenant)
    just_full = tenant.request("GET", CUSTOMERS, query_string={"limit": 1})
    assert just_full.json["next_cursor"] is None
    assert "Link" not in just_full.headers


def test_the_link_leads_to_the_next_page_of_the_same_list(
    tenant: TenantUnderTest, superuser: Superuser
) -> None:
    insert_customers(superuser, tenant, 5)
    asked = {
        "limit": "2",
        "sort": "name",
        "status": "active",
        "created_at_from": "2026-01-01T00:00:01+00:00",
        "deleted": "false",
        "count": "exact",
    }
    first = tenant.request("GET", CUSTOMERS, query_string=asked)
    followed = query_of(first.headers["Link"])
    assert followed == {**asked, "cursor": first.json["next_cursor"]}

    second = tenant.request("GET", CUSTOMERS, query_string=followed)
    assert names(first.json["items"] + second.json["items"]) == ["001", "002", "003", "004"]
    assert first.json["total"] == second.json["total"] == 4
    assert "Link" not in second.headers


def test_the_link_of_a_followed_page_holds_one_cursor(tenant: TenantUnderTest, superuser: Superuser) -> None:
    insert_customers(superuser, tenant, 3)
    first = tenant.request("GET", CUSTOMERS, query_string={"limit": 1})
    second = tenant.request("GET", CUSTOMERS, query_string=query_of(first.headers["Link"]))
    assert query_of(second.headers["Link"]) == {"limit": "1", "cursor": second.json["next_cursor"]}
