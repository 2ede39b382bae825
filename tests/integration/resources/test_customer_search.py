"""Customers by the words they are found by, and by their tags in one form."""

from __future__ import annotations

import pytest

from tests.support.customers import CUSTOMERS, errors_of, new_customer, walk
from tests.support.tenants import TenantUnderTest

ADA = {"name": "Ada Albrecht", "email": "ada@albrecht.example", "company": "Albrecht & Daughters"}
BEN = {"name": "Ben Öztürk", "email": "ben@mills.example", "notes": "Met Ada at the fair in Berlin."}


@pytest.fixture(autouse=True)
def _customers(tenant: TenantUnderTest) -> None:
    new_customer(tenant, **ADA)
    new_customer(tenant, **BEN)


def found(tenant: TenantUnderTest, words: str, **query: str) -> set[str]:
    """Return the names of those that are found."""
    return {item["name"].split()[0] for item in walk(tenant, q=words, **query)}


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("ada", {"Ada", "Ben"}),
        ("ADA albrecht", {"Ada"}),
        ("daughters", {"Ada"}),
        ("ada -fair", {"Ada"}),
        ('"fair in berlin"', {"Ben"}),
        ('"berlin fair"', set()),
        ("daughters or fair", {"Ada", "Ben"}),
        ("öztürk", {"Ben"}),
        ("ada@albrecht.example", {"Ada"}),
        ("mills", {"Ben"}),
        ("nowhere", set()),
        ("' & | ! ( :*", set()),
        ("fai", set()),
    ],
)
def test_words_are_found_in_name_email_company_and_notes(
    tenant: TenantUnderTest, words: str, names: set[str]
) -> None:
    assert found(tenant, words) == names


def test_a_search_goes_with_filters_pages_and_counts(tenant: TenantUnderTest) -> None:
    gone = new_customer(tenant, name="Ada Gone")
    assert tenant.request("DELETE", f"{CUSTOMERS}/{gone['id']}").status_code == 204
    assert found(tenant, "ada", limit="1", sort="name") == {"Ada", "Ben"}
    assert found(tenant, "ada", email=BEN["email"]) == {"Ben"}
    assert [item["id"] for item in walk(tenant, q="ada", deleted="true")] == [gone["id"]]
    answer = tenant.request("GET", f"{CUSTOMERS}?q=ada&count=exact&limit=1").json
    assert answer["total"] == 2
    other = tenant.request("GET", f"{CUSTOMERS}?q=ben&limit=1&cursor={answer['next_cursor']}")
    assert other.status_code == 400


def test_what_is_changed_is_found_by_its_new_words(tenant: TenantUnderTest) -> None:
    created = new_customer(tenant, name="Cleo Old")
    tenant.request("PATCH", f"{CUSTOMERS}/{created['id']}", json={"name": "Cleo New"})
    assert (found(tenant, "cleo old"), found(tenant, "cleo new")) == (set(), {"Cleo"})


def test_what_customers_are_found_by_is_not_shown(tenant: TenantUnderTest) -> None:
    created = new_customer(tenant)
    path = f"{CUSTOMERS}/{created['id']}"
    shown = (created, tenant.request("GET", path).json, tenant.request("PATCH", path, json={}).json)
    assert not any("search" in customer for customer in (*shown, *walk(tenant)))
    refused = tenant.request("PATCH", path, json={"search": "ada"})
    assert set(errors_of(refused)) == {"search"}


@pytest.mark.parametrize("words", ["", " ", "a\0", "x" * 201])
def test_words_that_are_none_are_refused(tenant: TenantUnderTest, words: str) -> None:
    answer = tenant.request("GET", CUSTOMERS, query_string={"q": words})
    assert set(errors_of(answer)) == {"q"}


def test_tags_are_kept_in_one_form(tenant: TenantUnderTest) -> None:
    assert new_customer(tenant)["tags"] == []
    assert new_customer(tenant, tags=[" VIP", "fair", "vip"])["tags"] == ["fair", "vip"]
    most = [f"{number:02}" for number in range(20)]
    assert new_customer(tenant, tags=most)["tags"] == most


@pytest.mark.parametrize(
    "tags", [["x" * 51], [""], [None], "vip", None, [str(number) for number in range(21)]]
)
def test_tags_of_another_form_are_refused(tenant: TenantUnderTest, tags: object) -> None:
    customer = {"name": "Ada", "email": "a@example.com", "tags": tags}
    assert set(errors_of(tenant.request("POST", CUSTOMERS, json=customer))) == {"tags"}
