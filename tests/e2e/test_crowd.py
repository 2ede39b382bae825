"""Two tenants ask at once, on many connections: nobody is shown the other's rows."""

from __future__ import annotations

import http.client
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from tests.e2e.wire import CUSTOMERS, ask
from tests.support.tenants import TenantUnderTest

THREADS, REQUESTS = 16, 20


def test_each_of_two_tenants_sees_its_own_rows_whoever_else_asks(
    port: int, residents: tuple[TenantUnderTest, TenantUnderTest]
) -> None:
    def visit(number: int) -> list[tuple[int, frozenset[str], str]]:
        tenant = residents[number % 2]
        host, token = f"{tenant.subdomain}.localhost", f"Bearer {tenant.token}"
        seen = []
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            for _ in range(REQUESTS):
                answer = ask(connection, "GET", CUSTOMERS, Host=host, Authorization=token)
                seen.append((answer.status, frozenset(answer.names), tenant.subdomain))
        return seen

    with ThreadPoolExecutor(2 * THREADS) as crowd:
        seen = Counter(view for views in crowd.map(visit, range(2 * THREADS)) for view in views)

    assert seen == {
        (200, frozenset(f"{tenant.subdomain} {n}" for n in range(10)), tenant.subdomain): THREADS * REQUESTS
        for tenant in residents
    }


def test_one_connection_that_changes_tenants_shows_each_its_own(
    port: int, residents: tuple[TenantUnderTest, TenantUnderTest]
) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        for tenant in residents * 10:
            headers = {"Host": f"{tenant.subdomain}.localhost", "Authorization": f"Bearer {tenant.token}"}
            answer = ask(connection, "GET", CUSTOMERS, **headers)
            assert answer.names == {f"{tenant.subdomain} {n}" for n in range(10)}
