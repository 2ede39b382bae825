"""Addresses of electronic mail: which are taken, how they are kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.customers import (
    CUSTOMERS,
    ada,
    assert_problem,
    errors_of_customer,
    new_customer,
    random_email,
)
from tests.support.generated import A_HUNDRED
from tests.support.tenants import TenantUnderTest


def test_an_address_may_have_254_letters(tenant: TenantUnderTest) -> None:
    domain = ".".join(["d" * 60] * 3) + ".example"
    longest = "l" * (253 - len(domain)) + "@" + domain
    assert len(longest) == 254
    assert new_customer(tenant, email=f" {longest} ")["email"] == longest
    assert list(errors_of_customer(tenant, email=f"l{longest}")) == ["email"]


def test_an_address_is_kept_in_lower_case(tenant: TenantUnderTest) -> None:
    email = random_email()
    assert new_customer(tenant, email=f" {email.upper()}\n")["email"] == email
    answer = tenant.request("POST", CUSTOMERS, json=ada(email=email.title()))
    assert_problem(answer, 409, "already-taken")


@pytest.mark.parametrize(
    "email",
    [
        "ẞ@x.example",
        "ς@x.example",
        "Σ@x.example",
        "ǅ@x.example",
        "K@x.example",
        "ﬀ@x.example",
        "x@İ.example",
        "x@bücher.example",
        "x@xn--bcher-kva.example",
        "\uff41@x.example",
        "\u13a0@x.example",
        "ꭰ@x.example",
        "Ω@x.example",
        "e\u0301@x.example",
        "𐐀@x.example",
        "x@localhost",
        "x@x.123",
        '"quoted"@x.example',
        '"a\u0001b"@x.example',
        "x@[127.0.0.1]",
    ],
    ids=ascii,
)
def test_an_odd_address_is_taken_and_found(tenant: TenantUnderTest, email: str) -> None:
    kept = new_customer(tenant, email=email)["email"]
    assert kept == kept.lower().strip()
    found = tenant.request("GET", CUSTOMERS, query_string={"email": email})
    assert [row["email"] for row in found.json["items"]] == [kept]


@pytest.mark.parametrize("email", ["İ@x.example", "\u202ex@x.example", "x\u200b@x.example"], ids=ascii)
def test_an_address_of_hidden_or_growing_letters_is_refused(tenant: TenantUnderTest, email: str) -> None:
    assert list(errors_of_customer(tenant, email=email)) == ["email"]


@pytest.mark.parametrize(
    "email",
    [
        "",
        "x",
        "@",
        "x@",
        "@x.example",
        "x@@x.example",
        "x y@x.example",
        "x@x",
        "x@-x.example",
        "x@x..example",
    ],
)
def test_what_is_no_address_is_refused(tenant: TenantUnderTest, email: str) -> None:
    assert list(errors_of_customer(tenant, email=email)) == ["email"]


@A_HUNDRED
@given(local=st.text(st.characters(categories=["L", "N", "Pd"]), min_size=1, max_size=8))
def test_any_letters_before_the_at_sign_are_taken_or_refused(tenant: TenantUnderTest, local: str) -> None:
    answer = tenant.request(
        "POST", CUSTOMERS, json=ada(email=f"{local}@{random_email()}".replace("@", ".", 1))
    )
    assert answer.status_code in (201, 422)
