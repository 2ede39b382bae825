"""A plain Flask blueprint of a tenant's views, sound and careless."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, g, request
from flask.views import MethodView
from flask_smorest import Blueprint as DocumentedBlueprint
from flask_smorest import abort as abort_with_errors
from sqlalchemy import select

from tenantapp.db.errors import RowNotFound
from tenantapp.db.session import db
from tenantapp.http.permissions import permission
from tenantapp.http.problems import Problem, UnknownReference
from tenantapp.resources.customers.models import Customer
from tenantapp.resources.customers.schemas import CustomerSchema
from tests.support.customers import ada

PLAIN = "/api/v1/plain"
NOBODY = UUID(int=0)
plain = Blueprint("plain", __name__, url_prefix="/api/v1/plain")
documented = DocumentedBlueprint("documented", __name__, url_prefix="/api/v1/documented")


class TooMany(Problem):
    """Raised when there are too many."""

    status = 409
    reason = "too_many"


@plain.before_request
def _look_around() -> None:
    g.customers = db.session.scalars(select(Customer.name)).all()


@plain.get("/customers")
@permission("read")
def list_customers() -> list[dict[str, Any]]:
    return [{"id": str(each.id), "name": each.name} for each in db.session.scalars(select(Customer))]


@plain.get("/customers/<uuid:customer_id>")
@permission("read")
def get_customer(customer_id: UUID) -> dict[str, Any]:
    found = db.session.scalar(select(Customer).where(Customer.id == customer_id))
    if found is None:
        abort(404)
    return {"name": found.name, "known_before": g.customers}


@plain.post("/customers")
@permission("write")
def create_customer() -> tuple[dict[str, Any], int]:
    sent = CustomerSchema(only=("name", "email")).load(request.get_json())
    created = Customer(name=sent["name"], email=sent["email"])
    db.session.add(created)
    db.session.commit()
    return {"id": str(created.id)}, 201


@plain.post("/forgotten-commit")
@permission("write")
def forget_to_commit() -> str:
    db.session.add(Customer(**ada()))
    db.session.flush()
    return "kept nothing"


@plain.post("/raises")
@permission("write")
def raise_it() -> str:
    db.session.add(Customer(**ada()))
    db.session.flush()
    raise ERRORS[request.args["error"]]()


@plain.post("/unknown-reference")
@permission("write")
def refer_to_nothing() -> str:
    raise UnknownReference("rca_id")


@plain.get("/smorest")
@permission("read")
def abort_as_smorest() -> str:
    abort_with_errors(409, message="Not now.")


@permission("admin")
@plain.get("/above")
def declared_above() -> str:
    return "above"


def _noted(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def serve(**path: Any) -> Any:
        return view(**path)

    return serve


@plain.get("/wrapped")
@_noted
@permission("admin")
@_noted
def declared_between() -> str:
    return "between"


class Things(MethodView):
    """One permission a method."""

    @permission("read")
    def get(self) -> str:
        return "read"

    @permission("admin")
    def post(self) -> str:
        return "admin"


plain.add_url_rule("/things", view_func=Things.as_view("things"))


@documented.route("/customers")
@permission("write")
@documented.arguments(CustomerSchema(only=("name",), partial=True), location="query")
@documented.response(200, CustomerSchema(many=True))
def find_customers(given: dict[str, Any]) -> Any:
    """Find customers by their name."""
    return db.session.scalars(select(Customer).filter_by(**given)).all()


ERRORS: dict[str, Callable[[], Exception]] = {
    "problem": lambda: TooMany("There are enough."),
    "row": lambda: RowNotFound("customers"),
    "lookup": lambda: LookupError("the-secret"),
}
