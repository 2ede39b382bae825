"""The demo tenants: made once, however often they are asked for."""

from __future__ import annotations

import json
import stat
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask

from tenantapp.platform.tenants import create_tenant
from tenantapp.seeds.options import PROFILES, options_of
from tenantapp.seeds.run import seed
from tests.support.operator import as_operator

TENANTS = dict(PROFILES["demo"].names())
TABLES = ("control.directory", "tenants", "customers", "api_keys")


@pytest.fixture
def keys_file(seeded_app: Flask, tmp_path: Path) -> Path:
    """Where the tokens are kept."""
    return tmp_path / "instance" / "seed-keys.json"


def counts(superuser: psycopg.Connection[Any]) -> Counter[str]:
    """Return how many rows each table has."""
    found: Counter[str] = Counter()
    for table in TABLES:
        found[table] = superuser.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]
    return found


def demo(app: Flask) -> dict[str, str]:
    return seed(app, options_of("demo", {}))


def emails(app: Flask, subdomain: str, token: str) -> set[str]:
    answer = app.test_client().get(
        "/api/v1/customers?limit=200",
        base_url=f"http://{subdomain}.localhost",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return {customer["email"] for customer in answer.get_json()["items"]}


def test_each_tenant_has_customers_of_its_own_and_a_key(seeded_app: Flask) -> None:
    tokens = demo(seeded_app)
    assert tokens.keys() == TENANTS.keys()
    of_acme, of_globex = (emails(seeded_app, subdomain, tokens[subdomain]) for subdomain in TENANTS)
    assert len(of_acme) == len(of_globex) == 30
    assert not of_acme & of_globex


def test_a_second_time_nothing_is_made_and_the_tokens_are_the_same(
    seeded_app: Flask, own_superuser: psycopg.Connection[Any]
) -> None:
    first = demo(seeded_app)
    made = counts(own_superuser)
    assert made == {"control.directory": 2, "tenants": 2, "customers": 60, "api_keys": 2}
    assert demo(seeded_app) == first
    assert counts(own_superuser) == made


def test_without_its_file_new_keys_are_issued_and_the_old_ones_live_on(
    seeded_app: Flask, own_superuser: psycopg.Connection[Any], keys_file: Path
) -> None:
    first = demo(seeded_app)
    keys_file.unlink()
    second = demo(seeded_app)
    assert not set(first.values()) & set(second.values())
    assert counts(own_superuser) == {"control.directory": 2, "tenants": 2, "customers": 60, "api_keys": 4}
    for tokens in (first, second):
        assert len(emails(seeded_app, "acme", tokens["acme"])) == 30
    assert demo(seeded_app) == second


def test_a_key_that_the_file_lacks_is_issued_alone(
    seeded_app: Flask, own_superuser: psycopg.Connection[Any], keys_file: Path
) -> None:
    first = demo(seeded_app)
    keys_file.write_text(json.dumps({"acme": first["acme"]}))
    second = demo(seeded_app)
    assert second["acme"] == first["acme"]
    assert second["globex"] != first["globex"]
    assert counts(own_superuser)["api_keys"] == 3


def test_a_tenant_that_somebody_else_made_and_left_empty_is_filled(
    seeded_app: Flask, own_superuser: psycopg.Connection[Any]
) -> None:
    with as_operator(seeded_app) as connection:
        create_tenant(connection, "acme", "Somebody's")
    tokens = demo(seeded_app)
    assert len(emails(seeded_app, "acme", tokens["acme"])) == 30
    assert counts(own_superuser)["tenants"] == 2


def test_the_tokens_are_readable_by_their_owner_alone(seeded_app: Flask, keys_file: Path) -> None:
    tokens = demo(seeded_app)
    assert json.loads(keys_file.read_text()) == tokens
    assert stat.S_IMODE(keys_file.stat().st_mode) == 0o600


def test_a_tokens_file_of_another_database_is_no_use_here(
    seeded_app: Flask, own_superuser: psycopg.Connection[Any], keys_file: Path
) -> None:
    keys_file.parent.mkdir(parents=True)
    keys_file.write_text(json.dumps(dict.fromkeys(TENANTS, "tk_of_another_database")))
    tokens = demo(seeded_app)
    assert all(emails(seeded_app, subdomain, tokens[subdomain]) for subdomain in TENANTS)


def test_a_demo_that_was_cut_off_is_completed(
    seeded_app: Flask, own_superuser: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    own_superuser.execute("ALTER TABLE customers ADD CONSTRAINT chk_customers_nobody CHECK (false) NOT VALID")
    with pytest.raises(sa.exc.IntegrityError):
        demo(seeded_app)
    own_superuser.execute("ALTER TABLE customers DROP CONSTRAINT chk_customers_nobody")
    tokens = demo(seeded_app)
    assert [len(emails(seeded_app, subdomain, tokens[subdomain])) for subdomain in TENANTS] == [30, 30]
