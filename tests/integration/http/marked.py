"""Views that commit by themselves, by a transaction, or in the middle of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, request
from psycopg import errors as pg
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from tenantapp.db.session import db
from tenantapp.http.permissions import permission
from tenantapp.http.problems import Problem
from tenantapp.http.transactions import transaction
from tenantapp.postgres.isolation import Isolation
from tenantapp.resources.customers.models import Customer
from tests.support.customers import random_email

MARKED = "/api/v1/marked"
attempts: list[str] = []
marked = Blueprint("marked", __name__, url_prefix=MARKED)


class Refused(Problem):
    """Raised when a rule refuses it."""

    status = 409
    reason = "refused"


def add() -> Customer:
    """Add a customer by the session."""
    created = Customer(name="Ada", email=random_email())
    db.session.add(created)
    db.session.flush()
    return created


def collide_first() -> None:
    """Fail as the victim of a collision would, at the first attempt."""
    attempts.append("tried")
    if len(attempts) == 1:
        raise OperationalError("SELECT", {}, pg.SerializationFailure())


def _outcome() -> Any:
    how = request.args.get("how", "returns")
    if how == "collides":
        collide_first()
    elif how == "always collides":
        attempts.append("tried")
        raise OperationalError("SELECT", {}, pg.SerializationFailure())
    elif how == "raises":
        raise Refused("No.")
    elif how == "aborts":
        abort(404)
    elif how == "breaks":
        raise LookupError
    elif how == "answers 409":
        return {"told": "no"}, 409
    elif how == "answers nothing":
        return None
    return {"told": "yes"}, 201, {"Location": "/there", "X-Other": "1"}


@marked.post("/beneath")
@transaction
@permission("write")
def beneath() -> Any:
    add()
    return _outcome()


@transaction
@permission("write")
@marked.post("/above")
def above() -> Any:
    add()
    return _outcome()


@marked.post("/by-itself")
@permission("write")
def by_itself() -> Any:
    add()
    outcome = _outcome()
    db.session.commit()
    return outcome


@marked.post("/committed-first")
@permission("write")
def committed_first() -> Any:
    WAYS_TO_COMMIT[request.args["by"]]()
    return _outcome()


@marked.post("/twice")
@transaction
@permission("write")
def commits_in_the_middle() -> str:
    add()
    db.session.commit()
    return "never"


@marked.post("/savepoint")
@transaction
@permission("write")
def undoes_a_part() -> str:
    add()
    with db.session.begin_nested():
        add()
    part = db.session.begin_nested()
    add()
    part.rollback()
    return "two"


@marked.post("/secret")
@transaction(repeatable=False)
@permission("write")
def shows_a_secret() -> str:
    add()
    return "secret"


@marked.post("/level")
@transaction(isolation=Isolation.SERIALIZABLE)
@permission("write")
def shows_its_level() -> str:
    return str(db.session.scalar(text("SHOW transaction_isolation")))


@marked.post("/of-a-body")
@permission("write")
def works_on_a_body() -> dict[str, str]:
    sent = request.stream.read().decode() if "stream" in request.args else request.get_json()["sent"]
    collide_first()
    return {"sent": sent}


@marked.post("/reads-then-asks")
@permission("write")
def reads_then_asks() -> str:
    length = len(request.stream.read())
    db.session.scalars(select(Customer.id)).all()
    return str(length)


def _by_engine() -> None:
    with db.engine.begin() as connection:
        connection.execute(text("INSERT INTO customers (name, email) VALUES ('Ada', :email)"), _email())


def _by_connection() -> None:
    with db.engine.connect() as connection:
        connection.execute(text("INSERT INTO customers (name, email) VALUES ('Ada', :email)"), _email())
        connection.commit()


def _by_session() -> None:
    add()
    db.session.commit()


def _email() -> dict[str, str]:
    return {"email": random_email()}


WAYS_TO_COMMIT: dict[str, Callable[[], None]] = {
    "session": _by_session,
    "engine": _by_engine,
    "connection": _by_connection,
}
