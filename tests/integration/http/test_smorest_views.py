"""Views of flask-smorest's own Blueprint are guarded, described and held to versions as those of ours are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask_smorest import Blueprint as SmorestBlueprint
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.test import TestResponse

from tenantapp.application import create_app
from tenantapp.http.api import register_blueprint
from tenantapp.http.blueprint import Blueprint
from tenantapp.http.permissions import UndeclaredPermission, permission, require_permissions
from tests.integration.http.smorest_examples import BOTH, declare
from tests.support.customers import CUSTOMERS, assert_problem, new_customer
from tests.support.databases import Server
from tests.support.described import document_of, resolved
from tests.support.tenants import TenantUnderTest, issue, make_tenant


@pytest.fixture(scope="module")
def asked(server: Server, shared_database: str) -> Iterator[TenantUnderTest]:
    """A tenant of an application with views of both kinds."""
    app = create_app(server.settings(shared_database))
    (known,) = app.extensions["flask-smorest"]["apis"].values()
    for kind, name in zip((SmorestBlueprint, Blueprint), BOTH, strict=True):
        register_blueprint(app, known["ext_obj"], declare(kind(name, __name__, url_prefix=f"/{name}")))
    require_permissions(app)
    yield make_tenant(app)
    app.extensions["tenantapp"].pool.close()


def change(
    tenant: TenantUnderTest, path: str, tag: str, row: dict[str, Any], name: str = "Changed"
) -> TestResponse:
    path = f"/api/v1{path}/{row['id']}"
    return tenant.request("PATCH", path, json={"name": name}, headers={"If-Match": tag})


@pytest.mark.parametrize("place", BOTH)
def test_a_permission_and_a_transaction_may_stand_above_the_route(asked: TenantUnderTest, place: str) -> None:
    path = f"/api/v1/{place}/above"
    for scope, method, body, status in (
        ("admin", "GET", {}, 200),
        ("write", "GET", {}, 403),
        ("write", "POST", {"json": {"name": "Ada"}}, 200),
        ("admin", "POST", {"json": {"name": "Ada"}}, 403),
    ):
        token = issue(asked.app, asked.id, [scope])
        answer = asked.request(method, path, headers={"Authorization": f"Bearer {token}"}, **body)
        assert answer.status_code == status, (scope, method, answer.get_data(as_text=True))
    (kept,) = asked.request("GET", f"{CUSTOMERS}?email=above@example.com").json["items"]
    assert asked.request("DELETE", f"{CUSTOMERS}/{kept['id']}").status_code == 204
    public = asked.request("GET", f"/api/v1/{place}/open?anything=1", headers={"Authorization": ""})
    assert public.status_code == 200


def test_two_permissions_of_one_view_are_refused() -> None:
    for blueprint in (SmorestBlueprint("twice", __name__), Blueprint("twice", __name__)):
        with pytest.raises(ValueError, match=r"find_twice declares two permissions"):

            @permission("admin")
            @blueprint.route("/twice")
            @permission("read")
            def find_twice() -> str:
                return ""


def test_a_permission_that_a_decorator_hides_is_refused_in_a_sentence() -> None:
    def hiding(view: Callable[[], str]) -> Callable[[], str]:
        def hidden() -> str:
            return view()

        return hidden

    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/hidden", "hidden", hiding(permission("read")(lambda: "")))
    with pytest.raises(
        UndeclaredPermission, match=r'add @permission\("read"\).* to its view, outside what hides one'
    ):
        require_permissions(app)


@pytest.mark.parametrize("place", BOTH)
def test_a_write_based_on_another_version_is_refused(asked: TenantUnderTest, place: str) -> None:
    row = new_customer(asked)
    assert_problem(change(asked, f"/{place}", '"7"', row), 412, "precondition-failed")
    assert asked.request("GET", f"{CUSTOMERS}/{row['id']}").json == row


@pytest.mark.filterwarnings("ignore:If-Match not looked at", "ignore:ETag not checked")
@pytest.mark.parametrize("path", ["forgetful", "committing"])
@pytest.mark.parametrize("place", BOTH)
def test_a_version_that_no_view_has_looked_at_keeps_its_work_from_being_committed(
    asked: TenantUnderTest, place: str, path: str
) -> None:
    row = new_customer(asked)
    for tag in ('"1"', '"7"', "garbage"):
        assert_problem(change(asked, f"/{place}/{path}", tag, row), 400, "precondition-refused")
    assert asked.request("GET", f"{CUSTOMERS}/{row['id']}").json == row
    assert change(asked, f"/{place}/{path}", "*", row).json["name"] == "Changed"


def test_a_write_that_flask_smorest_wants_a_version_for_is_refused_without(asked: TenantUnderTest) -> None:
    row = new_customer(asked)
    answer = asked.request("PATCH", f"/api/v1/smorest/{row['id']}", json={"name": "Changed"})
    assert_problem(answer, 428, "precondition-required")


@pytest.mark.parametrize("place", BOTH)
def test_an_error_of_flask_smorests_abort_is_a_problem_with_what_it_was_given(
    asked: TenantUnderTest, place: str
) -> None:
    refused = asked.request("POST", f"/api/v1/{place}/refused")
    told = assert_problem(refused, 409, "conflict")
    assert (told["detail"], told["errors"]) == ("Not now.", {"name": ["Another."]})
    assert refused.headers["Retry-After"] == "7"
    wrong = asked.request("POST", f"/api/v1/{place}/above", json={"name": 7, "more": 1})
    assert assert_problem(wrong, 422, "invalid-fields")["errors"].keys() == {"name", "more"}
    broken = asked.request("POST", f"/api/v1/{place}/above", data="{", content_type="application/json")
    assert_problem(broken, 400)


def test_the_document_describes_them_alike(asked: TenantUnderTest) -> None:
    document = document_of(asked.app)
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []
    told = {tag["name"]: tag["description"] for tag in document["tags"]}
    assert {told[place] for place in BOTH} == {(__doc__ or "").removesuffix(".")}
    smorest, ours = (
        {
            (path.removeprefix(f"/api/v1/{place}"), method): told
            for path, methods in document["paths"].items()
            if path.startswith(f"/api/v1/{place}/")
            for method, told in methods.items()
            if method in ("get", "post", "patch")
        }
        for place in BOTH
    )
    assert smorest.keys() == ours.keys()
    for key, told in smorest.items():
        assert told["security"] == ours[key]["security"]
        assert told["description"] == ours[key]["description"] if key != ("/open", "get") else True
        assert set(ours[key]["responses"]) <= set(told["responses"]), key
        for status in set(told["responses"]) - {"428"}:
            assert told["responses"][status] == ours[key]["responses"][status], (key, status)
    change = smorest["/{customer_id}", "patch"]
    names = {resolved(document, each)["name"] for each in change["parameters"]}
    assert {"X-Tenant-Subdomain", "If-Match"} <= names
    assert {"400", "401", "403", "404", "409", "412", "413", "415", "422", "428", "503"} <= change[
        "responses"
    ].keys()
    assert smorest["/open", "get"]["security"] == []
