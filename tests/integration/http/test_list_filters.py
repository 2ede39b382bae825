"""What a list may be asked for: filters, ranges, the deleted, a count; and nothing else."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.support.customers import CUSTOMERS, errors_of, insert_customers, new_customer, path_of, walk
from tests.support.tenants import TenantUnderTest

Superuser = psycopg.Connection[Any]


def asked(tenant: TenantUnderTest, **query: Any) -> list[str]:
    return sorted(row["name"] for row in walk(tenant, **query))


def refused(tenant: TenantUnderTest, **query: Any) -> dict[str, Any]:
    return errors_of(tenant.request("GET", CUSTOMERS, query_string=query))


def test_a_list_is_filtered_by_status(tenant: TenantUnderTest) -> None:
    new_customer(tenant, name="a")
    new_customer(tenant, name="b", status="prospect")
    new_customer(tenant, name="c", status="prospect")
    assert asked(tenant, status="prospect") == ["b", "c"]
    assert asked(tenant, status="prospect", limit=1) == ["b", "c"]
    assert asked(tenant, status="inactive") == []


def test_a_list_is_filtered_by_email_in_the_form_in_which_it_is_kept(tenant: TenantUnderTest) -> None:
    new_customer(tenant, name="a", email="a@filter.example")
    new_customer(tenant, name="b", email="b@filter.example")
    assert asked(tenant, email="a@filter.example") == ["a"]
    assert asked(tenant, email=" A@Filter.EXAMPLE ") == ["a"]
    assert asked(tenant, email="a@filter.example", status="inactive") == []


@pytest.mark.parametrize(
    "query",
    [
        {"status": "unknown"},
        {"status": ""},
        {"status": "active\0"},
        {"email": "no address"},
        {"email": ""},
        {"email": "a\0@x.example"},
        {"sort": "notes"},
        {"sort": "tenant_id"},
        {"sort": "--name"},
        {"sort": ""},
        {"count": "all"},
        {"count": ""},
        {"deleted": "perhaps"},
        {"deleted": ""},
        {"tenant_id": "x"},
        {"name": "a"},
        {"offset": "1"},
        {"$where": "1"},
        {"": "x"},
    ],
    ids=str,
)
def test_what_is_not_declared_is_refused_by_its_name(tenant: TenantUnderTest, query: dict[str, str]) -> None:
    assert list(refused(tenant, **query)) == list(query)


def test_every_wrong_parameter_is_named_at_once(tenant: TenantUnderTest) -> None:
    wrong = {"limit": "0", "status": "x", "sort": "x", "unknown": "x", "created_at_to": "x"}
    assert refused(tenant, **wrong).keys() == wrong.keys()


@pytest.mark.parametrize("name", ["limit", "status", "cursor", "sort", "unknown"])
def test_a_repeated_parameter_is_refused(tenant: TenantUnderTest, name: str) -> None:
    answer = tenant.request("GET", f"{CUSTOMERS}?{name}=active&{name}=active")
    assert errors_of(answer) == {name: ["Given more than once."]}


def test_a_range_has_its_beginning_and_not_its_end(tenant: TenantUnderTest, superuser: Superuser) -> None:
    insert_customers(superuser, tenant, 5)
    from_, to = "2026-01-01T00:00:01Z", "2026-01-01T00:00:03Z"
    assert asked(tenant, created_at_from=from_, created_at_to=to) == ["001", "002"]
    assert asked(tenant, created_at_from=to) == ["003", "004"]
    assert asked(tenant, created_at_to=from_) == ["000"]
    assert asked(tenant, created_at_from=from_, created_at_to=from_) == []
    assert asked(tenant, created_at_from=to, created_at_to=from_) == []


def test_a_range_is_a_matter_of_moments_not_of_zones(tenant: TenantUnderTest, superuser: Superuser) -> None:
    insert_customers(superuser, tenant, 2)
    assert asked(tenant, created_at_from="2026-01-01T05:30:01+05:30") == ["001"]
    assert asked(tenant, created_at_to="2025-12-31T19:00:00.000001-05:00") == ["000"]
    # Further from Greenwich than PostgreSQL reads.
    assert asked(tenant, created_at_from="2026-01-01T21:57:01+21:57") == ["001"]


@pytest.mark.parametrize("name", ["created_at_from", "created_at_to"])
@pytest.mark.parametrize(
    "moment",
    ["2026-01-01T00:00:00", "2026-01-01", "1767225600", "yesterday", "", "now()", "2026-13-01T00:00:00Z"],
)
def test_a_time_without_a_zone_or_sense_is_refused(tenant: TenantUnderTest, name: str, moment: str) -> None:
    assert list(refused(tenant, **{name: moment})) == [name]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_the_first_and_the_last_moment_are_moments(tenant: TenantUnderTest, moment: str) -> None:
    new_customer(tenant, name="a")
    expected = ["a"] if moment.startswith("0") else []
    assert asked(tenant, created_at_from=moment) == expected


def test_the_deleted_are_listed_alone_and_on_request(tenant: TenantUnderTest) -> None:
    deleted = [new_customer(tenant, name=name) for name in ("a", "b", "c")]
    new_customer(tenant, name="d")
    for customer in deleted:
        tenant.request("DELETE", path_of(customer))
    assert asked(tenant, deleted="true", limit=2) == ["a", "b", "c"]
    assert asked(tenant, deleted="true", email=deleted[0]["email"]) == ["a"]
    assert asked(tenant, deleted="false") == asked(tenant) == ["d"]


def test_all_that_fit_are_counted_on_request_alone(tenant: TenantUnderTest, superuser: Superuser) -> None:
    insert_customers(superuser, tenant, 5)
    new_customer(tenant, status="inactive")

    def answer(**query: Any) -> Any:
        return tenant.request("GET", CUSTOMERS, query_string={"limit": 2, **query}).json

    assert "total" not in answer()
    first = answer(count="exact")
    assert first["total"] == 6
    assert answer(count="exact", cursor=first["next_cursor"])["total"] == 6
    assert answer(count="exact", status="inactive")["total"] == 1
    assert answer(count="exact", deleted="true")["total"] == 0
    assert answer(count="exact", created_at_to="2026-01-01T00:00:02Z")["total"] == 2


INJECTIONS = [
    "x'or'1'='1@x.example",
    "%@x.example",
    "_@x.example",
    "x'--@x.example",
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_sql_in_a_filter_is_a_value_that_no_row_has(tenant: TenantUnderTest, text: str) -> None:
    new_customer(tenant, email="a@x.example")
    answer = tenant.request("GET", CUSTOMERS, query_string={"email": text})
    assert answer.status_code == 200
    assert answer.json["items"] == []


def test_sql_that_is_no_address_is_refused(tenant: TenantUnderTest) -> None:
    answer = tenant.request("GET", CUSTOMERS, query_string={"email": "'||pg_sleep(5)||'@x.example"})
    assert list(errors_of(answer)) == ["email"]


def test_sql_in_a_filter_finds_the_row_that_has_it(tenant: TenantUnderTest) -> None:
    new_customer(tenant, name="a")
    new_customer(tenant, name="b", email="x'or'1'='1@x.example")
    assert asked(tenant, email="x'or'1'='1@x.example") == ["b"]


@pytest.mark.parametrize("name", ["sort", "status", "count", "limit", "deleted", "created_at_from"])
def test_sql_in_any_other_parameter_is_refused(tenant: TenantUnderTest, name: str) -> None:
    assert list(refused(tenant, **{name: "name; DROP TABLE customers --"})) == [name]


def test_sql_as_a_name_is_kept_as_it_is(tenant: TenantUnderTest) -> None:
    name = "Robert'); DROP TABLE customers; -- %s %(x)s :x {} \\"
    assert new_customer(tenant, name=name)["name"] == name
    assert asked(tenant) == [name]
