"""The data of benchmarks/http.py: made once, kept in the instance folder, found again by the next run."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from alembic.script import ScriptDirectory
from flask_migrate import upgrade
from psycopg import sql

from benchmarks.servers import CONTEXT_KEY
from benchmarks.stage import ROOT
from tenantapp.application import create_app
from tenantapp.embedded import EmbeddedServer
from tenantapp.platform.context_keys import install_key
from tenantapp.platform.preparation import create_roles, prepare_database
from tenantapp.postgres.roles import RoleNames
from tenantapp.settings.load import ROOT as PROJECT
from tests.support.databases import LIMITS, PASSWORDS, Server

PREFIX = "benchmark"
# The plain application sorts all that it exports at once.
_LIMITS = replace(LIMITS, temp_file_mb=1024)

_TENANTS = """
    INSERT INTO control.databases (name) VALUES ('this') ON CONFLICT DO NOTHING;
    INSERT INTO tenants (name, subdomain)
      SELECT 'Tenant ' || n, 'tenant-' || n FROM generate_series(1, {tenants}) n;
    INSERT INTO control.directory (subdomain, tenant_id, database_id)
      SELECT t.subdomain, t.id, d.id FROM tenants t, control.databases d WHERE d.name = 'this';
    INSERT INTO api_keys (tenant_id, name, prefix, secret_sha256, scopes)
      SELECT id, 'load', lpad(substr(subdomain, 8), 12, '0'),
             sha256(('tk_' || lpad(substr(subdomain, 8), 12, '0') || '_secret')::bytea), '{{read,write}}'
        FROM tenants;
"""
_CUSTOMERS = """
    INSERT INTO customers (tenant_id, name, email, phone, status, notes, created_at, updated_at)
    SELECT t.id, 'Customer ' || c, 'customer' || c || '@example.com', '+49 30 ' || (1000000 + c),
           (ARRAY['active', 'inactive', 'prospect'])[c % 3 + 1],
           'Met at the fair; wants an offer for ' || c || ' pieces.',
           moment, moment
      FROM tenants t, generate_series(1, greatest(1, round({rows} * {share})::integer)) c,
           LATERAL (SELECT timestamptz '2026-01-01' + c * interval '1 second' AS moment)
     ORDER BY random()
"""
# Each tenant has a few services, of which each was deployed ten times.
_SERVICES = """
    INSERT INTO services (tenant_id, name, description, created_at, updated_at)
    SELECT t.id, 'Service ' || s, 'Takes orders and payments.', moment, moment
      FROM tenants t, generate_series(1, 4) s,
           LATERAL (SELECT timestamptz '2026-01-01' + s * interval '1 second' AS moment);
    INSERT INTO deployments (tenant_id, service_id, version, environment, status, started_at, finished_at,
                             notes, created_at, updated_at)
    SELECT s.tenant_id, s.id, '2026.' || d, (ARRAY['test', 'production'])[d % 2 + 1], 'succeeded',
           moment, moment + interval '1 minute', 'Behind a feature flag.', moment, moment
      FROM services s, generate_series(1, 10) d,
           LATERAL (SELECT s.created_at + d * interval '1 hour' AS moment)
     ORDER BY random();
"""
# The n-th tenant has an n-th of what the first has.
_SKEWED = "1.0 / substr(t.subdomain, 8)::integer / (SELECT sum(1.0 / n) FROM generate_series(1, {tenants}) n)"
_EVEN = "1.0 / {tenants}"
_TARGETS = """
    SELECT t.subdomain, c.id,
           (SELECT id FROM services WHERE tenant_id = t.id ORDER BY md5(id::text || c.id) LIMIT 1)
      FROM customers c JOIN tenants t ON t.id = c.tenant_id
     ORDER BY c.id LIMIT %s
"""
# What was loaded at another revision, or by other statements, is loaded anew.
_REVISION = " ".join(ScriptDirectory(str(PROJECT / "migrations")).get_heads())
LOADED = f"{_REVISION} {hashlib.sha256(f'{_TENANTS}{_CUSTOMERS}{_SERVICES}'.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Dataset:
    """How many tenants share how many customers, and whether evenly."""

    tenants: int
    rows: int
    skewed: bool = True

    @property
    def database(self) -> str:
        """The name of the database that holds it."""
        return f"load_{self.tenants}_{self.rows}_{'skewed' if self.skewed else 'even'}"


@dataclass(frozen=True, slots=True)
class Target:
    """What one request asks for."""

    subdomain: str
    customer_id: UUID
    service_id: UUID

    @property
    def token(self) -> str:
        """The token of the tenant's key."""
        return f"tk_{self.subdomain.removeprefix('tenant-'):0>12}_secret"


@contextmanager
def benchmark_server() -> Iterator[Server]:
    """Lend the server that keeps the data, with roles of a prefix of its own."""
    with EmbeddedServer(ROOT) as embedded:
        yield prepared(embedded)


def prepared(started: EmbeddedServer) -> Server:
    """Return a server with its roles."""
    server = Server(started.superuser_url, RoleNames(PREFIX))
    with server.connect("bootstrap", "postgres") as connection:
        create_roles(connection, server.names, PASSWORDS, _LIMITS)
    return server


def load(server: Server, dataset: Dataset) -> str:
    """Return the name of a migrated database that holds the data set."""
    name = dataset.database
    if not _is_loaded(server, name):
        print(f"loading {dataset.rows:,} customers of {dataset.tenants:,} tenants", flush=True)
        _create(server, name, template="template1")
        _fill(server, dataset)
        _mark_loaded(server, name)
    return name


def without_rls(server: Server, original: str) -> str:
    """Return the name of a copy in which no table has row-level security."""
    name = f"{original}_plain"
    if not _is_loaded(server, name):
        print("copying them into a database without row-level security", flush=True)
        _create(server, name, template=original)
        with server.connect("bootstrap", name) as connection:
            tables = connection.execute(
                "SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity AND relkind = 'r'"
            )
            for (table,) in tables.fetchall():
                connection.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
            connection.execute("VACUUM ANALYZE")
        _mark_loaded(server, name)
    return name


def targets(server: Server, database: str, number: int) -> Sequence[Target]:
    """Return random customers, the same for each run: the more a tenant has, the more it is asked for."""
    with server.connect("bootstrap", database) as connection:
        rows = connection.execute(_TARGETS, (number,)).fetchall()
    random.Random(1).shuffle(rows)  # noqa: S311 - an order, not a secret
    return [Target(*row) for row in rows]


def remove_created(server: Server, database: str) -> None:
    """Delete what the load of creates has made."""
    with server.connect("bootstrap", database) as connection:
        # Each row is looked for in what refers to them, by a plan for the table as it was last analysed.
        connection.execute("ANALYZE customers")
        connection.execute("DELETE FROM customers WHERE email LIKE 'load-%'")
        connection.execute("VACUUM customers")
        connection.execute("CHECKPOINT")


def _fill(server: Server, dataset: Dataset) -> None:
    share = (_SKEWED if dataset.skewed else _EVEN).format(tenants=dataset.tenants)
    _migrate(server, dataset.database)
    with server.connect("bootstrap", dataset.database) as connection:
        connection.execute(_TENANTS.format(tenants=dataset.tenants))
        connection.execute(_CUSTOMERS.format(rows=dataset.rows, share=share))
        connection.execute(_SERVICES)
        connection.execute("VACUUM ANALYZE")


def _migrate(server: Server, name: str) -> None:
    with create_app(server.settings(name)).app_context():
        upgrade()
    with server.connect("owner", name) as connection:
        install_key(connection, CONTEXT_KEY)


def _create(server: Server, name: str, *, template: str) -> None:
    quoted = {"name": sql.Identifier(name), "template": sql.Identifier(template)}
    with server.connect("bootstrap", "postgres") as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {name} WITH (FORCE)").format(**quoted))
        connection.execute(sql.SQL("CREATE DATABASE {name} TEMPLATE {template}").format(**quoted))
    with server.connect("bootstrap", name) as connection:
        prepare_database(connection, server.names)


def _is_loaded(server: Server, name: str) -> bool:
    with server.connect("bootstrap", "postgres") as connection:
        row = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", (name,)
        ).fetchone()
    return row is not None and row[0] == LOADED


def _mark_loaded(server: Server, name: str) -> None:
    """Note that the database is whole: one that is half loaded is made anew."""
    comment = sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(LOADED))
    with server.connect("bootstrap", name) as connection:
        connection.execute(comment)
