"""Keys come and go while requests are served: two are valid at once, and no more."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest
from click.testing import Result
from flask import Flask

from tenantapp.application import create_app
from tenantapp.postgres.safety import check_context_key
from tenantapp.settings.context_key import PUBLISHED_CONTEXT_KEY, ContextKey
from tenantapp.tenancy.seal import ContextSealer
from tests.integration.tenancy.seal.conftest import enter
from tests.support.backends import close_pool
from tests.support.databases import Server
from tests.support.sealing import sealer_of
from tests.support.tenants import TenantUnderTest, make_tenant

OTHER = ContextKey("other", b"\x01" * 32)


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["keys", *arguments])


def done(app: Flask, *arguments: str) -> str:
    result = run(app, *arguments)
    assert result.exit_code == 0, result.output
    return str(result.stdout)


def refused(app: Flask, *arguments: str) -> str:
    result = run(app, *arguments)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith("Error: ")
    return str(result.stderr)


def listed(app: Flask) -> dict[str, bool]:
    return {row["key_id"]: row["configured"] for row in json.loads(done(app, "list", "--json"))}


def takes(connection: psycopg.Connection[Any], key: ContextKey, tenant: TenantUnderTest) -> bool:
    sealer = ContextSealer(key, connection.info.dbname)
    try:
        found = enter(connection, sealer.seal(tenant.context, connection.info.backend_pid))
    except psycopg.errors.InsufficientPrivilege:
        return False
    return found == tenant.id


def test_the_configured_key_is_installed_once(own_app: Flask) -> None:
    assert done(own_app, "install") == "published: is installed already\n"
    assert listed(own_app) == {"published": True}


def test_a_key_is_rotated_while_requests_are_served(server: Server, database: str, own_app: Flask) -> None:
    tenant = make_tenant(own_app)
    new = ContextKey.parse(json.loads(done(own_app, "rotate", "--json"))["context_key"])
    assert listed(own_app) == {"published": True, new.id: False}

    renewed = create_app(server.settings(database, context_key=new))
    same = TenantUnderTest(renewed, tenant.id, tenant.subdomain, tenant.token)
    with server.connect("app", database) as connection:
        for key in (PUBLISHED_CONTEXT_KEY, new):
            assert takes(connection, key, tenant)
        for client in (tenant, same):
            assert client.request("GET", "/api/v1/customers").status_code == 200

        assert done(renewed, "retire", "published") == "published: retired\n"
        assert not takes(connection, PUBLISHED_CONTEXT_KEY, tenant)
        assert takes(connection, new, tenant)
        assert same.request("GET", "/api/v1/customers").status_code == 200
        assert tenant.request("GET", "/api/v1/customers").status_code == 503
    assert listed(renewed) == {new.id: True}
    close_pool(renewed)


def test_a_third_key_is_refused(own_app: Flask) -> None:
    done(own_app, "rotate")
    assert "are installed already: run `flask keys retire`" in refused(own_app, "rotate")
    assert len(listed(own_app)) == 2


def test_the_configured_key_is_not_retired(own_app: Flask) -> None:
    assert "'published' is the configured context key" in refused(own_app, "retire", "published")
    assert listed(own_app) == {"published": True}


def test_a_key_that_is_not_installed_is_not_retired(own_app: Flask) -> None:
    assert "no context key 'other' is installed" in refused(own_app, "retire", "other")


def test_another_key_under_an_id_that_is_taken_is_refused(server: Server, database: str) -> None:
    app = create_app(server.settings(database, context_key=ContextKey("published", OTHER.secret)))
    told = "another context key is installed under the id 'published': give yours another"
    assert told in refused(app, "install")


def test_no_command_shows_a_key_but_the_one_that_makes_it(own_app: Flask) -> None:
    for arguments in (("install",), ("list",), ("list", "--json")):
        result = run(own_app, *arguments)
        assert PUBLISHED_CONTEXT_KEY.secret.hex() not in result.output + result.stderr


@pytest.mark.parametrize("key", [OTHER, ContextKey("published", OTHER.secret)])
def test_a_missing_or_wrong_key_is_a_reason_not_to_be_ready(
    server: Server, shared_database: str, key: ContextKey
) -> None:
    reason = (
        f"the context key {key.id!r} is not installed in this database, {shared_database!r}: "
        "run `flask keys install`"
    )
    with server.connect("app", shared_database) as connection:
        (problem,) = check_context_key(connection, ContextSealer(key, shared_database))
        assert (problem.check, problem.reason, problem.severity) == ("context_key", reason, "error")
        assert check_context_key(connection, sealer_of(shared_database)) == []
    app = create_app(server.settings(shared_database, context_key=key))
    ready = app.test_client().get("/readyz", base_url="http://localhost")
    assert ready.status_code == 503
    assert reason in ready.get_data(as_text=True)
    close_pool(app)
