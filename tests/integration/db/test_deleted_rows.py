"""Where a session shows deleted rows, and where it does not: one table of cases.

There are two customers, of which one is `deleted`, and three analyses with a solution each: `open`, and
`gone`, which is deleted, of the living customer, and `kept` of the deleted one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import (
    InstrumentedAttribute,
    aliased,
    contains_eager,
    joinedload,
    selectinload,
    subqueryload,
)
from sqlalchemy.orm.interfaces import LoaderOption

from tenantapp.db.session import db
from tenantapp.resources.customers.models import Customer
from tenantapp.resources.rcas.models import Rca, RcaSolution
from tenantapp.tenancy.context import tenant_context
from tests.factories.customers import CustomerFactory
from tests.factories.rcas import RcaFactory, RcaSolutionFactory
from tests.support.tenants import TenantUnderTest

Asked = Mapping[str, bool]
Found = set[str]
Ask = Callable[[Asked], Iterable[str | None]]

NOT: Asked = {}
ASKED: Asked = {"include_deleted": True}
OTHER_CUSTOMER, OTHER_SOLUTION = aliased(Customer), aliased(RcaSolution)


class Case(NamedTuple):
    """What finds names, which it finds, and which it finds when asked for the deleted as well."""

    ask: Ask
    living: Found
    asked: Found


@pytest.fixture(autouse=True)
def _with_deleted_rows(app: Flask, tenant: TenantUnderTest) -> Iterator[None]:
    now = sa.func.now()
    with app.app_context(), tenant_context(tenant.context):
        living = CustomerFactory(name="living")
        deleted = CustomerFactory(name="deleted", deleted_at=now)
        for title, customer, gone in (
            ("open", living, None),
            ("gone", living, now),
            ("kept", deleted, None),
        ):
            rca = RcaFactory(title=title, customer=customer, deleted_at=gone)
            rca.solutions.append(RcaSolutionFactory(description=f"of {title}"))
            db.session.add(rca)
        db.session.commit()
        db.session.expunge_all()
        yield


def scalars(statement: sa.Select[Any]) -> Ask:
    return lambda asked: db.session.scalars(statement.execution_options(**asked)).unique()


def number(statement: sa.Select[Any]) -> Ask:
    return lambda asked: [str(db.session.scalar(statement.execution_options(**asked)))]


def changed(statement: sa.Update | sa.Delete) -> Ask:
    return lambda asked: [str(db.session.execute(statement.execution_options(**asked)).rowcount)]


def collection(held: InstrumentedAttribute[Any], how: Callable[..., LoaderOption] | None = None) -> Ask:
    """Ask for the names in a collection of every row that has one."""

    def ask(asked: Asked) -> Iterator[str]:
        statement = sa.select(held.class_).execution_options(**asked)
        for row in db.session.scalars(statement.options(how(held)) if how else statement).unique():
            yield from map(name_of, getattr(row, held.key))

    return ask


def target(held: InstrumentedAttribute[Any], how: Callable[..., LoaderOption] | None = None) -> Ask:
    """Ask for what the living rows refer to, and tell whether it is marked."""

    def ask(asked: Asked) -> Iterator[str]:
        statement = sa.select(held.class_).execution_options(**asked)
        for row in db.session.scalars(statement.options(how(held)) if how else statement):
            one = getattr(row, held.key)
            yield name_of(one) + (", marked" if one.deleted_at else "")

    return ask


def joined_targets(asked: Asked) -> Iterator[str]:
    statement = sa.select(Rca).outerjoin(Rca.customer).options(contains_eager(Rca.customer))
    for rca in db.session.scalars(statement.execution_options(**asked)):
        yield rca.customer.name if rca.customer else "None"


def name_of(row: Any) -> str:
    return str(next(getattr(row, key) for key in ("name", "title", "description") if hasattr(row, key)))


def got(model: Any, name: InstrumentedAttribute[str]) -> Ask:
    """Ask for every row by its id, with nothing in the session, and again with all of them there."""

    def ask(asked: Asked) -> Iterator[str]:
        ids = db.session.scalars(sa.select(model.id).execution_options(**ASKED)).all()
        fresh = [row for row_id in ids if (row := db.session.get(model, row_id, execution_options=asked))]
        held = db.session.scalars(sa.select(model).execution_options(**ASKED)).all()
        again = [row for row_id in ids if (row := db.session.get(model, row_id, execution_options=asked))]
        assert fresh == again
        assert len(held) > 1
        yield from map(name_of, again)

    return ask


BOTH, CUSTOMERS, LIVING = {"living", "deleted"}, sa.select(Customer.name), {"living"}
SOLUTIONS, ALL_SOLUTIONS = {"of open", "of kept"}, {"of open", "of kept", "of gone"}
TARGETS = {"living", "deleted, marked"}

CASES = {
    "get": Case(got(Customer, Customer.name), LIVING, BOTH),
    "get of a part": Case(got(RcaSolution, RcaSolution.description), SOLUTIONS, ALL_SOLUTIONS),
    "select": Case(lambda asked: map(name_of, scalars(sa.select(Customer))(asked)), LIVING, BOTH),
    "select of columns": Case(scalars(CUSTOMERS), LIVING, BOTH),
    "select of parts": Case(scalars(sa.select(RcaSolution.description)), SOLUTIONS, ALL_SOLUTIONS),
    "legacy query": Case(
        lambda asked: map(name_of, db.session.query(Customer).execution_options(**asked)), LIVING, BOTH
    ),
    "aliased": Case(scalars(sa.select(OTHER_CUSTOMER.name)), LIVING, BOTH),
    "aliased parts": Case(scalars(sa.select(OTHER_SOLUTION.description)), SOLUTIONS, ALL_SOLUTIONS),
    "aliased subquery": Case(scalars(sa.select(sa.select(Customer).subquery().c.name)), LIVING, BOTH),
    "union": Case(scalars(CUSTOMERS.union(CUSTOMERS)), LIVING, BOTH),  # type: ignore[arg-type]
    "count": Case(number(sa.select(sa.func.count()).select_from(Customer)), {"1"}, {"2"}),
    "count of a column": Case(number(sa.select(sa.func.count(Customer.id))), {"1"}, {"2"}),
    "count of parts": Case(number(sa.select(sa.func.count()).select_from(RcaSolution)), {"2"}, {"3"}),
    "exists": Case(number(sa.select(sa.exists().where(Customer.name == "deleted"))), {"False"}, {"True"}),
    "exists by select": Case(
        number(sa.exists().where(Customer.name == "deleted").select()), {"False"}, {"True"}
    ),
    "any": Case(scalars(CUSTOMERS.where(Customer.rcas.any(title="gone"))), set(), LIVING),
    "has": Case(scalars(sa.select(Rca.title).where(Rca.customer.has(name="deleted"))), set(), {"kept"}),
    "in": Case(
        scalars(sa.select(Rca.title).where(Rca.customer_id.in_(sa.select(Customer.id)))),
        {"open"},
        {"open", "gone", "kept"},
    ),
    "join": Case(scalars(sa.select(Rca.title).join(Rca.customer)), {"open"}, {"open", "gone", "kept"}),
    "join of a collection": Case(
        scalars(sa.select(Rca.title).join_from(Customer, Customer.rcas)), {"open"}, {"open", "gone", "kept"}
    ),
    "join of parts and wholes": Case(
        scalars(sa.select(RcaSolution.description).join(RcaSolution.rca).where(Rca.title != "open")),
        {"of kept"},
        {"of kept", "of gone"},
    ),
    "outer join": Case(
        scalars(sa.select(Customer.name).select_from(Rca).outerjoin(Rca.customer).where(Rca.title == "kept")),
        {None},  # type: ignore[arg-type]
        {"deleted"},
    ),
    "lazy collection": Case(collection(Customer.rcas), {"open"}, {"open", "kept"}),
    "selectinload": Case(collection(Customer.rcas, selectinload), {"open"}, {"open", "gone", "kept"}),
    "subqueryload": Case(collection(Customer.rcas, subqueryload), {"open"}, {"open", "gone", "kept"}),
    "joinedload": Case(collection(Customer.rcas, joinedload), {"open"}, {"open", "gone", "kept"}),
    "lazy parts": Case(collection(Rca.solutions), SOLUTIONS, SOLUTIONS),
    "selectinload of parts": Case(collection(Rca.solutions, selectinload), SOLUTIONS, ALL_SOLUTIONS),
    "joinedload of parts": Case(collection(Rca.solutions, joinedload), SOLUTIONS, ALL_SOLUTIONS),
    "lazy many-to-one": Case(target(Rca.customer), TARGETS, TARGETS),
    "selectinload of many-to-one": Case(target(Rca.customer, selectinload), TARGETS, TARGETS),
    "subqueryload of many-to-one": Case(target(Rca.customer, subqueryload), TARGETS, TARGETS),
    "joinedload of many-to-one": Case(target(Rca.customer, joinedload), TARGETS, TARGETS),
    # What stands in the join is what is shown, as SQLAlchemy has it.
    "contains_eager of many-to-one": Case(joined_targets, {"living", "None"}, BOTH),
    "update": Case(changed(sa.update(Customer).values(name="new")), {"1"}, {"2"}),
    "update of parts": Case(changed(sa.update(RcaSolution).values(description="new")), {"2"}, {"3"}),
    "delete": Case(changed(sa.delete(RcaSolution)), {"2"}, {"3"}),
}
UNREACHED = {
    "table": lambda: db.session.scalars(sa.select(Customer.__table__.c.name)),
    "text": lambda: db.session.scalars(sa.text("SELECT name FROM customers")),
    "select from text": lambda: db.session.scalars(
        sa.select(Customer.name).from_statement(sa.text("SELECT name FROM customers"))
    ),
    "connection": lambda: db.session.connection().execute(CUSTOMERS).scalars(),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_deleted_rows_are_left_out_unless_asked_for(case: Case) -> None:
    assert set(case.ask(NOT)) == case.living
    db.session.rollback()
    db.session.expunge_all()
    assert set(case.ask(ASKED)) == case.asked


def test_what_the_session_holds_is_refreshed_though_it_is_deleted() -> None:
    for model in (Customer, RcaSolution):
        for row in db.session.scalars(sa.select(model).execution_options(**ASKED)).all():
            name = name_of(row)
            db.session.refresh(row)
            db.session.expire(row)
            assert name_of(row) == name


def test_a_row_deleted_in_the_session_is_gone_from_what_comes_after() -> None:
    customer = db.session.scalars(sa.select(Customer)).one()
    customer.deleted_at = sa.func.now()
    assert db.session.get(Customer, customer.id) is None
    assert db.session.scalars(sa.select(Customer)).all() == []
    customer.deleted_at = None
    assert db.session.get(Customer, customer.id) is customer
    assert db.session.scalars(sa.select(Customer)).all() == [customer]


def test_a_deleted_row_can_be_changed_and_restored_by_who_asked_for_it() -> None:
    statement = sa.select(Customer).where(Customer.name == "deleted").execution_options(**ASKED)
    customer = db.session.scalars(statement).one()
    customer.name, customer.deleted_at = "restored", None
    db.session.commit()
    assert set(db.session.scalars(CUSTOMERS)) == {"living", "restored"}


def test_an_update_by_primary_keys_reaches_deleted_rows() -> None:
    rows = db.session.scalars(sa.select(Customer).execution_options(**ASKED)).all()
    keys = [{key: getattr(row, key) for key in ("tenant_id", "id", "row_version")} for row in rows]
    db.session.execute(sa.update(Customer), [{**key, "name": "new"} for key in keys])
    assert db.session.scalars(CUSTOMERS.execution_options(**ASKED)).all() == ["new", "new"]


def test_deleting_an_object_removes_its_row() -> None:
    solution = db.session.scalars(sa.select(RcaSolution)).first()
    db.session.delete(solution)
    db.session.flush()
    assert db.session.scalar(sa.text("SELECT count(*) FROM rca_solutions")) == 2


@pytest.mark.parametrize("ask", UNREACHED.values(), ids=UNREACHED)
def test_what_names_no_model_shows_deleted_rows(ask: Callable[[], Iterable[str]]) -> None:
    assert set(ask()) == BOTH
