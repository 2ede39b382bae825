"""The Blueprint's decorators are flask-smorest's, with this API's rules beneath them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, abort
from marshmallow import Schema, fields
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tenantapp.db.repository import Repository
from tenantapp.db.session import db
from tenantapp.db.units import unit_connection
from tenantapp.http.blueprint import Blueprint
from tenantapp.http.listing import page_schema
from tenantapp.http.pages import keyset_page
from tenantapp.http.permissions import permission
from tenantapp.http.transactions import transaction
from tenantapp.resources.customers.models import Customer
from tenantapp.resources.customers.schemas import CustomerSchema
from tenantapp.resources.customers.views import blueprint as customers
from tests.support.backends import all_returned
from tests.support.customers import CUSTOMERS, ada, assert_problem, new_customer
from tests.support.databases import Server
from tests.support.described import document_of, resolved
from tests.support.tenants import TenantUnderTest, make_tenant

PLACE = "/api/v1/examples"
NOBODY = UUID(int=0)
blueprint = Blueprint("examples", __name__, url_prefix="/api/v1/examples", description="Examples")
strict = Blueprint("strict", __name__, url_prefix="/api/v1/strict", description="Strict ones")
strict.METHODS_NEEDING_CHECK_ETAG = ("PATCH",)


class FoundSchema(Schema):
    """What may be asked for."""

    name = fields.List(fields.String())
    company = fields.String()


class WorthSchema(Schema):
    """What one is worth."""

    name = fields.String()
    worth = fields.Decimal(as_string=True, data_key="value")
    since = fields.Date(dump_default=None)
    shout = fields.Function(lambda row: row.name.upper())


@blueprint.route("/customers")
@permission("read")
@blueprint.arguments(FoundSchema, location="query")
@blueprint.response(200, CustomerSchema(many=True))
@blueprint.alt_response(418, description="A teapot.")
@blueprint.doc(deprecated=True)
def find_customers(given: dict[str, Any]) -> Any:
    """Find customers.

    By any of several names.
    """
    return db.session.scalars(select(Customer).where(Customer.name.in_(given["name"]))).all()


@blueprint.route("/customers/<uuid:customer_id>")
@permission("read")
@blueprint.etag
@blueprint.response(200, CustomerSchema)
def get_customer(customer_id: UUID) -> Customer:
    """Get a customer."""
    return db.session.scalars(select(Customer).filter_by(id=customer_id)).one()


@blueprint.route("/customers/<uuid:customer_id>", methods=["PATCH"])
@permission("write")
@transaction
@blueprint.arguments(CustomerSchema(partial=True))
@blueprint.etag
@blueprint.response(200, CustomerSchema)
def rename_customer(given: dict[str, Any], customer_id: UUID) -> Customer:
    """Rename a customer."""
    found = db.session.scalars(select(Customer).filter_by(id=customer_id).with_for_update()).one()
    blueprint.check_etag(found)
    found.name = given["name"]
    db.session.flush()
    return found


@blueprint.route("/forgetful", methods=["PATCH"])
@permission("write")
@transaction
@blueprint.etag
@blueprint.response(200, CustomerSchema)
def forget_version() -> dict[str, Any]:
    """Look at no version."""
    return {"name": "Ada"}


@blueprint.route("/made", methods=["POST"])
@permission("write")
@transaction
@blueprint.response(201, CustomerSchema)
def make_customer() -> Any:
    """Make a customer."""
    customer = Customer(**ada())
    db.session.add(customer)
    db.session.flush()
    return customer, {"Location": f"{CUSTOMERS}/{customer.id}"}


@blueprint.route("/worth")
@permission("read")
@blueprint.etag
@blueprint.response(200, WorthSchema)
def get_worth() -> SimpleNamespace:
    """Get what one is worth."""
    return SimpleNamespace(name="Ada", worth=Decimal("1.10"), secret="hidden")


@blueprint.route("/page")
@permission("read")
@blueprint.response(200, page_schema(WorthSchema))
def list_worth() -> dict[str, Any]:
    """List what each is worth."""
    return {"items": [SimpleNamespace(name="Ada", secret=1)], "next_cursor": None, "secret": 2}


class CountSchema(Schema):
    """How many have a name."""

    from_ = fields.String(data_key="from", attribute="from")
    count = fields.Integer()


def _counted() -> Any:
    return select(Customer.name.label("from"), func.count().label("count")).group_by(Customer.name)


@blueprint.route("/counted")
@permission("read")
@blueprint.response(200, CountSchema(many=True))
def count_names() -> Any:
    """Count the names."""
    return db.session.execute(_counted()).all()


@blueprint.route("/counted/one")
@permission("read")
@blueprint.response(200, CountSchema)
def count_one_name() -> Any:
    """Count one."""
    return db.session.execute(_counted()).one()


@blueprint.route("/counted/page")
@permission("read")
@blueprint.response(200, page_schema(CountSchema))
def page_counted_names() -> dict[str, Any]:
    """Page through the names."""
    return keyset_page(_counted(), "from")


class OrderSchema(Schema):
    """In which order rows are added, and whether that fails at last."""

    order = fields.List(fields.String())
    fails = fields.Boolean()


def _by_session() -> None:
    db.session.add(Customer(**ada(name="session")))
    db.session.flush()


def _by_statement() -> None:
    Repository.of(Customer)(unit_connection()).add(ada(name="statement"))


@blueprint.route("/both", methods=["POST"])
@permission("write")
@transaction
@blueprint.arguments(OrderSchema)
@blueprint.response(200)
def add_both(given: dict[str, Any]) -> list[str]:
    """Add customers by the session and by statements."""
    for way in given["order"]:
        {"session": _by_session, "statement": _by_statement}[way]()
    seen = [db.session.scalars(select(Customer.name)), unit_connection().scalars(select(Customer.name))]
    if given["fails"]:
        abort(409)
    first, second = (sorted(each) for each in seen)
    assert first == second
    return first


@strict.route("", methods=["PATCH"])
@permission("write")
@transaction
@strict.etag
@strict.response(204)
def change_strictly() -> None:
    """Change something."""


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
