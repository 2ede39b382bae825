"""The application where no database is asked: what it declares and what it tells of itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator
from werkzeug.routing import Rule

from tenantapp.application import create_app
from tenantapp.settings.load import Settings, load_settings

NOWHERE = "postgresql://nobody:nothing@127.0.0.1:1/nothing"
METHODS = ("get", "post", "patch", "delete")


def described_settings(app_env: str, **keys: str) -> Settings:
    """Return settings that lead to no database."""
    needed = {
        "APP_ENV": app_env,
        "ALLOW_UNVERIFIED_TLS": "true",
        "BASE_DOMAIN": "tenants.example",
        "CONTEXT_KEY": f"k1:{'5e' * 32}",
        "SECRET_KEY": "of a test, and long enough for one that is secret",
        "DATABASE_URL": NOWHERE,
    }
    return load_settings(needed | keys, None)


def described_app(**changes: Any) -> Flask:
    """Return an application that has no database."""
    settings = load_settings({"APP_ENV": "testing", "DATABASE_URL": NOWHERE, "LOG_LEVEL": "ERROR"}, None)
    return create_app(replace(settings, **changes))


def document_of(app: Flask) -> dict[str, Any]:
    """Return the API document as a client gets it."""
    answer = app.test_client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    return dict(answer.get_json())


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path, method and description of each operation."""
    for path, described in document["paths"].items():
        for method in METHODS:
            if method in described:
                yield path, method, described[method]


def resolved(document: dict[str, Any], part: Any) -> Any:
    """Return what a part of the document says or refers to."""
    while "$ref" in part:
        found: Any = document
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def path_of(rule: Rule) -> str:
    """Return a route as the document writes it."""
    return "".join(f"{{{text}}}" if is_argument else text for is_argument, text in rule._trace).partition(
        "|"
    )[2]


def faults(document: dict[str, Any], schema: dict[str, Any], value: Any) -> list[str]:
    """Return what is wrong with a value, by a schema of the document."""
    whole = {**schema, "components": document["components"]}
    checker = Draft202012Validator.FORMAT_CHECKER
    found = Draft202012Validator(whole, format_checker=checker).iter_errors(value)
    return [f"{error.json_path}: {error.message}" for error in found]
