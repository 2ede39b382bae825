"""Partitions by month: there before the month begins, isolated as their table is."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime

import psycopg
import pytest
from alembic.util import CommandError
from click.testing import Result

from tenantapp.models.security import OWN_ROWS
from tenantapp.rls.operations import RenameScopedTableOp
from tenantapp.rls.partitions import create_monthly_partitions
from tenantapp.settings.load import ROOT
from tests.integration.migrations.database import Migrations
from tests.integration.migrations.tree import Tree
from tests.support.howto import commands_of, ended

MODELS = """
from datetime import datetime
from sqlalchemy import DateTime


class Event(Resource):
    __tablename__ = "events"

    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    further_fences = (Policy("events_open_fence", "id IS NOT NULL", "id IS NOT NULL", permissive=False),)

    @classmethod
    def scoped_args(cls):
        return ({"postgresql_partition_by": "RANGE (created_at)"},)
"""
SECTION = re.compile(r"^##+ Partitions$(.*?)(?=^##)", re.MULTILINE | re.DOTALL)
TABLE = (
    "CREATE TABLE {name} (tenant_id uuid NOT NULL, created_at {type} NOT NULL) PARTITION BY {by}",
    "ALTER TABLE {name} OWNER TO {{owner}}",
    "ALTER TABLE {name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
    f"CREATE POLICY {{name}}_tenant_isolation ON {{name}} USING ({OWN_ROWS})",
)
BY_TIME = "RANGE (created_at)"
TENANT = "00000000-0000-0000-0000-000000000001"


def table(database: Migrations, name: str = "events", kind: str = "timestamptz", by: str = BY_TIME) -> None:
    """Make a partitioned table by hand."""
    database.as_superuser(*(line.format(name=name, type=kind, by=by) for line in TABLE))


def made(database: Migrations, today: date, months: int = 1, name: str = "events") -> list[str]:
    """Make partitions as on a day, and return their names."""
    with database.owner.begin() as connection:
        return [each.partition for each in create_monthly_partitions(connection, name, months, today)]


def run(database: Migrations, *arguments: str) -> Result:
    """Run the command."""
    return database.app.test_cli_runner().invoke(args=["partitions", "create", *arguments])


def months_from(today: date, months: int) -> list[str]:
    """Return the names of the partitions of a month and of the next ones."""
    count = today.year * 12 + today.month - 1
    return [f"events_{each // 12}_{each % 12 + 1:02}" for each in range(count, count + months + 1)]


def test_a_months_partition_is_there_before_the_month_begins(newest: Migrations) -> None:
    table(newest)
    assert made(newest, date(2026, 11, 30)) == ["events_2026_11", "events_2026_12"]
    assert made(newest, date(2026, 12, 1)) == ["events_2027_01"]
    assert made(newest, date(2026, 12, 31)) == []
    assert made(newest, date(2027, 1, 31), months=2) == ["events_2027_02", "events_2027_03"]


@pytest.mark.parametrize("kind", ["timestamptz", "date"])
def test_each_row_falls_into_its_month_of_utc(newest: Migrations, kind: str) -> None:
    table(newest, kind=kind)
    # As a server in another zone would understand a bound without one.
    newest.as_superuser("ALTER ROLE {owner} SET timezone = 'Pacific/Auckland'")
    try:
        made(newest, date(2026, 12, 15))
    finally:
        newest.as_superuser("ALTER ROLE {owner} RESET timezone")
    with newest.server.connect("bootstrap", newest.database) as connection:
        connection.execute("SET timezone = 'UTC'")
        for moment in ("2026-12-01", "2026-12-31 23:59:59.999", "2027-01-01", "2027-01-31 23:59:59.999"):
            connection.execute("INSERT INTO events VALUES (gen_random_uuid(), %s)", [moment])
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("INSERT INTO events VALUES (gen_random_uuid(), '2027-02-01')")
        found = connection.execute(
            "SELECT tableoid::regclass::text, count(*) FROM events GROUP BY 1 ORDER BY 1"
        )
        assert found.fetchall() == [("events_2026_12", 2), ("events_2027_01", 2)]


@pytest.mark.parametrize(
    ("kind", "by"),
    [
        ("timestamptz", "LIST (created_at)"),
        ("timestamptz", "HASH (tenant_id)"),
        ("timestamptz", "RANGE (tenant_id, created_at)"),
        ("timestamptz", "RANGE ((created_at AT TIME ZONE 'UTC'))"),
        ("timestamp", BY_TIME),
        ("int", BY_TIME),
    ],
)
def test_a_table_that_is_partitioned_otherwise_is_refused_by_its_name(
    newest: Migrations, kind: str, by: str
) -> None:
    table(newest, kind=kind, by=by)
    refused = run(newest, "events")
    assert refused.exit_code == 1
    assert refused.stderr.splitlines()[-1].startswith(
        "Error: events: only a table that is partitioned by RANGE"
    )
    table(newest, "others")
    every = run(newest, "--months", "0")
    assert every.exit_code == 0
    assert "left out: events" in every.stderr
    assert "others_" in every.stdout


@pytest.mark.parametrize("name", ["customers", "nothing", "it's"])
def test_a_table_without_partitions_is_refused_by_its_name(newest: Migrations, name: str) -> None:
    refused = run(newest, name)
    assert refused.exit_code == 1
    assert refused.stderr.splitlines()[-1].startswith(f"Error: {name}: only a table")


def test_a_table_without_the_tenants_policy_is_refused(newest: Migrations) -> None:
    table(newest)
    newest.as_superuser("DROP POLICY events_tenant_isolation ON events")
    refused = run(newest)
    assert refused.exit_code == 1
    assert "Error: events: it has no policy events_tenant_isolation" in refused.stderr


def test_the_longest_name_is_made_and_a_longer_one_is_refused(newest: Migrations) -> None:
    longest = "e" * 38
    table(newest, longest)
    assert len(made(newest, date(2026, 11, 1), name=longest)) == 2
    table(newest, longest + "e")
    with pytest.raises(CommandError, match="64 bytes"):
        made(newest, date(2026, 11, 1), name=longest + "e")


def test_a_months_rows_elsewhere_end_the_command_in_a_line(newest: Migrations) -> None:
    table(newest)
    newest.as_superuser(
        "CREATE TABLE events_ever PARTITION OF events FOR VALUES FROM (MINVALUE) TO (MAXVALUE)"
    )
    refused = run(newest, "events")
    assert refused.exit_code == 1
    assert "would overlap partition" in refused.stderr
    assert "Traceback" not in refused.output


def test_the_command_prints_what_it_made_once(newest: Migrations) -> None:
    table(newest)
    today = datetime.now(UTC).date()
    first = run(newest, "events", "--months", "1", "--json")
    assert first.exit_code == 0, first.output
    assert f"as {newest.server.names.owner}" in first.stderr
    told = json.loads(first.stdout)
    assert [row["partition"] for row in told] == months_from(today, 1)
    assert told[0]["table"] == "events"
    assert told[0]["begins"] == str(today.replace(day=1))
    assert told[0]["ends"] == told[1]["begins"]
    again = run(newest, "--months", "1")
    assert (again.exit_code, again.stdout) == (0, "")
    assert "no partition is missing" in again.stderr
    assert months_from(today, 3)[-1] in run(newest).stdout


@pytest.mark.slow
def test_a_migration_makes_partitions_that_check_and_audit_find_clean(tree: Tree) -> None:
    tree.declare(MODELS)
    tree.migrate()
    tree.flask_db("upgrade")
    before = tree.database.snapshot()
    tree.write(
        '    op.create_monthly_partitions("events", months=1)',
        '    op.drop_empty_partitions("events", months=1)',
    )
    after = tree.upgraded()
    tree.flask_db("check")
    assert tree.downgraded() == before
    assert tree.upgraded() == after

    for page in ("migrations", "operations"):
        (section,) = SECTION.findall((ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8"))
        ((program, *words),) = commands_of(section)
        assert "events_" in ended(tree, program, "--app", "wsgi", *words)
        ended(tree, program, "--app", "wsgi", "rls", "audit")
        tree.query("bootstrap", f"DROP TABLE {months_from(datetime.now(UTC).date(), 3)[-1]}")
    tree.flask_db("check")

    partition = months_from(datetime.now(UTC).date(), 0)[0]
    tree.query(
        "bootstrap",
        "INSERT INTO tenants (id, name, subdomain) VALUES "
        f"('{TENANT}', 'Acme', 'acme'); INSERT INTO events (tenant_id, id, created_at) VALUES "
        f"('{TENANT}', gen_random_uuid(), now())",
    )
    tree.flask_db("downgrade")
    left = tree.query(
        "bootstrap", "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'events'::regclass"
    )
    assert left == [(partition,)]
    forced = f"SELECT relforcerowsecurity FROM pg_class WHERE relname = '{partition}'"
    assert tree.query("bootstrap", forced) == [(True,)]


def test_a_renamed_table_keeps_its_partitions_and_gets_further_ones(newest: Migrations) -> None:
    table(newest)
    newest.as_superuser("CREATE INDEX events_at_idx ON events (created_at)")
    made(newest, date(2026, 11, 1))
    before = newest.snapshot()
    renamed = newest.operate(RenameScopedTableOp("events", "happenings"))
    names = [str(row) for kind in ("relations", "policies", "indexes") for row in renamed[kind]]
    assert not [name for name in names if "events" in name]
    assert made(newest, date(2026, 12, 1), name="happenings") == ["happenings_2027_01"]
    newest.as_superuser("DROP TABLE happenings_2027_01")
    assert newest.operate(RenameScopedTableOp("happenings", "events")) == before
