"""`flask rls surface`, as an operator types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from tenantapp.settings.load import ROOT
from tests.integration.rls.audit.story import execute
from tests.support.databases import Server

Run = Callable[..., Result]
_VIEW = "CREATE VIEW public.all_customers AS SELECT * FROM customers; GRANT SELECT ON all_customers TO {app}"


@pytest.fixture
def run(own_app: Flask) -> Run:
    def run_command(*arguments: str) -> Result:
        return own_app.test_cli_runner().invoke(args=["rls", "surface", *arguments])

    return run_command


@pytest.fixture
def kept(run: Run, tmp_path: Path) -> Path:
    """The surface as it is kept in git."""
    path = tmp_path / "surface.json"
    path.write_text(run("--json").stdout)
    return path


def test_it_tells_what_requests_can_do(run: Run, server: Server) -> None:
    result = run()
    assert result.exit_code == 0, result.output
    assert f"as {server.names.owner} at " in result.stderr
    lines = result.stdout.splitlines()
    customers = next(
        number for number, line in enumerate(lines) if line.startswith("table public.customers ")
    )
    assert lines[customers + 1] == "        app: DELETE, INSERT, SELECT, UPDATE"
    assert any(
        line.startswith("function tenancy.find_tenant") and "runs as its owner" in line for line in lines
    )
    assert "context_keys" not in result.stdout
    assert "PostgreSQL's own objects are left out" in lines[-1]


def test_it_names_no_role_or_database_of_this_server(run: Run, server: Server, database: str) -> None:
    said = run("--json").stdout
    assert server.names.prefix not in said
    assert database not in said


def test_it_does_not_differ_from_itself(run: Run, kept: Path) -> None:
    result = run("--against", str(kept))
    assert (result.exit_code, result.stdout) == (0, "no difference\n")


def test_a_grant_differs_from_the_file(run: Run, kept: Path, server: Server, database: str) -> None:
    execute(server, database, "GRANT SELECT ON tenancy.context_keys TO {app}")
    result = run("--against", str(kept))
    assert result.exit_code == 1
    assert result.stdout.startswith("+ table tenancy.context_keys ")
    assert "+         app: SELECT" in result.stdout


@pytest.mark.parametrize(
    "change",
    [
        "ALTER POLICY customers_tenant_fence ON customers USING (true)",
        "ALTER TABLE customers NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE customers ADD hole int",
        "DROP INDEX uniq_customers_tenant_id_email",
    ],
)
def test_a_table_that_changed_differs(
    run: Run, kept: Path, server: Server, database: str, change: str
) -> None:
    execute(server, database, change)
    result = run("--against", str(kept), "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    for side in ("here_alone", "there_alone"):
        assert [item["name"] for item in found[side]["objects"]] == ["public.customers"]


@pytest.mark.parametrize("driver", ["postgresql", "postgresql+psycopg"])
def test_two_databases_are_compared(run: Run, server: Server, template: str, driver: str) -> None:
    with server.clone(template) as other:
        url = server.address("owner", other).set(drivername=driver).render_as_string(hide_password=False)
        assert run("--against", url).exit_code == 0
        execute(server, other, _VIEW)
        result = run("--against", url)
    assert result.exit_code == 1
    assert "- view public.all_customers" in result.stdout
    assert not any(line.startswith("+") for line in result.stdout.splitlines())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file or directory"),
        (b"", "this is no JSON"),
        (b"[]", "this is no surface"),
        (b'{"objects": [], "given": [1]}', "given is no list of objects"),
        (b'{"objects": [{"kind": "table", "name": "x"}], "given": []}', "objects is no list of objects"),
        (b"\xff\xfe", "this is no text"),
    ],
)
def test_a_file_that_holds_no_surface_ends_with_2_and_one_line(
    run: Run, tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "surface.json"
    if content is not None:
        path.write_bytes(content)
    result = run("--against", str(path))
    assert result.exit_code == 2
    problem = result.stderr.splitlines()[1:]
    assert len(problem) == 1
    assert said in problem[0]


@pytest.mark.parametrize("against", ["postgresql://nobody@127.0.0.1:1/x", "postgresql://[", "mysql://x/y"])
def test_a_database_that_cannot_be_read_ends_with_2_and_one_line(run: Run, against: str) -> None:
    result = run("--against", against)
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 2)


@pytest.mark.parametrize("arguments", [("--builtins", "--json"), ("--role", "root"), ("--config", "nowhere")])
def test_bad_usage_ends_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_postgresqls_own_objects_are_as_released(run: Run, server: Server) -> None:
    with server.connect("bootstrap", "postgres") as connection:
        version = connection.info.server_version // 10_000
    shipped = ROOT / "sql" / "surface" / "builtins" / f"{version}.txt"
    assert run("--builtins").stdout == shipped.read_text(encoding="utf-8")
