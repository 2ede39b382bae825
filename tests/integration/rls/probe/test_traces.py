"""A live database is as it was, whatever becomes of the probe."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from typing import Any

import psycopg
import pytest

from tenantapp.rls.probe import Outcome, ProbeError
from tests.integration.rls.probe.conftest import Break, Probe
from tests.integration.rls.probe.test_canaries import table
from tests.support.databases import Server
from tests.support.sealing import sealer_of

_TABLES = """
    SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^(pg_|information_schema$)' ORDER BY 1
"""
_SEQUENCES = "SELECT schemaname, sequencename, last_value FROM pg_sequences ORDER BY 1, 2"


def contents(server: Server, database: str) -> dict[str, Any]:
    """Return every row of every table and the state of every sequence, as a superuser sees them."""
    with server.connect("bootstrap", database) as superuser:
        tables = [row[0] for row in superuser.execute(_TABLES)]
        rows = {
            name: superuser.execute(f"SELECT t::text FROM {name} t ORDER BY 1").fetchall() for name in tables
        }
        return {**rows, "sequences": superuser.execute(_SEQUENCES).fetchall()}


def test_nothing_is_left_behind(run_probe: Probe, execute: Break, server: Server, database: str) -> None:
    execute(table("orders", "number bigserial NOT NULL, place integer GENERATED ALWAYS AS IDENTITY"))
    execute("""
        INSERT INTO tenants (id, name, subdomain) VALUES ('11111111-1111-4111-8111-111111111111', 'x', 'x');
        INSERT INTO customers (tenant_id, name, email) SELECT id, 'x', 'x' FROM tenants;
    """)
    before = contents(server, database)
    report = run_probe(database)
    assert report.exit_code == 0
    assert report.traces == ()
    assert contents(server, database) == before


def test_nothing_is_left_behind_where_everything_leaks(
    run_probe: Probe, execute: Break, server: Server, database: str
) -> None:
    execute(
        "ALTER TABLE customers DISABLE ROW LEVEL SECURITY; ALTER TABLE tenants DISABLE ROW LEVEL SECURITY"
    )
    before = contents(server, database)
    assert run_probe(database).exit_code == 1
    assert contents(server, database) == before


def test_what_a_killed_probe_leaves_are_two_archived_tenants_which_the_next_removes(
    run_probe: Probe, server: Server, database: str
) -> None:
    before = contents(server, database)
    killed = subprocess.Popen(
        [sys.executable, "-c", _PROBE, *_addresses(server, database)], stdout=subprocess.PIPE
    )
    assert killed.stdout is not None
    assert killed.stdout.readline() == b"public.customers\n"
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    killed.stdout.close()
    _wait_for_sessions_to_end(server, database)
    left = contents(server, database)
    tenants = [row[0] for row in left["public.tenants"] if row not in before["public.tenants"]]
    assert len(tenants) == 2
    assert all("archived" in tenant for tenant in tenants)
    assert {**left, "public.tenants": before["public.tenants"]} == before
    assert run_probe(database).exit_code == 0
    assert contents(server, database) == before


_PROBE = textwrap.dedent("""
    import sys, time
    import psycopg
    from tenantapp.rls.probe import probe
    from tests.support.sealing import sealer_of

    def tell(what):
        print(what, flush=True) if what == "public.customers" else None
        time.sleep(60) if what == "public.customers" else None

    app, platform = (psycopg.connect(address, autocommit=True) for address in sys.argv[1:])
    probe(app, platform, sealer_of(app.info.dbname), tell)
""")


def _addresses(server: Server, database: str) -> list[str]:
    urls = (server.address(role, database).set(drivername="postgresql") for role in ("app", "platform"))
    return [url.render_as_string(hide_password=False) for url in urls]


def _wait_for_sessions_to_end(server: Server, database: str) -> None:
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
    with server.connect("bootstrap", database) as superuser:
        for _ in range(100):
            if superuser.execute(query, [database]).fetchone() == (0,):
                return
            time.sleep(0.05)
    raise AssertionError("the killed probe's sessions go on")


def test_a_second_probe_at_the_same_time_gives_up(
    run_probe: Probe, server: Server, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenantapp.rls.probe.tenants._WAIT_MS", 200)
    from tenantapp.rls.probe import probe

    refusals: list[str] = []

    def meanwhile(what: str) -> None:
        if what == "public.customers":
            with pytest.raises(ProbeError, match="another probe is running") as raised:
                run_probe(database)
            refusals.append(str(raised.value))

    with server.connect("app", database) as app, server.connect("platform", database) as platform:
        report = probe(app, platform, sealer_of(database), meanwhile)
    assert len(refusals) == 1
    assert report.exit_code == 0


def test_a_locked_table_is_not_waited_for(
    run_probe: Probe, server: Server, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenantapp.rls.probe.tenants._WAIT_MS", 200)
    with server.connect("bootstrap", database, autocommit=False) as other:
        other.execute("LOCK TABLE idempotency_keys IN ACCESS EXCLUSIVE MODE")
        began = time.monotonic()
        report = run_probe(database)
        assert time.monotonic() - began < 20
    held_up = report.cells(Outcome.NOT_PROBED)
    assert {subject.name for subject, _ in held_up} == {"public.idempotency_keys"}
    assert all("55P03: canceling statement due to lock timeout" in c.attempts[0].answer for _, c in held_up)
    # Deleting a tenant looks for its rows in the locked table: that is said, and made good by the next run.
    assert [trace.partition(":")[0] for trace in report.traces] == ["public.tenants", "public.tenants"]
    assert run_probe(database).exit_code == 0


def test_a_role_that_policies_do_not_bind_shows_in_every_table(
    run_probe: Probe, execute: Break, database: str
) -> None:
    execute("ALTER ROLE {app} BYPASSRLS")
    try:
        report = run_probe(database)
    finally:
        execute("ALTER ROLE {app} NOBYPASSRLS")
    leaking = {subject.name for subject, cell in report.cells(Outcome.LEAK) if cell.attack == "read"}
    assert leaking == {subject.name for subject in report.subjects if subject.kind == "table"} - {
        "control.directory"
    }
    assert [s.name for s, _ in report.cells(Outcome.LEAK) if s.kind != "table"] == []


def test_a_server_that_goes_away_is_told(run_probe: Probe, server: Server, database: str) -> None:
    with server.connect("app", database) as app, server.connect("platform", database) as platform:
        from tenantapp.rls.probe import probe

        def end(what: str) -> None:
            if what == "public.customers":
                with server.connect("bootstrap", database) as superuser:
                    superuser.execute("SELECT pg_terminate_backend(%s)", [app.info.backend_pid])

        with pytest.raises(psycopg.OperationalError):
            probe(app, platform, sealer_of(database), end)
    assert run_probe(database).exit_code == 0
