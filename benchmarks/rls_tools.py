"""How long the tools on row-level security take on a database of 100 tenants' tables.

Run: `.venv/bin/python -m benchmarks.rls_tools`
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from benchmarks.stage import Stage, stage
from tenantapp.rls.audit.configuration import load_configuration
from tenantapp.rls.audit.run import audit
from tenantapp.settings.load import ROOT

TABLES = 100
RUNS = 5
AUDIT_SECONDS = 2.0


def create_tables(place: Stage) -> None:
    """Create tables as the migration of a resource does, with keys, references, indexes and policies."""
    predicate = "tenant_id = (SELECT tenancy.current_tenant_id())"
    with place.server.connect("owner", place.database) as connection, connection.transaction():
        for number in range(TABLES):
            name = f"scoped_{number}"
            connection.execute(f"""
                CREATE TABLE {name} (
                    tenant_id uuid NOT NULL DEFAULT tenancy.current_tenant_id() REFERENCES tenants (id),
                    id uuid NOT NULL DEFAULT gen_random_uuid(), customer_id uuid, name text NOT NULL,
                    status text NOT NULL, created_at timestamptz NOT NULL DEFAULT now(),
                    PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, name),
                    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id));
                CREATE INDEX ON {name} (tenant_id, status);
                CREATE INDEX ON {name} (tenant_id, created_at, id);
                ALTER TABLE {name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
                CREATE POLICY {name}_tenant_isolation ON {name} USING ({predicate}) WITH CHECK ({predicate});
                CREATE POLICY {name}_tenant_fence ON {name} AS RESTRICTIVE
                    USING (coalesce({predicate}, false)) WITH CHECK (coalesce({predicate}, false));
                GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {place.server.names.app};
            """)


def audit_once(place: Stage) -> None:
    """Audit as `flask rls audit` does, a new connection included."""
    configuration = load_configuration(ROOT / "pyproject.toml")
    with place.server.connect("owner", place.database) as connection:
        result = audit(connection, place.server.names, configuration)
    assert not result.open, result.open


def seconds(run: Callable[[], None]) -> list[float]:
    """Return how long each of some runs took."""
    taken = []
    for _ in range(RUNS):
        started = time.perf_counter()
        run()
        taken.append(time.perf_counter() - started)
    return taken


def main() -> None:
    """Print the time of each tool, and whether it keeps to what is claimed."""
    with stage() as place:
        create_tables(place)
        taken = seconds(lambda: audit_once(place))
    verdict = "kept" if statistics.median(taken) < AUDIT_SECONDS else "NOT KEPT"
    print(
        f"audit of {TABLES} tenants' tables: median {statistics.median(taken):.2f} s, "
        f"slowest of {RUNS} {max(taken):.2f} s (under {AUDIT_SECONDS:.0f} s: {verdict})"
    )


if __name__ == "__main__":
    main()
