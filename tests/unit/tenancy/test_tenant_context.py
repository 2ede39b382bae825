"""A tenant's context: what it may hold, how it is written, how long it is open."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from tenantapp.tenancy.context import (
    TenantContext,
    close_context,
    context_closed,
    current_context,
    open_context,
    open_context_here,
    tenant_context,
)
from tenantapp.tenancy.errors import InvalidTenantContext, MissingTenantContext, TenantContextAlreadyOpen

ACME = UUID("aaaaaaaa-0000-4000-8000-000000000001")
GLOBEX = UUID("bbbbbbbb-0000-4000-8000-000000000002")
KEY = UUID("cccccccc-0000-4000-8000-000000000003")


@pytest.fixture
def app() -> Flask:
    return Flask("tests")


@pytest.fixture
def _in_app(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def test_a_context_cannot_be_changed() -> None:
    context = TenantContext(ACME)
    with pytest.raises(FrozenInstanceError):
        context.tenant_id = GLOBEX  # type: ignore[misc]
    with pytest.raises((FrozenInstanceError, AttributeError, TypeError)):
        context.other = 1  # type: ignore[attr-defined]
    assert hash(context) == hash(TenantContext(ACME))


@pytest.mark.parametrize(
    "role", ["", "Admin", "ad.min", "admin\n", "ad min", "1admin", "_admin", "ädmin", "a" * 32]
)
def test_a_role_that_would_break_the_form_is_refused(role: str) -> None:
    with pytest.raises(InvalidTenantContext, match="role"):
        TenantContext(ACME, role=role)


@pytest.mark.parametrize("request_id", ["", "a.b", "a\n", "a b", "é", "a" * 65, "a\0", "a'b"])
def test_a_request_id_that_would_break_the_form_is_refused(request_id: str) -> None:
    with pytest.raises(InvalidTenantContext, match="request_id"):
        TenantContext(ACME, request_id=request_id)


@pytest.mark.parametrize("tenant_id", [None, "", str(ACME), f"{ACME}.{KEY}", 7])
def test_a_tenant_that_is_no_uuid_is_refused(tenant_id: Any) -> None:
    with pytest.raises(InvalidTenantContext, match="tenant_id"):
        TenantContext(tenant_id)


@pytest.mark.parametrize("actor_id", ["", str(KEY), f"{KEY}.admin.x", 7])
def test_an_actor_that_is_no_uuid_is_refused(actor_id: Any) -> None:
    with pytest.raises(InvalidTenantContext, match="actor_id"):
        TenantContext(ACME, actor_id)


@pytest.mark.usefixtures("_in_app")
def test_a_context_is_open_for_its_block() -> None:
    with tenant_context(TenantContext(ACME)) as context:
        assert current_context() is context
    assert open_context_here() is None


@pytest.mark.usefixtures("_in_app")
def test_a_block_that_fails_closes_its_context() -> None:
    with pytest.raises(ZeroDivisionError), tenant_context(TenantContext(ACME)):
        raise ZeroDivisionError
    assert open_context_here() is None


@pytest.mark.usefixtures("_in_app")
@pytest.mark.parametrize("second", [ACME, GLOBEX])
def test_a_second_context_inside_another_is_refused_and_changes_nothing(second: UUID) -> None:
    with tenant_context(TenantContext(ACME)) as first:
        with pytest.raises(TenantContextAlreadyOpen), tenant_context(TenantContext(second)):
            pytest.fail("a second context was opened")
        assert current_context() is first


@pytest.mark.usefixtures("_in_app")
def test_one_context_may_follow_another() -> None:
    for tenant_id in (ACME, GLOBEX):
        with tenant_context(TenantContext(tenant_id)):
            assert current_context().tenant_id == tenant_id


@pytest.mark.usefixtures("_in_app")
def test_closing_twice_is_closing_once() -> None:
    closed: list[object] = []
    with context_closed.connected_to(closed.append):
        open_context(TenantContext(ACME))
        close_context()
        close_context()
    assert closed == [None]
    assert open_context_here() is None


def test_outside_an_application_there_is_nothing_to_close_and_no_context() -> None:
    close_context()
    assert open_context_here() is None
    with pytest.raises(MissingTenantContext):
        current_context()


@pytest.mark.usefixtures("_in_app")
def test_without_a_context_asking_for_it_raises() -> None:
    with pytest.raises(MissingTenantContext):
        current_context()


def test_a_new_thread_has_no_context(app: Flask) -> None:
    def look() -> list[TenantContext | None]:
        outside = open_context_here()
        with app.app_context():
            return [outside, open_context_here()]

    with app.app_context(), tenant_context(TenantContext(ACME)), ThreadPoolExecutor(1) as threads:
        assert threads.submit(look).result() == [None, None]


def test_a_pooled_thread_does_not_keep_the_context_of_its_last_task(app: Flask) -> None:
    def serve() -> UUID:
        with app.app_context(), tenant_context(TenantContext(ACME)) as context:
            return context.tenant_id

    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(serve).result() == ACME
        assert threads.submit(open_context_here).result() is None


def test_a_nested_application_context_has_no_context_of_its_own(app: Flask) -> None:
    with app.app_context(), tenant_context(TenantContext(ACME)) as outer:
        with app.app_context():
            assert open_context_here() is None
            with tenant_context(TenantContext(GLOBEX)) as inner:
                assert current_context() is inner
        assert current_context() is outer


def test_a_context_left_open_ends_with_its_application_context(app: Flask) -> None:
    with app.app_context():
        open_context(TenantContext(ACME))
    with app.app_context():
        assert open_context_here() is None
