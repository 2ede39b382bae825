"""What a field takes, in which form it is kept, and that all wrong ones are named at once."""

from __future__ import annotations

import json
import unicodedata
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.support.customers import (
    API_KEYS,
    CUSTOMERS,
    ada,
    assert_problem,
    errors_of,
    errors_of_customer,
    new_customer,
    path_of,
)
from tests.support.generated import A_HUNDRED
from tests.support.tenants import TenantUnderTest

OURS = {
    "tenant_id": str(uuid4()),
    "id": str(uuid4()),
    "row_version": 7,
    "created_at": "2020-01-01T00:00:00Z",
    "updated_at": "2020-01-01T00:00:00Z",
    "deleted_at": "2020-01-01T00:00:00Z",
}
E_ACUTE, E_AND_ACUTE = "\u00e9", "e\u0301"


def patch_settings(tenant: TenantUnderTest, value: Any) -> TestResponse:
    return tenant.request(
        "PATCH",
        "/api/v1/tenant",
        # The standard library writes numbers of any size.
        data=json.dumps({"settings": value}, separators=(",", ":")),
        content_type="application/json",
        headers={"If-Match": "*"},
    )


def test_all_wrong_fields_are_named_at_once(tenant: TenantUnderTest) -> None:
    body = {
        "email": "no address",
        "phone": "1" * 51,
        "status": "unknown",
        "notes": 7,
        "tenant_id": "x",
        "surprise": None,
    }
    errors = errors_of(tenant.request("POST", CUSTOMERS, json=body))
    assert errors.keys() == {"name", *body}
    assert all(isinstance(said, list) and all(said) for said in errors.values())


@pytest.mark.parametrize("name", [*OURS, "surprise", "Name", "name ", "__class__", "", "\0", "ünïcödé"])
def test_a_field_that_is_not_the_clients_is_refused(tenant: TenantUnderTest, name: str) -> None:
    value = OURS.get(name, "x")
    customer = new_customer(tenant)
    created = tenant.request("POST", CUSTOMERS, json=ada(**{name: value}))
    changed = tenant.request("PATCH", path_of(customer), json={"phone": "1", name: value})
    for answer in (created, changed):
        assert errors_of(answer) == {name: ["Unknown field."]}
    assert tenant.request("GET", path_of(customer)).json == customer


@pytest.mark.parametrize(
    "name", ["prefix", "secret_sha256", "token", "revoked_at", "last_used_at", "tenant_id"]
)
def test_a_key_is_not_made_by_its_client(tenant: TenantUnderTest, name: str) -> None:
    answer = tenant.request("POST", API_KEYS, json={"name": "x", "scopes": ["read"], name: "x"})
    assert errors_of(answer) == {name: ["Unknown field."]}


@pytest.mark.parametrize(
    "scopes",
    [["root"], [], ["read", "root"], ["read"] * 4, "read", [None], [1], [["read"]], {"read": 1}],
    ids=str,
)
def test_a_scope_that_does_not_exist_is_refused(tenant: TenantUnderTest, scopes: Any) -> None:
    answer = tenant.request("POST", API_KEYS, json={"name": "x", "scopes": scopes})
    assert list(errors_of(answer)) == ["scopes"]


@pytest.mark.parametrize(
    "moment",
    [
        "2020-01-01T00:00:00Z",
        "2999-01-01T00:00:00",
        "soon",
        7,
        "0000-01-01T00:00:00Z",
        # In UTC it is in a year that nothing can hold.
        "9999-12-31T23:59:59.999999-14:00",
    ],
)
def test_a_key_expires_at_a_moment_to_come(tenant: TenantUnderTest, moment: Any) -> None:
    body = {"name": "x", "scopes": ["read"], "expires_at": moment}
    assert list(errors_of(tenant.request("POST", API_KEYS, json=body))) == ["expires_at"]


def test_a_key_may_expire_in_any_zone(tenant: TenantUnderTest) -> None:
    body = {"name": "x", "scopes": ["read"], "expires_at": "2999-01-01T00:00:00+14:00"}
    assert tenant.create(API_KEYS, **body)["expires_at"] == "2998-12-31T10:00:00+00:00"
    assert tenant.request("GET", API_KEYS).status_code == 200


@pytest.mark.parametrize("name", ["name", "phone", "notes"])
def test_text_is_kept_without_the_space_around_it_in_one_form(tenant: TenantUnderTest, name: str) -> None:
    created = new_customer(tenant, **{name: f" \t\n\u2003{E_AND_ACUTE} b\u00a0"})
    assert created[name] == f"{E_ACUTE} b"
    changed = tenant.request("PATCH", path_of(created), json={name: f"\r\n{E_AND_ACUTE} "})
    assert changed.json[name] == E_ACUTE


@pytest.mark.parametrize("name", ["name", "phone", "notes", "email"])
@pytest.mark.parametrize("text", ["", " ", "\t\n", "\u00a0\u2003\u3000", "\u2028"], ids=repr)
def test_white_space_alone_is_no_text(tenant: TenantUnderTest, name: str, text: str) -> None:
    assert list(errors_of_customer(tenant, **{name: text})) == [name]
    customer = new_customer(tenant)
    answer = tenant.request("PATCH", path_of(customer), json={name: text})
    assert list(errors_of(answer)) == [name]


@pytest.mark.parametrize(("name", "length"), [("name", 255), ("phone", 50), ("notes", 10_000)])
@pytest.mark.parametrize("letter", ["a", "ä", "🐘", E_AND_ACUTE], ids=ascii)
def test_length_is_counted_in_letters_after_trimming(
    tenant: TenantUnderTest, name: str, length: int, letter: str
) -> None:
    longest = letter * length
    kept = new_customer(tenant, **{name: f"  {longest}\n"})[name]
    assert kept == unicodedata.normalize("NFC", longest)
    assert len(kept) == length
    assert list(errors_of_customer(tenant, **{name: longest + letter})) == [name]


@pytest.mark.parametrize("name", ["name", "email", "phone", "status", "notes"])
@pytest.mark.parametrize("value", [7, 1.5, True, [], {}, ["a"], {"a": "b"}], ids=str)
def test_what_is_no_text_is_refused(tenant: TenantUnderTest, name: str, value: Any) -> None:
    assert list(errors_of_customer(tenant, **{name: value})) == [name]


@pytest.mark.parametrize("name", ["name", "email", "phone", "status", "notes"])
def test_nul_is_refused(tenant: TenantUnderTest, name: str) -> None:
    for text in ("\0", "a\0b", "a@x.example\0", "\0active"):
        assert list(errors_of_customer(tenant, **{name: text})) == [name]


@pytest.mark.parametrize("escape", [r"\ud800", r"\udfff", r"\udc00\ud800", r"a\ud800b", r"\ud83d"])
def test_a_lone_surrogate_is_refused(tenant: TenantUnderTest, escape: str) -> None:
    for body in (f'{{"name": "{escape}", "email": "a@x.example"}}', f'{{"{escape}": 1}}'):
        answer = tenant.request("POST", CUSTOMERS, data=body, content_type="application/json")
        assert_problem(answer, 400)


def test_a_pair_of_surrogates_is_a_letter(tenant: TenantUnderTest) -> None:
    body = r'{"name": "\ud83d\udc18", "email": "elephant@x.example"}'
    answer = tenant.request("POST", CUSTOMERS, data=body, content_type="application/json")
    assert answer.status_code == 201
    assert answer.json["name"] == "🐘"


@A_HUNDRED
@given(name=st.text(min_size=1, max_size=300))
def test_any_name_that_is_accepted_is_kept_composed_and_trimmed(tenant: TenantUnderTest, name: str) -> None:
    kept = unicodedata.normalize("NFC", name).strip()
    answer = tenant.request("POST", CUSTOMERS, json=ada(name=name))
    storable = 1 <= len(kept) <= 255 and "\0" not in name
    assert answer.status_code == (201 if storable else 422)
    if storable:
        assert answer.json["name"] == kept
        assert tenant.request("GET", answer.headers["Location"]).json["name"] == kept


ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@A_HUNDRED
@given(value=st.dictionaries(st.text(max_size=5), ANY_JSON, max_size=3))
def test_any_settings_that_are_accepted_are_read_again(
    tenant: TenantUnderTest, value: dict[str, Any]
) -> None:
    answer = patch_settings(tenant, value)
    read = tenant.request("GET", "/api/v1/tenant")
    assert read.status_code == 200
    if answer.status_code == 200:
        assert read.json == answer.json
        assert read.json["settings"].keys() == value.keys()
    else:
        assert list(errors_of(answer)) == ["settings"]


@pytest.mark.parametrize(
    "number", [10**19, 10**30, -(10**30), 1e300, 1e-300, 2**64, 2**64 - 1, -(2**63), 0.1]
)
def test_a_number_of_any_size_in_the_settings_can_be_read_again(
    tenant: TenantUnderTest, number: float
) -> None:
    answer = patch_settings(tenant, {"n": number})
    assert answer.status_code == 200
    assert answer.json["settings"]["n"] == pytest.approx(number)
    assert tenant.request("GET", "/api/v1/tenant").json == answer.json


@pytest.mark.parametrize("text", ["\0", "a\0"])
def test_nul_is_refused_anywhere_in_the_settings(tenant: TenantUnderTest, text: str) -> None:
    for value in ({"a": text}, {text: 1}, {"a": [{"b": [text]}]}, {"a": {"b": {text: {}}}}):
        answer = patch_settings(tenant, value)
        assert list(errors_of(answer)) == ["settings"]


@pytest.mark.parametrize("value", [None, [], "x", 1, True])
def test_settings_are_an_object(tenant: TenantUnderTest, value: Any) -> None:
    answer = patch_settings(tenant, value)
    assert list(errors_of(answer)) == ["settings"]
