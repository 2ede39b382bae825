"""A row with its children, by one statement, and what every statement on a model begins as."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import Connection

from tenantapp.db.children import fetch_with_children
from tenantapp.db.errors import RowNotFound
from tenantapp.db.repository import Repository
from tenantapp.db.session import db
from tenantapp.db.unit_of_work import changing
from tenantapp.models.scoped import living
from tenantapp.resources.customers.models import Customer
from tenantapp.resources.rcas.models import Rca, RcaSolution
from tenantapp.resources.rcas.repository import RcaRepository, RcaSolutionRepository
from tenantapp.tenancy.context import tenant_context
from tests.support.tenants import make_tenant


@pytest.fixture
def connection(app: Flask) -> Iterator[Connection]:
    with app.app_context(), tenant_context(make_tenant(app).context), changing() as connection:
        yield connection


def test_a_deleted_row_is_not_found_with_its_children(connection: Connection) -> None:
    rcas, solutions = RcaRepository(connection), RcaSolutionRepository(connection)
    rca = rcas.add({"title": "Why", "issue_description": "What was seen."})
    solution = solutions.add({"rca_id": rca.id, "description": "Restart"})
    asked = (connection, Rca, rca.id, RcaSolution, "rca_id", 9)
    found, children = fetch_with_children(*asked)
    assert (found.id, [child.id for child in children]) == (rca.id, [solution.id])
    rcas.remove(rca.id)
    with pytest.raises(RowNotFound):
        fetch_with_children(*asked)
    rcas.restore(rca.id)
    assert fetch_with_children(*asked)[1] == children


def test_no_statement_on_a_model_shows_what_is_hidden(connection: Connection) -> None:
    Repository.of(Customer)(connection).add({"name": "Ada", "email": "ada@albrecht.example"})
    connection.commit()
    assert "search" in Customer.__table__.columns
    (row,) = connection.execute(living(Customer)).all()
    assert row.name == "Ada"
    assert not hasattr(row, "search")
    selected = db.session.scalars(sa.select(Customer)).one()
    assert "search" not in vars(selected)
