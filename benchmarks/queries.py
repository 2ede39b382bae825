"""What isolation costs the database: a backend's processor time for a statement."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.stage import Stage
from tenantapp.rls.operations.functions import function_text
from tenantapp.tenancy.context import TenantContext
from tests.support.sealing import sealed
from tests.support.tenants import TenantUnderTest

ROUNDS = 15
STATEMENTS = 300
_ROWS = 200

_FILL = """
    INSERT INTO users (tenant_id, id, name, email, role, status)
    SELECT {tenant}, md5('user' || n)::uuid, 'User ' || n, 'user' || n || '@example.com', 'member', 'active'
      FROM generate_series(1, {rows}) n;
    INSERT INTO services (tenant_id, id, name, status, owner_id)
    SELECT {tenant}, md5('service' || n)::uuid, 'Service ' || n, 'operational', md5('user' || n)::uuid
      FROM generate_series(1, {rows}) n;
    INSERT INTO deployments (tenant_id, service_id, version, environment, status)
    SELECT {tenant}, md5('service' || n)::uuid, '1.0', 'production', 'pending'
      FROM generate_series(1, {rows}) n
"""
# `{and_…}` is the filter by hand, where there is one; the policies' stands in its place elsewhere.
QUERIES = {
    "point": "SELECT * FROM customers c WHERE c.id = {customer}{and_c}",
    "list of 50": """
        SELECT * FROM customers c WHERE c.deleted_at IS NULL{and_c}
         ORDER BY c.created_at DESC, c.id LIMIT 50""",
    "join of three": """
        SELECT d.version, s.name, u.name FROM deployments d
          JOIN services s ON s.tenant_id = d.tenant_id AND s.id = d.service_id
          JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.owner_id
         WHERE d.service_id = md5('service7')::uuid{and_d}{and_s}{and_u}""",
    "insert": """
        INSERT INTO customers ({tenant_column}name, email)
        VALUES ({tenant_value}'Ada', gen_random_uuid() || '@example.com')""",
}


@contextmanager
def copy_without_seal(place: Stage) -> Iterator[Stage]:
    """Lend a copy of the database whose policies believe a plain variable."""
    with place.server.clone(place.database) as name:
        with place.server.connect("bootstrap", name) as connection:
            unsealed = function_text("tenancy.current_context()", 1).replace("CREATE", "CREATE OR REPLACE", 1)
            connection.execute(sql.SQL(unsealed))
            connection.execute("VACUUM ANALYZE")
        yield Stage(place.server, name)


def written(context: TenantContext) -> str:
    """Return a context as a plain variable holds it."""
    return f"v1.{context.tenant_id}.{context.actor_id or ''}.{context.role}.{context.request_id}"


def fill(place: Stage, tenant: TenantUnderTest) -> None:
    """Give a tenant what the join reads."""
    with place.server.connect("bootstrap", place.database) as connection:
        connection.execute(sql.SQL(_FILL).format(tenant=tenant.id, rows=_ROWS))
        connection.execute("VACUUM ANALYZE")


def measure(
    sealed_stage: Stage, variable: Stage, by_hand: Stage, tenant: TenantUnderTest, customer: str
) -> Iterator[str]:
    """Yield the microseconds of each way, taken in turn, and their ratios to the filter by hand."""
    stages = (by_hand, variable, sealed_stage)
    with (
        closing(_connect(by_hand)) as first,
        closing(_connect(variable)) as second,
        closing(_connect(sealed_stage)) as third,
    ):
        for name in QUERIES:
            # A token is good for a minute.
            tokens = ("", written(tenant.context), sealed(third, tenant.context))
            for prepared in (True, False):
                taken: list[list[float]] = [[] for _ in stages]
                for _ in range(ROUNDS):
                    for place, connection in enumerate((first, second, third)):
                        query = _query(name, tenant, customer, by_hand=place == 0)
                        taken[place].append(_cpu(connection, tokens[place], query, prepared))
                plain, *others = (statistics.median(times) for times in taken)
                ratios = " / ".join(f"{other / plain:.2f}" for other in others)
                micros = " / ".join(f"{value:.1f}" for value in (plain, *others))
                yield f"{name}, {'prepared' if prepared else 'not prepared'}: {micros} µs; ratios {ratios}"


def _connect(place: Stage) -> psycopg.Connection[Any]:
    address = place.server.address("app", place.database).set(drivername="postgresql")
    return psycopg.connect(address.render_as_string(hide_password=False))


def _query(name: str, tenant: TenantUnderTest, customer: str, *, by_hand: bool) -> sql.Composed:
    filters = {
        f"and_{alias}": sql.SQL(" AND {}.tenant_id = {}").format(sql.Identifier(alias), str(tenant.id))
        if by_hand
        else sql.SQL("")
        for alias in "cdsu"
    }
    return sql.SQL(QUERIES[name]).format(
        **filters,
        customer=customer,
        tenant_column=sql.SQL("tenant_id, " if by_hand else ""),
        tenant_value=sql.SQL("{}, ").format(str(tenant.id)) if by_hand else sql.SQL(""),
    )


def _cpu(connection: psycopg.Connection[Any], token: str, query: sql.Composed, prepared: bool) -> float:
    """Return what a statement takes of the backend's processor time, in microseconds."""
    with connection.transaction(force_rollback=True):
        if token:
            connection.execute("SELECT set_config('tenancy.context', %s, true)", (token,))
        for _ in range(10):
            connection.execute(query, prepare=prepared)
        before = _on_cpu(connection)
        for _ in range(STATEMENTS):
            connection.execute(query, prepare=prepared)
        return (_on_cpu(connection) - before) / STATEMENTS / 1e3


def _on_cpu(connection: psycopg.Connection[Any]) -> int:
    """Return the nanoseconds that the backend has been on a processor, as Linux counts them."""
    return int(Path(f"/proc/{connection.info.backend_pid}/schedstat").read_text().split()[0])
