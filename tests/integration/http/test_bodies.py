"""What a body may be: JSON, said to be JSON, not too big, not too deep; and never a failure of ours."""

from __future__ import annotations

import gzip
import io
import re
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.support.customers import (
    CUSTOMERS,
    ada,
    assert_problem,
    errors_of,
    new_customer,
    path_of,
    post_customer,
)
from tests.support.described import document_of, operations
from tests.support.tenants import TenantUnderTest

ANY_ARGUMENT = re.compile(r"{\w+}")
MIB = 1024 * 1024


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "text/json",
        "text/html",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/jsonp",
        "json",
        "application/octet-stream",
    ],
)
def test_a_body_that_is_not_said_to_be_json_is_refused(
    tenant: TenantUnderTest, content_type: str | None
) -> None:
    path = path_of(new_customer(tenant))
    assert_problem(post_customer(tenant, b'{"name": "x"}', content_type), 415, "unsupported-media-type")
    changed = tenant.request("PATCH", path, data=b'{"name": "x"}', content_type=content_type)
    assert_problem(changed, 415, "unsupported-media-type")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "APPLICATION/JSON",
        'application/json; charset="utf-8"; x=y',
        "application/merge-patch+json",
    ],
)
def test_a_body_that_is_said_to_be_json_in_any_way_is_read(
    tenant: TenantUnderTest, content_type: str
) -> None:
    answer = post_customer(tenant, '{"name": "Ä", "email": "a@x.example"}', content_type)
    assert answer.status_code == 201
    assert answer.json["name"] == "Ä"


def test_a_compressed_body_is_refused_as_such(tenant: TenantUnderTest) -> None:
    customer = new_customer(tenant)
    todo = tenant.create("/api/v1/todos", text="Pay.")
    for method, path in (
        ("POST", CUSTOMERS),
        ("PATCH", path_of(customer)),
        ("POST", f"/api/v1/todos/{todo['id']}/toggle"),
    ):
        answer = tenant.request(
            method,
            path,
            data=gzip.compress(b"{}"),
            content_type="application/json",
            headers={"Content-Encoding": "gzip"},
        )
        problem = assert_problem(answer, 415, "unsupported-media-type")
        assert problem["detail"] == "Send the body without Content-Encoding."


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"{'name': 'x'}",
        b'{"name": "x",}',
        b'{"name": "x"} x',
        b'{"name": NaN}',
        b'{"name": Infinity}',
        b'{"a": 1e400}',
        b'{"name": "\xff"}',
        b'{"name": "\xed\xa0\x80"}',
        b'{"name": "a\nb"}',
        b'\xef\xbb\xbf{"name": "x"}',
        '{"name": "x"}'.encode("utf-16"),
        b"name=x",
        b"<name>x</name>",
        b"\0",
        b"undefined",
        b"[" * 100_000,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_not_json_is_malformed(tenant: TenantUnderTest, body: bytes) -> None:
    assert_problem(post_customer(tenant, body), 400, "malformed-body")


@pytest.mark.parametrize(
    "body", ["null", "[]", "[{}]", '"x"', "7", "1.5", "true", "123456789012345678901234567890"]
)
def test_json_that_is_no_object_is_invalid(tenant: TenantUnderTest, body: str) -> None:
    customer = new_customer(tenant)
    for answer in (
        post_customer(tenant, body),
        tenant.request("PATCH", path_of(customer), data=body, content_type="application/json"),
    ):
        assert list(errors_of(answer)) == ["_schema"]


def test_of_a_repeated_key_the_last_counts(tenant: TenantUnderTest) -> None:
    answer = post_customer(tenant, '{"name": "a", "email": "a@x.example", "name": "b", "id": 1}')
    assert list(errors_of(answer)) == ["id"]
    answer = post_customer(tenant, '{"name": 7, "email": "a@x.example", "name": "b"}')
    assert answer.status_code == 201
    assert answer.json["name"] == "b"


@pytest.mark.parametrize("number", ["-" + "9" * 30, "1e308", "1e-400", "-0", "0.1e1"])
def test_an_odd_number_is_a_number(tenant: TenantUnderTest, number: str) -> None:
    assert list(errors_of(post_customer(tenant, f'{{"name": "x", "email": {number}}}'))) == ["email"]


@pytest.mark.parametrize("number", ["9" * 400, "1" + "0" * 5000])
def test_a_number_that_nothing_can_hold_is_no_json(tenant: TenantUnderTest, number: str) -> None:
    assert_problem(post_customer(tenant, f'{{"name": "x", "email": {number}}}'), 400)


def nested(depth: int) -> str:
    return '{"settings": ' + '{"a": ' * (depth - 2) + "{}" + "}" * (depth - 2) + "}"


def test_a_body_is_nested_20_levels_deep_at_most(tenant: TenantUnderTest) -> None:
    def patch(body: str) -> TestResponse:
        return tenant.request(
            "PATCH",
            "/api/v1/tenant",
            data=body,
            content_type="application/json",
            headers={"If-Match": "*"},
        )

    assert patch(nested(20)).status_code == 200
    for depth in (21, 22, 500, 5000):
        assert_problem(patch(nested(depth)), 400, "malformed-body")
    assert_problem(patch('{"settings": {"a": ' + "[" * 19 + "]" * 19 + "}}"), 400, "malformed-body")


def test_a_wide_body_is_not_a_deep_one(tenant: TenantUnderTest) -> None:
    body = {"name": [[[0]]] * 4_000}
    assert errors_of(tenant.request("POST", CUSTOMERS, json=body)).keys() == {"name", "email"}


def test_a_body_is_1_mib_at_most(tenant: TenantUnderTest) -> None:
    customer = new_customer(tenant)
    body = b'{"name": "x", "notes": "' + b"x" * MIB + b'"}'
    for method, path in (("POST", CUSTOMERS), ("PATCH", path_of(customer))):
        answer = tenant.request(method, path, data=body, content_type="application/json")
        assert_problem(answer, 413)
    just_fits = b'{"name": "' + b"x" * (MIB - 12) + b'"}'
    assert len(just_fits) == MIB
    assert errors_of(post_customer(tenant, just_fits)).keys() == {"name", "email"}


def test_a_body_that_does_not_say_how_long_it_is_is_1_mib_at_most(tenant: TenantUnderTest) -> None:
    def stream(length: int) -> TestResponse:
        return tenant.request(
            "POST",
            CUSTOMERS,
            input_stream=io.BytesIO(b'{"name": "' + b"x" * length + b'"}'),
            content_type="application/json",
            environ_overrides={"wsgi.input_terminated": True},
        )

    assert errors_of(stream(300)).keys() == {"name", "email"}
    assert_problem(stream(2 * MIB), 413)


def test_a_key_does_not_make_room_for_a_bigger_body(tenant: TenantUnderTest) -> None:
    customer = new_customer(tenant)
    tenant.request("DELETE", path_of(customer))
    answer = tenant.request(
        "POST",
        f"{path_of(customer)}/restore",
        data=b"x" * (MIB + 1),
        headers={"Idempotency-Key": "big"},
    )
    assert_problem(answer, 413)


def test_a_get_does_not_look_at_a_body(tenant: TenantUnderTest) -> None:
    customer = new_customer(tenant, **ada())
    answer = tenant.request("GET", path_of(customer), data=b"{", content_type="application/json")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "content_type", "status", "reason"),
    [
        ('{"completed": true}', "application/json", 422, "invalid-fields"),
        ("null", "application/json", 422, "invalid-fields"),
        ("[]", "application/json", 422, "invalid-fields"),
        ("{", "application/json", 400, "malformed-body"),
        ("completed=1", "application/x-www-form-urlencoded", 415, "unsupported-media-type"),
        ("x", None, 415, "unsupported-media-type"),
    ],
)
def test_a_body_that_nobody_takes_is_refused_and_nothing_is_done(
    app: Flask, tenant: TenantUnderTest, body: str, content_type: str | None, status: int, reason: str
) -> None:
    for method, path in writes_without_a_body(app):
        answer = tenant.request(method, path, data=body, content_type=content_type)
        assert_problem(answer, status, reason)


def test_a_body_that_says_nothing_is_none(app: Flask, tenant: TenantUnderTest) -> None:
    for method, path in writes_without_a_body(app):
        for body in (b"", b"{}"):
            answer = tenant.request(method, path, data=body, content_type="application/json")
            assert_problem(answer, 404, "not-found")


def writes_without_a_body(app: Flask) -> list[tuple[str, str]]:
    """Return the writes that take none, at ids of nobody's."""
    found = [
        (method.upper(), ANY_ARGUMENT.sub(str(uuid4()), path))
        for path, method, told in operations(document_of(app))
        if method != "get" and "requestBody" not in told
    ]
    assert len(found) > 8
    return found
