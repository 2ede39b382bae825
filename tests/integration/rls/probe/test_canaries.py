"""Rows are built for whatever a table asks of them; where that fails, it is said."""

from __future__ import annotations

from tenantapp.rls.probe import Outcome
from tests.integration.rls.probe.conftest import Break, Probe

_TABLE = """
    CREATE TABLE {name} (tenant_id uuid NOT NULL DEFAULT tenancy.current_tenant_id() REFERENCES tenants (id),
                         id uuid NOT NULL DEFAULT gen_random_uuid(), {columns}, PRIMARY KEY (tenant_id, id));
    ALTER TABLE {name} OWNER TO {{owner}}, ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY {name}_tenant_isolation ON {name}
        USING (tenant_id = (SELECT tenancy.current_tenant_id()));
    GRANT {privileges} ON {name} TO {{app}};
"""
_DEMANDING = """
    state mood NOT NULL, kind text NOT NULL CHECK (kind IN ('red', 'blue')),
    code varchar(3) NOT NULL CHECK (code ~ '^[A-Z]{{3}}$'), phone postcode NOT NULL,
    colour text NOT NULL CHECK (colour ~* '^#[0-9a-f]{{6}}$'), slug text NOT NULL CHECK (length(slug) = 20),
    starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL, CHECK (ends_at > starts_at),
    share numeric(4,3) NOT NULL CHECK (share > 0 AND share <= 1),
    amount bigint NOT NULL CHECK (amount % 100 = 0),
    digest bytea NOT NULL CHECK (octet_length(digest) = 20),
    tags text[] NOT NULL CHECK (cardinality(tags) > 0),
    ids uuid[] NOT NULL, settings jsonb NOT NULL CHECK (jsonb_typeof(settings) = 'array'),
    period tstzrange NOT NULL,
    address inet NOT NULL, lasting interval NOT NULL, number integer GENERATED ALWAYS AS IDENTITY,
    serial_number bigserial NOT NULL, doubled integer GENERATED ALWAYS AS (2) STORED,
    email text, phone_number text, CHECK (num_nonnulls(email, phone_number) = 1),
    parent_id uuid, FOREIGN KEY (tenant_id, parent_id) REFERENCES demanding (tenant_id, id),
    customer_id uuid NOT NULL, FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id),
    UNIQUE (tenant_id, kind), UNIQUE (tenant_id, customer_id), UNIQUE (tenant_id, code, lasting)
"""
_TYPES = """
    CREATE TYPE mood AS ENUM ('calm', 'loud');
    CREATE DOMAIN postcode AS text CHECK (VALUE ~ '^[0-9]{{5}}$');
"""


def table(name: str, columns: str, privileges: str = "SELECT, INSERT, UPDATE, DELETE") -> str:
    return _TABLE.format(name=name, columns=columns, privileges=privileges)


def test_a_demanding_table_is_probed_whole(run_probe: Probe, execute: Break, database: str) -> None:
    execute(_TYPES + table("demanding", _DEMANDING))
    report = run_probe(database)
    told = [attempt for _, cell in report.cells(Outcome.NOT_PROBED) for attempt in cell.attempts]
    assert [attempt for attempt in told if attempt.outcome is Outcome.NOT_PROBED] == []
    assert report.cells(Outcome.LEAK) == []
    subject = next(each for each in report.subjects if each.name == "public.demanding")
    assert len(subject.cell("reference").attempts) == 4


def test_a_table_of_one_row_a_tenant_is_probed_whole(run_probe: Probe, execute: Break, database: str) -> None:
    execute(table("preferences", "theme text, UNIQUE (tenant_id)"))
    assert run_probe(database).exit_code == 0


def test_a_row_that_cannot_be_built_is_said_why(run_probe: Probe, execute: Break, database: str) -> None:
    execute(table("impossible", "reason text NOT NULL CHECK (md5(reason) = repeat('0', 32))"))
    report = run_probe(database)
    assert report.exit_code == 3
    (subject,) = {subject.name for subject, _ in report.cells(Outcome.NOT_PROBED)}
    assert subject == "public.impossible"
    told = " ".join(a.answer for _, cell in report.cells(Outcome.NOT_PROBED) for a in cell.attempts)
    assert "no canary is there: no row can be inserted: 23514" in told


def test_a_table_that_is_only_read_is_said_not_to_be_probed(
    run_probe: Probe, execute: Break, database: str
) -> None:
    execute(table("prices", "amount integer", "SELECT"))
    report = run_probe(database)
    assert report.exit_code == 3
    written = next(each for each in report.subjects if each.name == "public.prices").cell("insert")
    assert written.outcome is Outcome.HELD


def test_a_table_that_is_only_read_and_shows_others_rows_leaks(
    run_probe: Probe, execute: Break, database: str
) -> None:
    execute(table("prices", "amount integer", "SELECT"))
    execute("""
        INSERT INTO tenants (id, name, subdomain) VALUES ('11111111-1111-4111-8111-111111111111', 'x', 'x');
        INSERT INTO prices (tenant_id, amount) VALUES ('11111111-1111-4111-8111-111111111111', 1);
        ALTER TABLE prices DISABLE ROW LEVEL SECURITY;
    """)
    leaking = {cell.attack for _, cell in run_probe(database).cells(Outcome.LEAK)}
    assert {"read", "count", "copy to", "no context"} <= leaking


_PARTITIONED = """
    CREATE TABLE events (tenant_id uuid NOT NULL DEFAULT tenancy.current_tenant_id() REFERENCES tenants (id),
                         id uuid NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (tenant_id, id, at))
        PARTITION BY RANGE (at);
    CREATE TABLE events_past PARTITION OF events FOR VALUES FROM (MINVALUE) TO ('2000-01-01');
    CREATE TABLE events_now PARTITION OF events FOR VALUES FROM ('2000-01-01') TO (MAXVALUE);
    ALTER TABLE events OWNER TO {owner}, ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY events_tenant_isolation ON events
        USING (tenant_id = (SELECT tenancy.current_tenant_id()));
    GRANT SELECT, INSERT, UPDATE, DELETE ON events TO {app};
"""


def test_partitions_that_are_not_granted_are_refused(run_probe: Probe, execute: Break, database: str) -> None:
    execute(_PARTITIONED)
    report = run_probe(database)
    assert report.exit_code == 0
    assert {"public.events", "public.events_now"} <= {subject.name for subject in report.subjects}


def test_a_partition_that_is_granted_leaks_past_its_parents_policy(
    run_probe: Probe, execute: Break, database: str
) -> None:
    execute(_PARTITIONED + "GRANT SELECT, INSERT ON events_now TO {app}")
    leaking = {(s.name, cell.attack) for s, cell in run_probe(database).cells(Outcome.LEAK)}
    assert ("public.events_now", "read") in leaking
    assert {name for name, _ in leaking} == {"public.events_now"}
