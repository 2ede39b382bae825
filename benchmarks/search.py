"""How long a search takes: row-level security lets no index be used for it, so a tenant's rows are read."""

from __future__ import annotations

import statistics
import time

from flask import Flask

from benchmarks.stage import Stage, stage
from tenantapp.application import create_app
from tests.support.tenants import TenantUnderTest, make_tenant

SIZES = (1_000, 10_000, 100_000)
ROUNDS = 21
CUSTOMERS = "/api/v1/customers"
WORDS = {"everybody has it": "customer", "one has it": "customer77", "nobody has it": "nobody"}

_CUSTOMERS = """
    INSERT INTO customers (tenant_id, name, email, notes, created_at)
    SELECT %s, 'Customer ' || n, 'customer' || n || '@example.com',
           (SELECT string_agg('word' || mod(n * k, 1000), ' ') FROM generate_series(1, 40) k),
           now() - n * interval '1 minute'
    FROM generate_series(1, %s) n
"""


def main() -> None:
    """Print the median time of a request, by the tenant's size and by how many customers are found."""
    print(f"| customers of the tenant | {' | '.join(WORDS)} | {next(iter(WORDS))}, counted |")
    print("|---|" + "---|" * (len(WORDS) + 1))
    with stage() as place:
        for size in SIZES:
            print(f"| {size:,} | {' | '.join(_row(place, size))} |", flush=True)


def _row(place: Stage, size: int) -> list[str]:
    app = create_app(place.settings())
    tenant = _tenant(place, app, size)
    searches = [{"q": word} for word in WORDS.values()]
    searches.append({"q": next(iter(WORDS.values())), "count": "exact"})
    medians = [_median(tenant, search) for search in searches]
    app.extensions["tenantapp"].pool.close()
    return [f"{milliseconds:.1f} ms" for milliseconds in medians]


def _tenant(place: Stage, app: Flask, size: int) -> TenantUnderTest:
    """Make a tenant whose customers came one by one, each with a paragraph of notes."""
    tenant = make_tenant(app)
    with place.server.connect("bootstrap", place.database) as connection:
        connection.execute(_CUSTOMERS, (tenant.id, size))
        connection.execute("VACUUM ANALYZE customers")
    return tenant


def _median(tenant: TenantUnderTest, search: dict[str, str]) -> float:
    return statistics.median(_milliseconds(tenant, search) for _ in range(ROUNDS))


def _milliseconds(tenant: TenantUnderTest, search: dict[str, str]) -> float:
    begun = time.perf_counter()
    answer = tenant.request("GET", CUSTOMERS, query_string=search)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    main()
