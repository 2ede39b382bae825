"""A streamed answer: the tenant's as long as its context is kept, and nobody's after."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from flask import Response, stream_with_context
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tenantapp.db.errors import ForeignTenantSession
from tenantapp.db.session import db
from tenantapp.resources.customers.models import Customer
from tenantapp.tenancy.context import current_context, open_context_here, tenant_context
from tenantapp.tenancy.errors import MissingTenantContext
from tests.factories.customers import CustomerFactory
from tests.support.backends import all_returned
from tests.support.probes import in_request
from tests.support.tenants import TenantUnderTest

OWNERS = select(Customer.tenant_id)


@pytest.fixture
def owner(tenant: TenantUnderTest, other_tenant: TenantUnderTest) -> TenantUnderTest:
    """A tenant with rows, beside another one with rows."""
    for each in (tenant, other_tenant):
        with each.app.app_context(), tenant_context(each.context):
            db.session.add_all(CustomerFactory.build_batch(3))
            db.session.commit()
    return tenant


def _lines_of(session: Session) -> Iterator[str]:
    """Two transactions, both of them after the view has returned."""
    for _ in range(2):
        for owner in session.scalars(OWNERS.execution_options(yield_per=1)):
            yield json.dumps(str(owner)) + "\n"
        session.commit()


def _stream_in_context() -> Response:
    """Stream as a view should: Flask keeps the request, and the tenant's context is opened anew."""
    context = current_context()

    def lines() -> Iterator[str]:
        with tenant_context(context):
            yield from _lines_of(db.session())

    return Response(stream_with_context(lines()))


def _owners_in(response: TestResponse) -> list[str]:
    assert response.status_code == 200
    return [json.loads(line) for line in response.get_data().splitlines()]


def test_a_stream_that_opens_its_context_anew_is_the_tenants(owner: TenantUnderTest) -> None:
    assert _owners_in(in_request(owner, _stream_in_context)) == [str(owner.id)] * 6
    all_returned(owner.app)


def test_a_stream_takes_its_context_along_when_it_ends(
    owner: TenantUnderTest, other_tenant: TenantUnderTest
) -> None:
    for tenant in (owner, other_tenant, owner):
        assert set(_owners_in(in_request(tenant, _stream_in_context))) == {str(tenant.id)}
        assert open_context_here() is None


def test_a_stream_that_the_client_breaks_off_gives_its_connection_back(owner: TenantUnderTest) -> None:
    response = in_request(owner, _stream_in_context)
    assert next(iter(response.response))
    response.close()
    all_returned(owner.app)
    assert open_context_here() is None


def test_the_request_alone_does_not_keep_the_context(owner: TenantUnderTest) -> None:
    """Flask tears the request down when the view has returned, and then keeps it for the stream."""

    def lines() -> Iterator[str]:
        yield from _lines_of(db.session())

    with pytest.raises(MissingTenantContext):
        in_request(owner, lambda: Response(stream_with_context(lines()))).get_data()


def test_without_its_context_a_stream_of_the_engine_raises(owner: TenantUnderTest) -> None:
    def lines() -> Iterator[str]:
        with engine.connect() as connection:
            yield from (str(tenant_id) for tenant_id in connection.scalars(OWNERS))

    with owner.app.app_context():
        engine = db.engine
    with pytest.raises(MissingTenantContext):
        in_request(owner, lambda: Response(lines())).get_data()


def test_without_its_context_a_stream_of_the_session_raises(owner: TenantUnderTest) -> None:
    """Flask-SQLAlchemy finds no application to ask for an engine, before there is a tenant to ask for."""

    def lines() -> Iterator[str]:
        yield from (str(tenant_id) for tenant_id in db.session.scalars(OWNERS))

    with pytest.raises(RuntimeError, match="application context"):
        in_request(owner, lambda: Response(lines())).get_data()


def test_a_result_that_was_begun_before_the_context_ended_gives_no_more_rows(owner: TenantUnderTest) -> None:
    def work() -> Response:
        rows = db.session.scalars(OWNERS.execution_options(yield_per=1))
        return Response(str(tenant_id) for tenant_id in rows)

    with pytest.raises(SQLAlchemyError):
        in_request(owner, work).get_data()


def test_a_stream_of_a_kept_session_is_never_another_tenants(
    owner: TenantUnderTest, other_tenant: TenantUnderTest
) -> None:
    kept: list[Session] = []

    def work() -> Response:
        session = db.session()
        session.scalars(OWNERS).all()
        kept.append(session)
        return Response(_lines_of(session))

    with pytest.raises(RuntimeError, match="application context"):
        in_request(owner, work).get_data()
    app = other_tenant.app
    with app.app_context(), pytest.raises(MissingTenantContext):
        list(_lines_of(kept[0]))
    with app.app_context(), tenant_context(other_tenant.context), pytest.raises(ForeignTenantSession):
        list(_lines_of(kept[0]))
