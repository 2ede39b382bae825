"""`flask rls probe`, as an operator types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from tenantapp.application import create_app
from tests.integration.rls.probe.conftest import Break
from tests.support.databases import Server

Run = Callable[..., Result]


@pytest.fixture
def run(own_app: Flask) -> Run:
    return lambda *arguments: own_app.test_cli_runner().invoke(args=["rls", "probe", *arguments])


def test_a_migrated_database_is_clean(run: Run) -> None:
    result = run()
    assert result.exit_code == 0, result.output
    assert "public.customers" in result.stdout
    assert ", 0 not probed, 0 LEAK" in result.stdout
    assert "\x1b[" not in result.output


def test_the_addresses_are_said_without_passwords(run: Run, server: Server) -> None:
    told = run().stderr
    assert f"as {server.names.app} at " in told
    assert f"as {server.names.platform} at " in told
    assert "secret" not in told


def test_a_leak_is_told_with_what_was_tried_and_got(run: Run, execute: Break) -> None:
    execute("CREATE UNIQUE INDEX by_email ON customers (email)")
    result = run()
    assert result.exit_code == 1
    assert "LEAK: public.customers: upsert" in result.stdout
    assert "ON CONFLICT (email) DO UPDATE" in result.stdout
    assert "(it met B's row)" in result.stdout


def test_the_json_says_everything(run: Run, execute: Break) -> None:
    execute("GRANT TRUNCATE ON customers TO {app}")
    result = run("--json")
    report = json.loads(result.stdout)
    assert result.exit_code == report["exit_code"] == 1
    customers = next(each for each in report["subjects"] if each["name"] == "public.customers")
    truncate = next(cell for cell in customers["cells"] if cell["attack"] == "truncate")
    assert truncate == {
        "attack": "truncate",
        "outcome": "LEAK",
        "attempts": [
            {
                "statement": 'TRUNCATE "public"."customers"',
                "answer": "TRUNCATE is granted (not executed)",
                "outcome": "LEAK",
            }
        ],
    }
    assert report["traces"] == []


def test_what_cannot_be_probed_ends_with_3(run: Run, execute: Break) -> None:
    execute("DROP POLICY customers_tenant_isolation ON customers")
    result = run()
    assert result.exit_code == 3
    assert "not probed: public.customers: read" in result.stdout


def test_the_page_holds_the_report(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "probe.html"
    assert run("--html", str(path)).exit_code == 0
    page = path.read_text()
    assert "public.customers" in page
    assert "/*" not in page.partition("<style>")[0]


def test_a_database_at_another_revision_is_one_line(run: Run, execute: Break) -> None:
    execute("UPDATE alembic_version SET version_num = '0001'")
    result = run()
    assert result.exit_code == 2
    assert "the database is at 0001, not at" in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.output


def test_a_database_that_does_not_answer_is_one_line(server: Server) -> None:
    app = create_app(server.settings("no_such_database"))
    result = app.test_cli_runner().invoke(args=["rls", "probe"])
    assert result.exit_code == 2
    assert "no_such_database" in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.output


def test_another_role_than_the_applications_is_refused(server: Server, database: str) -> None:
    from dataclasses import replace

    settings = replace(server.settings(database), database_url=server.address("owner", database))
    result = create_app(settings).test_cli_runner().invoke(args=["rls", "probe"])
    assert result.exit_code == 2
    assert "DATABASE_URL" in result.stderr
