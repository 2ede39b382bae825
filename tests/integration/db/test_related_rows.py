"""Relationships between models are plain ones: they join by the reference, and stay in the tenant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import configure_mappers, joinedload, selectinload
from sqlalchemy.orm.exc import ObjectDeletedError

from tenantapp.db.session import db
from tenantapp.models.base import Base
from tenantapp.resources.customers.models import Customer
from tenantapp.resources.rcas.models import Rca, RcaSolution
from tenantapp.resources.services.models import Deployment, Service
from tenantapp.tenancy.context import tenant_context
from tenantapp.testing.observation import traffic
from tests.factories.customers import CustomerFactory
from tests.factories.rcas import RcaFactory, RcaSolutionFactory
from tests.factories.services import ServiceFactory
from tests.support.probes import in_request
from tests.support.tenants import TenantUnderTest


@contextmanager
def as_tenant(app: Flask, tenant: TenantUnderTest) -> Iterator[None]:
    """Work in a tenant's context, with a session that has seen nothing yet."""
    with app.app_context(), tenant_context(tenant.context):
        yield


@pytest.fixture
def shared_id(app: Flask, tenant: TenantUnderTest, other_tenant: TenantUnderTest) -> UUID:
    """The id that a customer of each tenant has, with an analysis each: the key of a table allows it."""
    row_id = uuid4()
    for each in (tenant, other_tenant):
        with as_tenant(app, each):
            customer = CustomerFactory(id=row_id, name=str(each.id))
            customer.rcas.append(RcaFactory(title=str(each.id)))
            db.session.add(customer)
            db.session.commit()
    return row_id


def test_every_relationship_joins_by_ids_alone() -> None:
    configure_mappers()
    found = [each for mapper in Base.registry.mappers for each in mapper.relationships]
    assert {"Rca.customer", "Customer.rcas", "Service.deployments"} <= {str(each) for each in found}
    for each in found:
        for one, other in each.local_remote_pairs:
            assert {one.name, other.name} & {"id"}, each
            assert "tenant_id" not in {one.name, other.name}, each


def test_get_takes_the_id_alone_and_asks_once(app: Flask, tenant: TenantUnderTest) -> None:
    with as_tenant(app, tenant):
        customer = CustomerFactory()
        db.session.add(customer)
        db.session.commit()
        row_id = customer.id
        db.session.expunge_all()
        with traffic(app) as seen:
            found = db.session.get(Customer, row_id)
            assert found is db.session.get(Customer, row_id)
        assert found is not None
        assert found.tenant_id == tenant.id
        assert len(seen.statements) == 1
        assert db.get_or_404(Customer, row_id) is found


def test_what_is_appended_is_written_with_its_reference(app: Flask, tenant: TenantUnderTest) -> None:
    with as_tenant(app, tenant):
        service = ServiceFactory()
        service.deployments.append(Deployment(version="1", environment="test"))
        db.session.add(service)
        db.session.commit()
        deployment = db.session.scalars(sa.select(Deployment)).one()
        assert (deployment.service_id, deployment.service) == (service.id, service)
        assert deployment.tenant_id == tenant.id


def test_none_empties_the_reference_and_leaves_the_tenant(app: Flask, tenant: TenantUnderTest) -> None:
    with as_tenant(app, tenant):
        customer = CustomerFactory()
        first, second = RcaFactory(customer=customer), RcaFactory(customer=customer)
        db.session.add_all([first, second])
        db.session.commit()
        first.customer = None
        customer.rcas.remove(second)
        with traffic(app) as seen:
            db.session.commit()
        written = [statement for statement in seen.statements if statement.startswith("UPDATE rcas")]
        assert written
        assert not [statement for statement in written if "tenant_id=" in statement.split("WHERE")[0]]
        rows = db.session.execute(sa.select(Rca.customer_id, Rca.tenant_id)).all()
        assert rows == [(None, tenant.id), (None, tenant.id)]


def test_collections_and_their_other_ends_take_a_statement_a_level(
    app: Flask, tenant: TenantUnderTest
) -> None:
    with as_tenant(app, tenant):
        for _ in range(5):
            rca = RcaFactory(service=ServiceFactory(), solutions=RcaSolutionFactory.build_batch(3))
            db.session.add(rca)
        db.session.commit()
    with as_tenant(app, tenant), traffic(app) as seen:
        loaded = selectinload(Rca.solutions), joinedload(Rca.service)
        found = db.session.scalars(sa.select(Rca).options(*loaded)).all()
        assert [len(rca.solutions) for rca in found] == [3] * 5
        assert all(rca.service for rca in found)
        # The analyses are in the session: no statement is needed for the way back.
        assert all(solution.rca is rca for rca in found for solution in rca.solutions)
        assert len(seen.statements) == 2


def test_a_row_of_the_same_id_is_each_tenants_own(
    app: Flask, tenant: TenantUnderTest, other_tenant: TenantUnderTest, shared_id: UUID
) -> None:
    for each in (tenant, other_tenant):
        own = str(each.id)
        for how in (None, selectinload(Customer.rcas), joinedload(Customer.rcas)):
            with as_tenant(app, each):
                statement = sa.select(Customer) if how is None else sa.select(Customer).options(how)
                customer = db.session.scalars(statement).unique().one()
                assert (customer.id, customer.name, customer.tenant_id) == (shared_id, own, each.id)
                assert [rca.title for rca in customer.rcas] == [own]
        for how in (None, selectinload(Rca.customer), joinedload(Rca.customer)):
            with as_tenant(app, each):
                statement = sa.select(Rca) if how is None else sa.select(Rca).options(how)
                rca = db.session.scalars(statement).one()
                assert rca.customer is not None
                assert (rca.customer.name, rca.customer.tenant_id) == (own, each.id)
        with as_tenant(app, each):
            joined = sa.select(Customer.name, Rca.title).join(Customer.rcas)
            assert db.session.execute(joined).all() == [(own, own)]


def test_another_tenants_row_is_not_got_and_not_referred_to(
    app: Flask, tenant: TenantUnderTest, other_tenant: TenantUnderTest
) -> None:
    with as_tenant(app, other_tenant):
        theirs, its = CustomerFactory(), RcaFactory()
        db.session.add_all([theirs, its])
        db.session.commit()
        foreign, foreign_rca = theirs.id, its.id
    with as_tenant(app, tenant):
        ask = {"execution_options": {"include_deleted": True}}
        assert db.session.get(Customer, foreign) is None
        assert db.session.get(Customer, foreign, **ask) is None
        for forged in (RcaFactory(customer_id=foreign), RcaSolutionFactory(rca_id=foreign_rca)):
            db.session.add(forged)
            with pytest.raises(IntegrityError, match="foreign key"):
                db.session.flush()
            db.session.rollback()
        # Not written, the reference leads nowhere either.
        unsaved = RcaFactory(customer_id=foreign)
        db.session().enable_relationship_loading(unsaved)
        assert unsaved.customer is None


def test_another_tenants_object_carries_nothing_over(
    app: Flask, tenant: TenantUnderTest, other_tenant: TenantUnderTest
) -> None:
    with as_tenant(app, other_tenant):
        theirs = CustomerFactory()
        db.session.add(theirs)
        db.session.commit()
        foreign, name = theirs.id, theirs.name
        db.session.expunge(theirs)
    with as_tenant(app, tenant):
        db.session.add(RcaFactory(customer=theirs))
        with pytest.raises(IntegrityError, match="foreign key"):
            db.session.flush()
        db.session.rollback()
        # What was theirs is forgotten with the transaction, and not to be read again.
        with pytest.raises(ObjectDeletedError):
            theirs.name  # noqa: B018
        db.session.expunge_all()
        db.session.add(Customer(id=foreign, name="Taken", email="own@customers.example"))
        db.session.commit()
    with as_tenant(app, other_tenant):
        kept = db.session.get(Customer, foreign)
        assert kept is not None
        assert (kept.name, kept.rcas) == (name, [])


def test_no_flush_writes_another_tenants_id(
    app: Flask, tenant: TenantUnderTest, other_tenant: TenantUnderTest
) -> None:
    with as_tenant(app, tenant):
        db.session.add(CustomerFactory(tenant_id=other_tenant.id))
        with pytest.raises(ProgrammingError, match="row-level security"):
            db.session.flush()
        db.session.rollback()
        own = CustomerFactory()
        db.session.add(own)
        db.session.commit()
        own.tenant_id = other_tenant.id
        with pytest.raises(ProgrammingError, match="row-level security"):
            db.session.flush()
        db.session.rollback()
        own_service = Service(name="Own", tenant_id=other_tenant.id)
        own_service.deployments.append(Deployment(version="1", environment="test"))
        db.session.add(own_service)
        with pytest.raises(ProgrammingError, match="row-level security"):
            db.session.flush()


def test_a_solution_names_its_analysis_both_ways(app: Flask, tenant: TenantUnderTest) -> None:
    with as_tenant(app, tenant):
        rca = RcaFactory()
        solution = RcaSolution(description="Restart", rca=rca)
        db.session.add(rca)
        assert rca.solutions == [solution]
        db.session.commit()
        assert solution.rca_id == rca.id


def test_a_row_that_others_refer_to_is_not_deleted_and_they_keep_their_references(
    app: Flask, tenant: TenantUnderTest
) -> None:
    with as_tenant(app, tenant):
        service = ServiceFactory()
        rca = RcaFactory(service=service)
        db.session.add(rca)
        db.session.commit()
        assert service.rcas == [rca]
        db.session.delete(service)
        with pytest.raises(IntegrityError, match="fk_rcas_services"):
            db.session.flush()
        db.session.rollback()
        assert (rca.service_id, rca.service) == (service.id, service)


def test_a_view_that_deletes_what_others_refer_to_is_answered_as_the_standard_verb_is(
    first: TenantUnderTest,
) -> None:
    service = first.create("/api/v1/services", name="Checkout")["id"]
    first.create(f"/api/v1/services/{service}/deployments", version="1", environment="test")

    def work() -> None:
        db.session.delete(db.session.get(Service, UUID(service)))
        db.session.commit()

    answers = in_request(first, work), first.request("DELETE", f"/api/v1/services/{service}")
    said = [(answer.status_code, answer.json["type"], answer.json["detail"]) for answer in answers]
    assert said[0] == said[1]
    assert said[0][:2] == (409, "urn:tenantapp:problem:in-use")
