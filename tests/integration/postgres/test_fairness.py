"""No tenant holds more of the pool than its share, so that the others find a connection."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from uuid import UUID

import pytest
from psycopg_pool import PoolTimeout

from tenantapp.postgres.shares import Shares
from tenantapp.settings.load import load_settings
from tenantapp.tenancy.context import TenantContext, tenant_context
from tests.integration.postgres.conftest import MakeApp
from tests.support.backends import eventually, pool_of
from tests.support.databases import Server
from tests.support.tenants import make_tenant

CUSTOMERS = "/api/v1/customers"
ADA = {"name": "Ada", "email": "ada@example.com"}
ONE, TWO = UUID(int=1), UUID(int=2)
REQUESTS = 40


def test_a_tenant_whose_every_request_waits_for_a_lock_leaves_connections_to_the_others(
    make_app: MakeApp, server: Server, database: str
) -> None:
    app = make_app(pool_min_size=4, pool_max_size=4)
    hot, other = make_tenant(app), make_tenant(app)
    path = f"{CUSTOMERS}/{hot.create(CUSTOMERS, **ADA)['id']}"
    assert other.request("GET", CUSTOMERS).status_code == 200
    with (
        server.connect("bootstrap", database, autocommit=False) as rival,
        ThreadPoolExecutor(REQUESTS) as threads,
    ):
        rival.execute("SELECT FROM customers FOR UPDATE")
        waiting = [
            threads.submit(hot.request, "PATCH", path, json={"name": str(number)})
            for number in range(REQUESTS)
        ]
        eventually(lambda: len(pool_of(app).pool.loans._open) == 3)
        for _ in range(10):
            started = time.perf_counter()
            assert other.request("GET", CUSTOMERS).status_code == 200
            assert time.perf_counter() - started < 1.5
        assert len(pool_of(app).pool.loans._open) == 3
        rival.rollback()
        assert {answer.result().status_code for answer in waiting} <= {200, 503}
    assert hot.request("PATCH", path, json={"name": "Ada"}).status_code == 200


def test_a_request_that_holds_one_gets_a_second_though_its_tenant_has_its_share(make_app: MakeApp) -> None:
    app = make_app(pool_min_size=2, pool_max_size=2, pool_tenant_share=1)
    with app.app_context(), tenant_context(TenantContext(ONE)), ExitStack() as held:
        for _ in range(2):
            held.enter_context(closing(pool_of(app).connect()))
    assert pool_of(app).pool.shares._by_tenant == {}


def test_a_share_is_given_back_by_whichever_thread_gives_the_connection_back(make_app: MakeApp) -> None:
    app = make_app(pool_min_size=1, pool_max_size=2, pool_tenant_share=1)
    with ThreadPoolExecutor(1) as other:
        other.submit(pool_of(app).connect).result().close()
        with closing(pool_of(app).connect()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    assert pool_of(app).pool.shares._by_thread == {}


def test_who_waits_for_a_turn_gets_it_when_one_comes_back() -> None:
    shares = Shares(1, 2)
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as another, ThreadPoolExecutor(1) as third:
        first = one.submit(shares.take, ONE, 0).result()
        second = another.submit(shares.take, ONE, 5)
        assert third.submit(shares.take, TWO, 0).result()[0] == TWO
        assert not second.done()
        shares.give_back(first)
        assert second.result(5)[0] == ONE


def test_a_tenant_alone_may_hold_more_than_its_share_but_never_all() -> None:
    shares = Shares(5, 10)

    def hold(tenant_id: UUID) -> bool:
        try:
            threads.enter_context(ThreadPoolExecutor(1)).submit(shares.take, tenant_id, 0).result()
        except PoolTimeout:
            return False
        return True

    with ExitStack() as threads:
        assert [hold(ONE) for _ in range(9)] == [True] * 8 + [False]
        assert [hold(TWO) for _ in range(2)] == [True, True]


def test_who_waits_in_vain_is_told_so_in_time() -> None:
    shares = Shares(1, 2)
    with ThreadPoolExecutor(1) as threads:
        threads.submit(shares.take, ONE, 0).result()
        started = time.perf_counter()
        with pytest.raises(PoolTimeout, match="its share of 1"):
            shares.take(ONE, 0.2)
        assert 0.2 <= time.perf_counter() - started < 1


@pytest.mark.parametrize(("most", "share"), [(1, 1), (9, 5), (10, 5)])
def test_the_share_is_half_of_the_pool_unless_it_is_set(make_app: MakeApp, most: int, share: int) -> None:
    assert pool_of(make_app(pool_min_size=1, pool_max_size=most)).pool.shares.share == share
    assert pool_of(make_app(pool_max_size=10, pool_tenant_share=3)).pool.shares.share == 3
    settings = load_settings({"APP_ENV": "testing", "POOL_TENANT_SHARE": "7"}, dotenv=None)
    assert settings.pool_tenant_share == 7
