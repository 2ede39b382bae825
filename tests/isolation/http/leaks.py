"""Routes as a careless hand might add them: each gives B away in its own way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint as PlainBlueprint
from flask import Response, abort, after_this_request, jsonify, request
from marshmallow import INCLUDE, Schema, fields
from sqlalchemy import text

from tenantapp.customers.repository import CustomerRepository
from tenantapp.customers.schemas import CustomerSchema
from tenantapp.customers.views import blueprint as customers
from tenantapp.http.bulk import BulkReportSchema, BulkSchema, ItemsRefused
from tenantapp.http.endpoints import Created, TenantBlueprint
from tenantapp.http.listing import Listing, page_answer, page_schema
from tenantapp.http.parsing import InvalidFields
from tenantapp.http.permissions import PUBLIC, permission
from tenantapp.http.resource import ITEM
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
    plant: Callable[[World, TenantBlueprint], None]


def _asked(world: World, blueprint: TenantBlueprint, about_bs: Callable[..., Any]) -> None:
    """Add an item that does something more where the row is B's."""
    bs = world.b.ids(_CUSTOMERS)

    @blueprint.reads(ITEM, shows=CustomerSchema)
    def get_leaky(connection: Any, item_id: UUID) -> Any:
        if item_id in bs:
            about_bs(connection)
        return CustomerRepository(connection).get(item_id)


def sound(_world: World, blueprint: TenantBlueprint) -> None:
    """Add an item and a create that give nothing away."""

    @blueprint.reads(ITEM, shows=CustomerSchema)
    def get_sound(connection: Any, item_id: UUID) -> Any:
        return CustomerRepository(connection).get(item_id)

    @blueprint.writes("", takes=CustomerSchema(), answers=CustomerSchema, status=201)
    def create_sound(connection: Any, given: dict[str, Any]) -> Created:
        return customers.created(CustomerRepository(connection).add(given))


def cannot_be_asked(_world: World, blueprint: TenantBlueprint) -> None:
    """Add a path that holds something else than an id."""

    @blueprint.reads("/<string:code>", shows=CustomerSchema)
    def get_unknown(_connection: Any, code: str) -> Any:
        return None


def _forbids(world: World, blueprint: TenantBlueprint) -> None:
    _asked(world, blueprint, lambda _connection: abort(403))


def _works_more(world: World, blueprint: TenantBlueprint) -> None:
    _asked(world, blueprint, lambda connection: connection.execute(text("SELECT 1")))


def _goes_twice(world: World, blueprint: TenantBlueprint) -> None:
    """Past SQLAlchemy, so that only the driver knows."""
    _asked(world, blueprint, lambda c: c.connection.driver_connection.execute("SELECT 1"))


def _says_more(world: World, blueprint: TenantBlueprint) -> None:
    def header(_connection: Any) -> None:
        @after_this_request
        def add(response: Response) -> Response:
            response.headers["X-Shard"] = "2"
            return response

    _asked(world, blueprint, header)


def _shows(world: World, blueprint: TenantBlueprint) -> None:
    @blueprint.reads("", shows=CustomerSchema, answer=lambda result, _dump: jsonify(result))
    def list_leaky(_connection: Any) -> Any:
        return {"items": [], "hint": world.b.row(_CUSTOMERS)["notes"]}


def _shows_on_error(world: World, blueprint: TenantBlueprint) -> None:
    @blueprint.writes("", takes=CustomerSchema(), answers=CustomerSchema, status=201)
    def create_leaky(connection: Any, given: dict[str, Any]) -> Created:
        if given["email"] == world.b.row(_CUSTOMERS)["email"]:
            raise InvalidFields({"email": [f"Taken by {world.b.row(_CUSTOMERS)['id']}."]})
        return customers.created(CustomerRepository(connection).add(given))


def _finds_references(world: World, blueprint: TenantBlueprint) -> None:
    bs = world.b.ids(_CUSTOMERS)
    query = Schema.from_dict({"customer_id": fields.UUID()}, name="LeakyQuery")()

    @blueprint.reads("", shows=CustomerSchema, query=query, answer=lambda result, _dump: jsonify(result))
    def list_leaky(_connection: Any, given: dict[str, Any]) -> Any:
        return {"items": [], "known": given.get("customer_id") in bs}


def _finds_listed(world: World, blueprint: TenantBlueprint) -> None:
    bs = world.b.ids(_CUSTOMERS)

    @blueprint.writes("/bulk-look", takes=BulkSchema(), answers=BulkReportSchema)
    def bulk_look_leaky(_connection: Any, given: dict[str, Any]) -> Any:
        raise ItemsRefused("A row is refused.", errors={"ids": [row_id in bs for row_id in given["ids"]]})


def _takes_any_cursor(_world: World, blueprint: TenantBlueprint) -> None:
    listing = Listing()

    @blueprint.reads(
        "",
        shows=CustomerSchema,
        answers=page_schema(CustomerSchema),
        query=listing.schema(CustomerSchema, customers.repository.model),
        answer=page_answer,
    )
    def list_leaky(connection: Any, given: dict[str, Any]) -> Any:
        given.pop("cursor", None)
        return CustomerRepository(connection).page(listing.page_query(given))


def _remembers_for_all(_world: World, blueprint: TenantBlueprint) -> None:
    kept: dict[str, Any] = {}

    @blueprint.writes("", takes=CustomerSchema(), answers=CustomerSchema, status=201)
    def create_leaky(connection: Any, given: dict[str, Any]) -> Created:
        key = request.headers.get("Idempotency-Key", "")
        row = kept[key] if key in kept else CustomerRepository(connection).add(given)
        kept.setdefault(key, row)
        return customers.created(row)


def _takes_everything(_world: World, blueprint: TenantBlueprint) -> None:
    class Careless(CustomerSchema):
        class Meta:
            unknown = INCLUDE

    @blueprint.writes("", takes=Careless(), answers=CustomerSchema, status=201)
    def create_leaky(connection: Any, given: dict[str, Any]) -> Created:
        known = {name: value for name, value in given.items() if name in CustomerSchema().load_fields}
        return customers.created(CustomerRepository(connection).add(known))


def _knows_keys(world: World, blueprint: TenantBlueprint) -> None:
    def look() -> None:
        if "/leaks" in request.path and request.headers.get("X-API-Key") == world.b.token:
            abort(403)

    world.app.before_request_funcs[None].insert(0, look)
    _asked(world, blueprint, lambda _connection: None)


def _wants_too_little(_world: World, blueprint: TenantBlueprint) -> None:
    @blueprint.reads("", shows=CustomerSchema, permission="anything")
    def list_leaky(_connection: Any) -> Any:
        return None


def _is_public(world: World, blueprint: TenantBlueprint) -> None:
    PlainBlueprint.add_url_rule(
        blueprint,
        blueprint.place,
        "news",
        permission(PUBLIC)(lambda: Response(world.b.row(_CUSTOMERS)["name"])),
    )


def _declares_nothing(_world: World, blueprint: TenantBlueprint) -> None:
    blueprint.add_url_rule(blueprint.place, "bare", lambda: Response("all of it"))


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
