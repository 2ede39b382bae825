"""`docker-compose.yml` follows the Compose Specification, and publishes nothing without a password."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft201909Validator

from tenantapp.settings.load import ROOT

SCHEMA = json.loads(
    (Path(__file__).parent / "compose_schema" / "compose_spec.json").read_text(encoding="utf-8")
)
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
IMAGES = {"postgres": "postgres:15-alpine", "redis": "redis:7-alpine"}


def complaints(compose: dict[str, Any]) -> list[str]:
    return [error.message for error in Draft201909Validator(SCHEMA).iter_errors(compose)]


def test_the_file_follows_the_schema() -> None:
    assert complaints(COMPOSE) == []


@pytest.mark.parametrize(
    "wrong", [{"healthcheck": {"tests": []}}, {"ports": "5432"}, {"imagine": "postgres"}]
)
def test_the_schema_finds_what_is_wrong(wrong: dict[str, Any]) -> None:
    assert complaints({"services": {"postgres": {"image": "postgres", **wrong}}})


def test_the_file_runs_postgresql_and_redis() -> None:
    assert {name: service["image"] for name, service in COMPOSE["services"].items()} == IMAGES


@pytest.mark.parametrize("name", IMAGES)
def test_each_service_has_a_health_check_a_named_volume_and_the_network(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["healthcheck"].keys() >= {"test", "interval", "timeout", "retries"}
    assert {mount.partition(":")[0] for mount in service["volumes"]} <= COMPOSE["volumes"].keys()
    assert set(service["networks"]) == COMPOSE["networks"].keys()


@pytest.mark.parametrize("name", IMAGES)
def test_each_service_is_published_to_this_machine_only(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in COMPOSE["services"][name]["ports"])


def test_both_passwords_are_required() -> None:
    postgres, redis = COMPOSE["services"]["postgres"], COMPOSE["services"]["redis"]
    assert postgres["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")
    assert redis["command"][redis["command"].index("--requirepass") + 1].startswith("${REDIS_PASSWORD:?")


def test_postgresql_asks_everyone_for_a_password_and_writes_a_logical_log() -> None:
    postgres = COMPOSE["services"]["postgres"]
    assert postgres["environment"]["POSTGRES_INITDB_ARGS"] == "--auth=scram-sha-256"
    assert "wal_level=logical" in postgres["command"]
