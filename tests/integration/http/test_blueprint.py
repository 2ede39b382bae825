"""The Blueprint's decorators are flask-smorest's, with this API's rules beneath them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tenantapp.resources.customers.views import blueprint as customers
from tests.integration.http.examples import PLACE, blueprint, strict
from tests.support.backends import all_returned
from tests.support.customers import CUSTOMERS, assert_problem, new_customer
from tests.support.databases import Server
from tests.support.described import document_of, resolved
from tests.support.tenants import TenantUnderTest, make_tenant


@pytest.fixture(scope="module")
def example_app(server: Server, shared_database: str) -> Iterator[Flask]:
    """The application with views by our Blueprint."""
    with server.application(shared_database) as app:
        (known,) = app.extensions["flask-smorest"]["apis"].values()
        known["ext_obj"].register_blueprint(blueprint)
        known["ext_obj"].register_blueprint(strict)
        yield app


@pytest.fixture
def asked(example_app: Flask) -> TenantUnderTest:
    """A tenant of that application."""
    return make_tenant(example_app)


@pytest.fixture
def path(asked: TenantUnderTest) -> str:
    """The path of a customer."""
    return f"{PLACE}/customers/{new_customer(asked)['id']}"


def test_a_list_in_the_query_may_be_repeated_and_nothing_else(asked: TenantUnderTest) -> None:
    for name in ("Ada", "Bob", "Cid"):
        asked.create(CUSTOMERS, name=name, email=f"{name}@example.com")
    found = asked.request("GET", f"{PLACE}/customers?name=Ada&name=Bob").json
    assert {each["name"] for each in found} == {"Ada", "Bob"}
    assert [each["name"] for each in asked.request("GET", f"{PLACE}/customers?name=Cid").json] == ["Cid"]
    refused = assert_problem(asked.request("GET", f"{PLACE}/customers?company=a&company=b"), 422)
    assert refused["errors"] == {"company": ["Given more than once."]}
    refused = assert_problem(asked.request("GET", f"{PLACE}/customers?name=a&surname=b"), 422)
    assert refused["errors"] == {"surname": ["Unknown field."]}


@pytest.mark.parametrize(
    ("sent", "status"), [({"json": {"name": "x"}}, 422), ({"data": "x", "content_type": "text/plain"}, 415)]
)
def test_a_body_that_is_not_declared_is_refused(
    asked: TenantUnderTest, sent: dict[str, Any], status: int
) -> None:
    assert asked.request("POST", f"{PLACE}/made", **sent).status_code == status
    assert asked.request("GET", CUSTOMERS).json["items"] == []
    assert asked.request("POST", f"{PLACE}/made?dry=1").status_code == 422
    assert asked.request("POST", f"{PLACE}/made").status_code == 201


def test_an_instance_of_a_model_is_shown_as_a_standard_verb_shows_its_row(
    asked: TenantUnderTest, path: str
) -> None:
    shown = asked.request("GET", path)
    assert shown.json == asked.request("GET", path.replace(PLACE, "/api/v1")).json
    assert shown.headers["ETag"] == f'"{shown.json["row_version"]}"'


def test_what_has_no_compiled_form_or_lacks_a_value_is_dumped_as_marshmallow_does(
    asked: TenantUnderTest,
) -> None:
    assert asked.request("GET", f"{PLACE}/worth").json == {
        "name": "Ada",
        "value": "1.10",
        "since": None,
        "shout": "ADA",
    }


def test_rows_of_a_select_are_dumped_by_whatever_they_are_labelled(asked: TenantUnderTest) -> None:
    asked.create(CUSTOMERS, name="Ada", email="ada@example.com")
    counted = {"from": "Ada", "count": 1}
    assert asked.request("GET", f"{PLACE}/counted").json == [counted]
    assert asked.request("GET", f"{PLACE}/counted/one").json == counted
    assert asked.request("GET", f"{PLACE}/counted/page").json["items"] == [counted]


def test_an_answer_shows_what_its_schema_names_alone(asked: TenantUnderTest) -> None:
    shown = asked.request("GET", f"{PLACE}/page").json
    assert shown == {"items": [{"name": "Ada", "since": None, "shout": "ADA"}], "next_cursor": None}


def test_who_has_the_version_already_is_sent_no_body(asked: TenantUnderTest, path: str) -> None:
    tag = asked.request("GET", path).headers["ETag"]
    for sent in (tag, f"W/{tag}", "*"):
        known = asked.request("GET", path, headers={"If-None-Match": sent})
        assert (known.status_code, known.data, known.headers["ETag"]) == (304, b"", tag)
    assert asked.request("GET", path, headers={"If-None-Match": '"7"'}).status_code == 200
    worth = asked.request("GET", f"{PLACE}/worth").headers["ETag"]
    again = asked.request("GET", f"{PLACE}/worth", headers={"If-None-Match": worth})
    assert again.status_code == 304


def test_check_etag_holds_a_write_to_the_version_that_if_match_names(
    asked: TenantUnderTest, path: str
) -> None:
    for sent in ('"7"', "garbage", ""):
        answer = asked.request("PATCH", path, json={"name": "New"}, headers={"If-Match": sent})
        assert_problem(answer, 412, "precondition-failed")
    assert asked.request("GET", path).json["name"] != "New"
    tag = asked.request("GET", path).headers["ETag"]
    for sent in (tag, "*"):
        answer = asked.request("PATCH", path, json={"name": f"New {sent}"}, headers={"If-Match": sent})
        assert (answer.status_code, answer.json["name"]) == (200, f"New {sent}")
    assert asked.request("PATCH", path, json={"name": "Newest"}).status_code == 200


def test_a_row_that_a_view_has_changed_is_shown_as_the_commit_leaves_it(
    asked: TenantUnderTest, path: str
) -> None:
    changed = asked.request("PATCH", path, json={"name": "Newest"})
    shown = asked.request("GET", path)
    assert changed.json == shown.json
    assert changed.headers["ETag"] == shown.headers["ETag"]


def test_a_view_that_does_not_look_at_the_version_it_was_sent_is_warned_of(asked: TenantUnderTest) -> None:
    with pytest.warns(UserWarning, match=r"If-Match .* examples\.forget_version"):
        asked.request("PATCH", f"{PLACE}/forgetful", headers={"If-Match": '"1"'})


def test_a_blueprint_may_need_if_match_for_a_method(asked: TenantUnderTest) -> None:
    assert_problem(asked.request("PATCH", "/api/v1/strict"), 428, "precondition-required")
    operation = document_of(asked.app)["paths"]["/api/v1/strict"]["patch"]
    assert {"412", "428"} <= operation["responses"].keys()


def test_the_document_says_what_the_decorators_declare(example_app: Flask) -> None:
    document = document_of(example_app)
    found = document["paths"][f"{PLACE}/customers"]["get"]
    assert found["operationId"] == "examples_find"
    assert (found["summary"], found["deprecated"]) == ("Find customers", True)
    assert found["description"] == "By any of several names. Needs the scope `read`."
    assert found["security"] == [{"bearer": ["read"]}]
    assert found["responses"]["418"]["description"] == "A teapot."
    assert {"200", "400", "401", "403", "404", "422", "503"} <= found["responses"].keys()
    names = [resolved(document, parameter)["name"] for parameter in found["parameters"]]
    assert names == ["X-Tenant-Subdomain", "name", "company"]
    renamed = document["paths"][f"{PLACE}/customers/{{customer_id}}"]["patch"]
    names = [resolved(document, parameter)["name"] for parameter in renamed["parameters"]]
    assert {"If-Match"} == {name for name in names if name.startswith("If-")}
    assert {"409", "412", "413", "415"} <= renamed["responses"].keys()
    assert "Link" in document["paths"][f"{PLACE}/page"]["get"]["responses"]["200"]["headers"]


@pytest.mark.parametrize(
    "order", [["session", "statement"], ["statement", "session"], ["statement", "session", "statement"]]
)
def test_statements_and_the_session_of_a_view_are_one_transaction(
    asked: TenantUnderTest, order: list[str]
) -> None:
    def ask(*, fails: bool) -> TestResponse:
        return asked.request("POST", f"{PLACE}/both", json={"order": order, "fails": fails})

    def kept() -> list[str]:
        return sorted(each["name"] for each in asked.request("GET", CUSTOMERS).json["items"])

    assert ask(fails=True).status_code == 409
    assert kept() == []
    assert ask(fails=False).json == sorted(order)
    assert kept() == sorted(order)
    all_returned(asked.app)


def test_a_route_has_one_view() -> None:
    with pytest.raises(ValueError, match=r"GET /customers/<uuid:item_id> has a view already"):
        customers.serve("get")
