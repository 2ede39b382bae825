"""`flask seed`: every profile, twice, otherwise, and away again; and many rows under FORCE."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from flask import Flask

from tests.support.commands import Run

MORE = ("rcas", "rca_solutions", "todos")
COUNTED = ("control.directory", "tenants", "users", "customers", "services", "deployments", *MORE, "api_keys")
SMALL = {"SEED_TENANTS": "2", "SEED_CUSTOMERS": "1500", "SEED_USERS": "3", "SEED_SERVICES": "2"}
SMALL |= {"SEED_RCAS": "5", "SEED_TODOS": "6"}


@pytest.fixture
def run(seeded_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Run:
    for key, value in SMALL.items():
        monkeypatch.setenv(key, value)
    return lambda *arguments, **options: seeded_app.test_cli_runner().invoke(
        args=["seed", *arguments], **options
    )


def counts(superuser: psycopg.Connection[Any]) -> list[int]:
    return [superuser.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in COUNTED]


@pytest.mark.parametrize(
    ("profile", "made"),
    [
        ("demo", [2, 2, 6, 3000, 4, 12, 10, 6, 12, 2]),
        ("dev", [2, 2, 6, 3000, 4, 12, 10, 6, 12, 2]),
        ("test", [2, 2, 6, 3000, 4, 12, 10, 6, 12, 2]),
        ("bench", [2, 2, 0, 3000, 0, 0, 0, 0, 0, 0]),
    ],
)
def test_a_profile_is_made_once_however_often_it_is_run_and_removed_whole(
    run: Run, own_superuser: psycopg.Connection[Any], profile: str, made: list[int]
) -> None:
    for _ in range(2):
        result = run("run", "--profile", profile)
        assert result.exit_code == 0, result.output
        assert counts(own_superuser) == made
    assert "2 tenants are there" in result.stderr
    each = "SELECT count(*), count(DISTINCT email) FROM customers GROUP BY tenant_id"
    assert own_superuser.execute(each).fetchall() == [(1500, 1500)] * 2
    forced = (
        "SELECT bool_and(relrowsecurity AND relforcerowsecurity) FROM pg_class WHERE relname = 'customers'"
    )
    assert own_superuser.execute(forced).fetchone() == (True,)
    asked = run("reset", "--profile", profile, input="n\n")
    assert asked.exit_code == 1
    assert counts(own_superuser) == made
    removed = run("reset", "--profile", profile, "--yes")
    assert (removed.exit_code, removed.stdout) == (0, "removed 2 tenants\n"), removed.output
    assert counts(own_superuser) == [0] * len(COUNTED)


def test_others_tenants_and_rows_stay(
    run: Run, own_superuser: psycopg.Connection[Any], seeded_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEED_CUSTOMERS", "2")
    assert run("run", "--profile", "test").exit_code == 0
    monkeypatch.setenv("SEED_RANDOM_SEED", "2")
    monkeypatch.setenv("SEED_USER_EMAIL", "Me@Example.com")
    assert run("run").exit_code == 0
    emails = "SELECT count(DISTINCT email), count(*) FILTER (WHERE email = 'me@example.com') FROM users"
    assert own_superuser.execute(emails).fetchone() == (11, 2)
    own_superuser.execute("DELETE FROM customers WHERE email <> (SELECT min(email) FROM customers)")
    assert run("run").exit_code == 0
    assert run("reset", "--yes").exit_code == 0
    left = own_superuser.execute("SELECT subdomain FROM tenants ORDER BY 1").fetchall()
    assert left == [("test-1",), ("test-2",)]


def test_wrong_keys_are_told_together_and_nothing_is_made(
    run: Run, own_superuser: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEED_TENANTS", "many")
    monkeypatch.setenv("SEED_USER_EMAIL", "nobody")
    result = run("run")
    assert result.exit_code == 1
    assert "SEED_TENANTS: expected how many tenants" in result.output
    assert "SEED_USER_EMAIL: expected" in result.output
    assert counts(own_superuser) == [0] * len(COUNTED)


@pytest.mark.parametrize(
    "arguments",
    [
        ("seed", "run"),
        ("seed", "run", "--profile", "test"),
        ("seed", "reset"),
        ("seed", "reset", "--yes"),
        ("up",),
    ],
)
def test_a_command_for_development_refuses_to_run_in_production(
    run: Run, seeded_app: Flask, own_superuser: psycopg.Connection[Any], arguments: tuple[str, ...]
) -> None:
    assert run("run").exit_code == 0
    before = counts(own_superuser)
    settings = seeded_app.extensions["tenantapp"].settings
    # Frozen: production's own settings would ask for TLS.
    object.__setattr__(settings, "app_env", "production")
    result = seeded_app.test_cli_runner().invoke(args=arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: APP_ENV: this is production, and `flask ")
    assert f"`flask {' '.join(arguments[:2])}`" in result.stderr
    assert counts(own_superuser) == before


def test_a_key_that_is_not_installed_is_told_with_what_to_do(
    run: Run, own_superuser: psycopg.Connection[Any]
) -> None:
    own_superuser.execute("DELETE FROM tenancy.context_keys")
    result = run("run", "--profile", "test")
    assert result.exit_code == 1
    assert "`flask keys install`" in result.stderr
    assert counts(own_superuser)[:3] == [0, 0, 0]
