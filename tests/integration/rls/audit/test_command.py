"""`flask rls audit`, as an operator types it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from tenantapp.application import create_app
from tenantapp.rls.audit.checks import all_checks
from tenantapp.settings.load import ROOT
from tests.integration.rls.audit.story import execute
from tests.support.databases import Server

Run = Callable[..., Result]


@pytest.fixture
def run(own_app: Flask) -> Run:
    def run_command(*arguments: str) -> Result:
        return own_app.test_cli_runner().invoke(args=["rls", "audit", *arguments])

    return run_command


def test_a_fresh_database_ends_with_0_and_says_as_whom(run: Run, server: Server) -> None:
    result = run()
    assert result.exit_code == 0, result.output
    assert f"as {server.names.owner} at " in result.stderr
    last = result.stdout.splitlines()[-1]
    assert last.startswith(f"{len(all_checks())} checks of ")
    assert f"as '{server.names.owner}': 0 errors" in last
    assert "unread  0083_statistics_left: permission denied" in result.stdout


def test_an_error_ends_with_1_and_shows_the_repair(run: Run, server: Server, database: str) -> None:
    execute(server, database, "ALTER TABLE customers NO FORCE ROW LEVEL SECURITY")
    result = run()
    assert result.exit_code == 1
    assert "ERROR   0002_rls_not_forced  public.customers" in result.stdout
    assert "ALTER TABLE public.customers FORCE ROW LEVEL SECURITY" in result.stdout


def test_a_warning_ends_with_0(run: Run, server: Server, database: str) -> None:
    execute(server, database, "CREATE SCHEMA stray")
    result = run()
    assert (result.exit_code, "WARNING surface  schema stray" in result.stdout) == (0, True)


def test_what_db_check_would_tell_is_told(run: Run, server: Server, database: str) -> None:
    execute(server, database, "ALTER TABLE customers ADD stray int")
    result = run()
    assert result.exit_code == 1
    assert "ERROR   drift  customers.stray" in result.stdout


def test_an_extension_is_declared_by_the_digest_that_its_finding_names(
    run: Run, server: Server, database: str, tmp_path: Path
) -> None:
    with server.connect("bootstrap", database) as connection:
        query = "SELECT min(name) FROM pg_available_extensions WHERE name IN ('citext', 'vector')"
        (name,) = connection.execute(query).fetchone() or (None,)
    execute(server, database, f"CREATE EXTENSION {name}")
    found = run()
    assert found.exit_code == 1
    declaration = re.search(rf'declare it: ("extension {name}" = "\w+")', found.stdout)
    assert declaration
    project = (ROOT / "pyproject.toml").read_text()
    declared = f"{project}\n[tool.tenantapp.audit.declared_objects]\n{declaration[1]}\n"
    (tmp_path / "audit.toml").write_text(declared)
    clean = run("--config", str(tmp_path / "audit.toml"))
    assert f"extension {name}" not in clean.stdout
    execute(
        server,
        database,
        "CREATE FUNCTION public.door() RETURNS int SECURITY DEFINER RETURN 1; "
        f"ALTER EXTENSION {name} ADD FUNCTION public.door()",
    )
    found = run("--config", str(tmp_path / "audit.toml"))
    assert found.exit_code == 1
    assert "is declared with other members" in found.stdout
    assert "with their owner's rights: public.door()" in found.stdout


def test_json_is_whole(run: Run, server: Server, database: str) -> None:
    execute(server, database, "ALTER TABLE customers NO FORCE ROW LEVEL SECURITY")
    result = run("--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert (report["role"], report["failed"]) == (server.names.owner, True)
    assert {"check": "0002_rls_not_forced", "object": "public.customers"}.items() <= report["findings"][
        0
    ].items()
    assert [one["check"] for one in report["unread"]] == ["0083_statistics_left"]


def test_a_superuser_reads_all_of_it(run: Run) -> None:
    assert json.loads(run("--role", "bootstrap", "--json").stdout)["unread"] == []


def test_a_waiver_is_shown(run: Run, server: Server, database: str, tmp_path: Path) -> None:
    execute(server, database, "ALTER TABLE customers NO FORCE ROW LEVEL SECURITY")
    (tmp_path / "audit.toml").write_text(
        (ROOT / "pyproject.toml").read_text()
        + '\n[[tool.tenantapp.audit.waivers]]\ncheck = "0002_rls_not_forced"\nobject = "public.customers"\n'
        'reason = "a move"\nexpires = 9999-12-31\n'
        '\n[[tool.tenantapp.audit.waivers]]\ncheck = "drift"\nobject = "customers"\n'
        'reason = "a move"\nexpires = 9999-12-31\n'
    )
    result = run("--config", str(tmp_path / "audit.toml"))
    assert result.exit_code == 0
    assert "waived  0002_rls_not_forced  public.customers: a move" in result.stdout


def test_a_wrong_configuration_ends_with_2_and_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "audit.toml").write_text("[tool.tenantapp.audit]\nsensitive = []\n")
    result = run("--config", str(tmp_path / "audit.toml"))
    assert result.exit_code == 2
    assert result.stderr == "Error: tool.tenantapp.audit.sensitive: there is no such key\n"


@pytest.mark.parametrize("arguments", [("--role", "root"), ("--config", "nowhere.toml"), ("--such",)])
def test_bad_usage_ends_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_a_server_that_is_away_ends_with_2(server: Server) -> None:
    nowhere = server.address("owner", "nowhere").set(port=1)
    app = create_app(replace(server.settings("nowhere"), migration_database_url=nowhere))
    result = app.test_cli_runner().invoke(args=["rls", "audit"])
    assert result.exit_code == 2
    assert "Connection refused" in result.stderr


def test_what_is_declared_and_not_there_is_told(run: Run, tmp_path: Path) -> None:
    declared = '[tool.tenantapp.audit.declared_objects]\n"trigger gone on public.customers" = "0"\n'
    (tmp_path / "audit.toml").write_text(f"{(ROOT / 'pyproject.toml').read_text()}\n{declared}")
    result = run("--config", str(tmp_path / "audit.toml"))
    assert result.exit_code == 0
    assert "WARNING surface  trigger gone on public.customers" in result.stdout
