"""How long `flask rls probe` takes on 100 scoped tables: `python -m benchmarks.rls_probe [tables]`."""

from __future__ import annotations

import sys

from psycopg import sql

from benchmarks.stage import Stage, stage
from tenantapp.rls.probe import Outcome, probe
from tenantapp.settings.context_key import PUBLISHED_CONTEXT_KEY
from tenantapp.tenancy.seal import ContextSealer

SECONDS = 60.0
_TABLE = """
    CREATE TABLE {name} (
        tenant_id uuid NOT NULL DEFAULT tenancy.current_tenant_id() REFERENCES tenants (id),
        id uuid NOT NULL DEFAULT gen_random_uuid(), name varchar(255) NOT NULL, note text,
        status varchar(50) NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed')),
        amount numeric(10, 2),
        customer_id uuid NOT NULL, row_version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, name),
        FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id));
    ALTER TABLE {name} OWNER TO {owner}, ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY isolation ON {name} USING (tenant_id = (SELECT tenancy.current_tenant_id()));
    CREATE POLICY fence ON {name} AS RESTRICTIVE
        USING (coalesce(tenant_id = (SELECT tenancy.current_tenant_id()), false));
    GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {app};
"""


def main(count: int) -> int:
    """Probe a database of `count` tables and a few, and tell whether it was in time."""
    with stage() as on:
        _create(on, count)
        with (
            on.server.connect("app", on.database) as app,
            on.server.connect("platform", on.database) as operator,
        ):
            sealer = ContextSealer(PUBLISHED_CONTEXT_KEY, on.database)
            report = probe(app, operator, sealer)
    tables = sum(subject.kind == "table" for subject in report.subjects)
    print(f"{tables} tables, {report.attempts} statements, {report.seconds:.1f} s of {SECONDS:.0f} s")
    print(", ".join(f"{number} {outcome}" for outcome, number in report.counts().items()))
    clean = not report.cells(Outcome.LEAK) and not report.cells(Outcome.NOT_PROBED)
    return 0 if clean and report.seconds < SECONDS else 1


def _create(on: Stage, count: int) -> None:
    roles = {key: sql.Identifier(name) for key, name in on.server.names.as_values().items()}
    with on.server.connect("bootstrap", on.database) as superuser:
        for number in range(count):
            names = {**roles, "name": sql.Identifier(f"table_{number:03}")}
            superuser.execute(sql.SQL(_TABLE).format(**names))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100))
