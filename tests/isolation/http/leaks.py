"""Routes as a careless hand might add them: each gives B away in its own way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint as PlainBlueprint
from flask import Response, abort, after_this_request, request
from marshmallow import INCLUDE, Schema, fields
from sqlalchemy import text

from tenantapp.db.repository import Repository
from tenantapp.db.session import db
from tenantapp.db.unit_of_work import reading
from tenantapp.http.blueprint import Blueprint
from tenantapp.http.bulk import BulkReportSchema, BulkSchema, ItemsRefused
from tenantapp.http.listing import Listing, page_answer, page_schema
from tenantapp.http.parsing import InvalidFields
from tenantapp.http.permissions import PUBLIC, permission
from tenantapp.http.transactions import transaction
from tenantapp.resources.customers.models import Customer
from tenantapp.resources.customers.schemas import CustomerSchema
from tenantapp.resources.customers.views import blueprint as customers
from tests.isolation.http import walk
from tests.isolation.tables import scoped_tables
from tests.isolation.world import World

Check = Callable[[World], None]
_CUSTOMERS = next(table for table in scoped_tables() if table.name == "customers")


@dataclass(frozen=True)
class Leak:
    """One careless route.

    Args:
        name: what is wrong, in words.
        noticed_by: the check that fails on it.
        plant: adds it to a blueprint of customers.
    """

    name: str
    noticed_by: Check
    plant: Callable[[World, Blueprint], None]


def _asked(world: World, blueprint: Blueprint, about_bs: Callable[..., Any]) -> None:
    """Add an item that does something more where the row is B's."""
    bs = world.b.ids(_CUSTOMERS)

    @blueprint.route("/<uuid:item_id>")
    @permission("read")
    @blueprint.response(200, CustomerSchema)
    def get_leaky(item_id: UUID) -> Any:
        with reading() as connection:
            if item_id in bs:
                about_bs(connection)
            return Repository.of(Customer)(connection).get(item_id)


def sound(_world: World, blueprint: Blueprint) -> None:
    """Add an item and a create that give nothing away."""

    @blueprint.route("/<uuid:item_id>")
    @permission("read")
    @blueprint.response(200, CustomerSchema)
    def get_sound(item_id: UUID) -> Any:
        with reading() as connection:
            return Repository.of(Customer)(connection).get(item_id)

    _create(blueprint, "sound", _added)


def _added(given: dict[str, Any]) -> Any:
    return Repository.of(Customer)(db.session.connection()).add(given)


def _create(
    blueprint: Blueprint, name: str, make: Callable[[dict[str, Any]], Any], takes: Any = CustomerSchema
) -> None:
    """Add a create that answers the row that `make` gives."""

    def create(given: dict[str, Any]) -> Any:
        row = make(given)
        return row, customers.location(row)

    create.__name__ = f"create_{name}"
    answered = blueprint.arguments(takes)(blueprint.response(201, CustomerSchema)(create))
    blueprint.route("", methods=["POST"])(permission("write")(transaction(answered)))


def cannot_be_asked(_world: World, blueprint: Blueprint) -> None:
    """Add a path that holds something else than an id."""

    @blueprint.route("/<string:code>")
    @permission("read")
    @blueprint.response(200, CustomerSchema)
    def get_unknown(code: str) -> Any:
        return None


def _forbids(world: World, blueprint: Blueprint) -> None:
    _asked(world, blueprint, lambda _connection: abort(403))


def _works_more(world: World, blueprint: Blueprint) -> None:
    _asked(world, blueprint, lambda connection: connection.execute(text("SELECT 1")))


def _goes_twice(world: World, blueprint: Blueprint) -> None:
    """Past SQLAlchemy, so that only the driver knows."""
    _asked(world, blueprint, lambda c: c.connection.driver_connection.execute("SELECT 1"))


def _says_more(world: World, blueprint: Blueprint) -> None:
    def header(_connection: Any) -> None:
        @after_this_request
        def add(response: Response) -> Response:
            response.headers["X-Shard"] = "2"
            return response

    _asked(world, blueprint, header)


def _shows(world: World, blueprint: Blueprint) -> None:
    @blueprint.route("")
    @permission("read")
    @blueprint.response(200)
    def list_leaky() -> Any:
        return {"items": [], "hint": world.b.row(_CUSTOMERS)["notes"]}


def _shows_on_error(world: World, blueprint: Blueprint) -> None:
    def make(given: dict[str, Any]) -> Any:
        if given["email"] == world.b.row(_CUSTOMERS)["email"]:
            raise InvalidFields({"email": [f"Taken by {world.b.row(_CUSTOMERS)['id']}."]})
        return _added(given)

    _create(blueprint, "leaky", make)


def _finds_references(world: World, blueprint: Blueprint) -> None:
    bs = world.b.ids(_CUSTOMERS)
    query = Schema.from_dict({"customer_id": fields.UUID()}, name="LeakyQuery")

    @blueprint.route("")
    @permission("read")
    @blueprint.arguments(query, location="query")
    @blueprint.response(200)
    def list_leaky(given: dict[str, Any]) -> Any:
        return {"items": [], "known": given.get("customer_id") in bs}


def _finds_listed(world: World, blueprint: Blueprint) -> None:
    bs = world.b.ids(_CUSTOMERS)

    @blueprint.route("/bulk-look", methods=["POST"])
    @permission("write")
    @transaction
    @blueprint.arguments(BulkSchema)
    @blueprint.response(200, BulkReportSchema)
    def bulk_look_leaky(given: dict[str, Any]) -> Any:
        raise ItemsRefused("A row is refused.", errors={"ids": [row_id in bs for row_id in given["ids"]]})


def _takes_any_cursor(_world: World, blueprint: Blueprint) -> None:
    listing = Listing()

    @blueprint.route("")
    @permission("read")
    @blueprint.arguments(listing.schema(CustomerSchema, customers.repository.model), location="query")
    @blueprint.response(200, page_schema(CustomerSchema))
    def list_leaky(given: dict[str, Any]) -> Any:
        given.pop("cursor", None)
        with reading() as connection:
            return page_answer(Repository.of(Customer)(connection).page(listing.page_query(given)))


def _remembers_for_all(_world: World, blueprint: Blueprint) -> None:
    kept: dict[str, Any] = {}

    def make(given: dict[str, Any]) -> Any:
        key = request.headers.get("Idempotency-Key", "")
        return kept[key] if key in kept else kept.setdefault(key, _added(given))

    _create(blueprint, "leaky", make)


def _takes_everything(_world: World, blueprint: Blueprint) -> None:
    class Careless(CustomerSchema):
        class Meta:
            unknown = INCLUDE

    def make(given: dict[str, Any]) -> Any:
        return _added({name: value for name, value in given.items() if name in CustomerSchema().load_fields})

    _create(blueprint, "leaky", make, Careless)


def _knows_keys(world: World, blueprint: Blueprint) -> None:
    def look() -> None:
        if "/leaks" in request.path and request.headers.get("X-API-Key") == world.b.token:
            abort(403)

    world.app.before_request_funcs[None].insert(0, look)
    _asked(world, blueprint, lambda _connection: None)


def _wants_too_little(_world: World, blueprint: Blueprint) -> None:
    @blueprint.route("")
    @permission("anything")
    @blueprint.response(200, CustomerSchema)
    def list_leaky() -> Any:
        return None


def _is_public(world: World, blueprint: Blueprint) -> None:
    PlainBlueprint.add_url_rule(
        blueprint,
        "",
        "news",
        permission(PUBLIC)(lambda: Response(world.b.row(_CUSTOMERS)["name"])),
    )


def _declares_nothing(_world: World, blueprint: Blueprint) -> None:
    blueprint.add_url_rule("", "bare", lambda: Response("all of it"))


LEAKS = (
    Leak("B's id is forbidden", walk.bs_identifiers_are_nobodys, _forbids),
    Leak("B's id costs a statement more", walk.bs_identifiers_are_nobodys, _works_more),
    Leak("B's id costs a round trip more", walk.bs_identifiers_are_nobodys, _goes_twice),
    Leak("B's id is answered with a header more", walk.bs_identifiers_are_nobodys, _says_more),
    Leak("B's id in the query is known", walk.bs_identifiers_are_nobodys, _finds_references),
    Leak("B's id in a list of ids is known", walk.bs_identifiers_are_nobodys, _finds_listed),
    Leak("a list shows B's notes", walk.a_is_answered_nothing_of_bs, _shows),
    Leak("a public route shows B's name", walk.what_is_public_shows_nobodys_rows, _is_public),
    Leak("an error shows B's id", walk.a_is_answered_nothing_of_bs, _shows_on_error),
    Leak("B's cursor is taken", walk.bs_cursors_are_nobodys, _takes_any_cursor),
    Leak("answers are remembered for all tenants", walk.bs_idempotency_keys_are_new, _remembers_for_all),
    Leak("unknown fields are taken", walk.a_writes_as_itself_alone, _takes_everything),
    Leak("B's key is told from an unknown one", walk.bs_key_at_a_is_unknown, _knows_keys),
    Leak("the declared scope is none", walk.each_route_wants_the_scope_it_declares, _wants_too_little),
    Leak("no permission is declared", walk.every_route_is_asked, _declares_nothing),
    Leak("no request can be built", walk.every_route_is_asked, cannot_be_asked),
)
