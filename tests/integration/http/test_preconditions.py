"""If-Match and If-None-Match: what a client has read decides what it is answered."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from tests.support.customers import CUSTOMERS, assert_problem, new_customer, path_of
from tests.support.described import document_of, operations, resolved
from tests.support.tenants import TenantUnderTest

REFUSED = "urn:tenantapp:problem:precondition-refused"
FITS = ['"2"', "*", '"1", "2"', '"2","7"', 'W/"2", "2"', '"x", "2"', '  "2"  ']
DOES_NOT_FIT = [
    '"1"',
    '"3"',
    'W/"2"',
    '"1", "3"',
    "",
    '""',
    "garbage",
    '"02"',
    '"+2"',
    '" 2"',
    '"2.0"',
    '"-2"',
    '"٢"',
    '"2147483648"',
    f'"{"9" * 400}"',
    '"x\\"',
    "'2'",
    '"2; DROP TABLE customers"',
]


@pytest.fixture
def customer(tenant: TenantUnderTest) -> dict[str, Any]:
    """A customer in its second version."""
    created = new_customer(tenant)
    return dict(tenant.request("PATCH", path_of(created), json={"phone": "1"}).json)


def ask(tenant: TenantUnderTest, method: str, row: dict[str, Any], **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"json": {"name": "New"}} if method == "PATCH" else {}
    return tenant.request(method, path_of(row), headers=named, **body)


@pytest.mark.parametrize("tag", FITS)
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_write_based_on_the_present_version_is_done(
    tenant: TenantUnderTest, customer: dict[str, Any], method: str, tag: str
) -> None:
    answer = ask(tenant, method, customer, If_Match=tag)
    assert answer.status_code == (200 if method == "PATCH" else 204)


@pytest.mark.parametrize("tag", DOES_NOT_FIT, ids=lambda tag: tag[:20])
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_write_based_on_anything_else_leaves_the_row_as_it_was(
    tenant: TenantUnderTest, customer: dict[str, Any], method: str, tag: str
) -> None:
    tag = tag.encode().decode("latin-1")
    answer = ask(tenant, method, customer, If_Match=tag)
    assert_problem(answer, 412, "precondition-failed")
    assert tenant.request("GET", path_of(customer)).json == customer


def test_a_change_of_nothing_is_based_on_a_version_too(
    tenant: TenantUnderTest, customer: dict[str, Any]
) -> None:
    for tag, status in (('"1"', 412), ('"2"', 200), ("*", 200)):
        answer = tenant.request("PATCH", path_of(customer), json={}, headers={"If-Match": tag})
        assert answer.status_code == status


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_row_that_is_not_there_is_not_found_whatever_it_is_based_on(
    tenant: TenantUnderTest, method: str
) -> None:
    for tag in ("*", '"1"', "garbage"):
        answer = ask(tenant, method, {"id": uuid4()}, If_Match=tag)
        assert_problem(answer, 404, "not-found")


def deleted_customer(tenant: TenantUnderTest, customer: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    assert ask(tenant, "DELETE", customer).status_code == 204
    (shown,) = tenant.request("GET", f"{CUSTOMERS}?deleted=true").json["items"]
    return f"{path_of(customer)}/restore", shown


@pytest.mark.parametrize("tag", ['"2"', '"4"', "garbage", ""])
def test_a_deleted_row_is_restored_from_the_version_that_is_named_alone(
    tenant: TenantUnderTest, customer: dict[str, Any], tag: str
) -> None:
    path, deleted = deleted_customer(tenant, customer)
    assert deleted["row_version"] == 3
    assert_problem(tenant.request("POST", path, headers={"If-Match": tag}), 412, "precondition-failed")
    assert_problem(tenant.request("GET", path_of(customer)), 404)
    restored = tenant.request("POST", path, headers={"If-Match": '"3"'})
    assert (restored.status_code, restored.headers["ETag"]) == (200, '"4"')


def test_a_row_that_was_not_deleted_is_restored_as_the_version_that_it_has(
    tenant: TenantUnderTest, customer: dict[str, Any]
) -> None:
    path = f"{path_of(customer)}/restore"
    assert_problem(tenant.request("POST", path, headers={"If-Match": '"1"'}), 412)
    assert tenant.request("POST", path, headers={"If-Match": '"2"'}).json == customer


def test_a_todo_is_toggled_from_the_version_that_is_named_alone(tenant: TenantUnderTest) -> None:
    todo = tenant.create("/api/v1/todos", text="Renew the certificate.")
    path = f"/api/v1/todos/{todo['id']}"
    for tag in ('"2"', "garbage", ""):
        answer = tenant.request("POST", f"{path}/toggle", headers={"If-Match": tag})
        assert_problem(answer, 412, "precondition-failed")
    assert tenant.request("GET", path).json == todo
    toggled = tenant.request("POST", f"{path}/toggle", headers={"If-Match": '"1"'})
    assert (toggled.status_code, toggled.json["completed"]) == (200, True)


def test_every_operation_looks_at_the_version_that_is_named_or_refuses_it(tenant: TenantUnderTest) -> None:
    document, honoured = document_of(tenant.app), set()
    for rule, method, told in operations(document):
        if not told["security"]:
            continue
        path = re.sub(r"{\w+}", str(uuid4()), rule)
        sent = {"json": {"ids": [str(uuid4())]}} if "bulk" in rule else {}
        answers = {
            tag: tenant.request(method.upper(), path, headers={"If-Match": tag}, **sent)
            for tag in ('"1"', "garbage", "", "*")
        }
        parameters = [resolved(document, parameter) for parameter in told["parameters"]]
        if any(parameter["name"] == "If-Match" for parameter in parameters):
            honoured.add((method, rule.rpartition("/")[2]))
            assert "412" in told["responses"]
            assert {answer.status_code for answer in answers.values()} <= {404, 412, 415, 422}, (method, rule)
            continue
        assert REFUSED not in answers.pop("*").get_data(as_text=True), (method, rule)
        for tag, answer in answers.items():
            body = assert_problem(answer, 400, "precondition-refused")
            assert "If-Match" in body["detail"], (method, rule, tag)
    assert {("patch", "{item_id}"), ("delete", "{item_id}")} <= honoured
    assert {("post", "restore"), ("post", "toggle"), ("patch", "tenant")} <= honoured


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("tag", ['"2"', 'W/"2"', "*", '"1", "2"', '"x", W/"2"'])
def test_who_has_the_row_already_is_sent_no_body(
    tenant: TenantUnderTest, customer: dict[str, Any], tag: str, method: str
) -> None:
    answer = ask(tenant, method, customer, If_None_Match=tag)
    assert answer.status_code == 304
    assert answer.get_data() == b""
    assert answer.headers["ETag"] == '"2"'
    assert "Content-Type" not in answer.headers
    assert answer.headers.get("Content-Length", "0") == "0"


@pytest.mark.parametrize("tag", ['"1"', 'W/"1"', "", "garbage", '"22"', '"1", "3"', '""'])
def test_who_has_another_version_is_sent_the_row(
    tenant: TenantUnderTest, customer: dict[str, Any], tag: str
) -> None:
    answer = ask(tenant, "GET", customer, If_None_Match=tag)
    assert answer.status_code == 200
    assert answer.json == customer


def test_a_row_that_is_gone_is_not_unchanged(tenant: TenantUnderTest, customer: dict[str, Any]) -> None:
    ask(tenant, "DELETE", customer)
    assert_problem(ask(tenant, "GET", customer, If_None_Match='"2"'), 404)
    assert_problem(ask(tenant, "GET", customer, If_None_Match="*"), 404)


def test_a_write_is_not_answered_by_304(tenant: TenantUnderTest, customer: dict[str, Any]) -> None:
    assert ask(tenant, "PATCH", customer, If_None_Match='"3"').status_code == 200


def test_head_answers_as_get_does_without_the_body(tenant: TenantUnderTest, customer: dict[str, Any]) -> None:
    got, head = ask(tenant, "GET", customer), ask(tenant, "HEAD", customer)
    assert head.get_data() == b""
    assert head.status_code == 200
    assert head.headers["ETag"] == got.headers["ETag"]
    assert head.headers["Content-Length"] == got.headers["Content-Length"]


def test_a_list_has_no_version(tenant: TenantUnderTest) -> None:
    assert "ETag" not in tenant.request("GET", CUSTOMERS).headers
