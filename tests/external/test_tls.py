"""Production speaks TLS 1.3 with its server, or says why it does not, whatever way it connects."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

import pytest
from flask import Flask

from tenantapp.application import create_app
from tenantapp.health.readiness import problems
from tenantapp.postgres.sealing import sealer_for, sealing_engine
from tenantapp.settings.load import Settings, load_settings
from tests.support.backends import close_pool
from tests.support.tls import TlsServer, tls_server

pytestmark = pytest.mark.services

DATABASE = "tenantapp"
REFUSED = (
    "SSL error: tlsv1 alert protocol version: the server speaks no TLS from TLSv1.3 to TLSv1.3: "
    "let it speak TLS 1.3, or set DATABASE_TLS_MIN=TLSv1.2"
)
# Each command's exit code where it may speak to the server, and where it may not. The superuser sees findings
# on a server of this test's own.
COMMANDS = {
    ("roles", "create"): (0, 1),
    ("databases", "prepare"): (0, 1),
    ("db", "upgrade"): (0, 1),
    ("db", "check"): (0, 1),
    ("keys", "install"): (0, 1),
    ("tenants", "list"): (0, 1),
    ("api-keys", "list", "--tenant", "acme"): (0, 1),
    ("rls", "audit"): (0, 2),
    ("rls", "audit", "--role", "bootstrap"): (1, 2),
    ("rls", "probe"): (0, 2),
    ("sessions", "watch", "--once"): (0, 1),
}
SPOKEN = """
    SELECT usename, version FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
    WHERE usename IN ('tenantapp_app', 'tenantapp_platform')
"""


@pytest.fixture(scope="module")
def tls() -> Iterator[TlsServer]:
    with tls_server() as started:
        yield started


@contextmanager
def application(tls: TlsServer, **changes: str) -> Iterator[Flask]:
    """Lend the application with production's settings."""
    app = create_app(settings_on(tls, **changes))
    yield app
    close_pool(app)


def settings_on(tls: TlsServer, **changes: str) -> Settings:
    roles = {"DATABASE_URL": "app", "MIGRATION_DATABASE_URL": "owner"}
    roles |= {"PLATFORM_DATABASE_URL": "platform", "WATCHDOG_DATABASE_URL": "watchdog"}
    addresses = {key: tls.address(DATABASE, f"tenantapp_{role}", role) for key, role in roles.items()}
    told: Mapping[str, str] = {
        "SECRET_KEY": "k" * 32,
        "CONTEXT_KEY": f"k1:{'5e' * 32}",
        "BASE_DOMAIN": "example.com",
        "BOOTSTRAP_DATABASE_URL": tls.address(),
        "CONNECT_TIMEOUT": "5",
        **addresses,
        **changes,
    }
    return load_settings(told, dotenv=None)


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=arguments)
    return result.exit_code, result.output


@pytest.fixture(scope="module")
def prepared(tls: TlsServer) -> TlsServer:
    """A server with a database that can be served from."""
    with application(tls) as app:
        for command in (
            ("roles", "create"),
            ("databases", "prepare"),
            ("db", "upgrade"),
            ("keys", "install"),
        ):
            code, said = run(app, *command)
            assert code == 0, said
    return tls


def test_every_command_works_with_a_server_that_speaks_tls_1_3(prepared: TlsServer) -> None:
    with application(prepared) as app:
        code, said = run(app, "tenants", "create", "acme")
        assert code == 0, said
        told = {command: run(app, *command) for command in COMMANDS}
        assert not any("SSL" in said for _, said in told.values())
        assert {command: code for command, (code, _) in told.items()} == {
            command: works for command, (works, _) in COMMANDS.items()
        }
        assert problems(app.extensions["tenantapp"].settings) == []


@pytest.mark.parametrize(
    ("lowest", "newest", "spoken"),
    [("TLSv1.3", "TLSv1.3", "TLSv1.3"), ("TLSv1.2", "TLSv1.3", "TLSv1.3"), ("TLSv1.2", "TLSv1.2", "TLSv1.2")],
)
def test_each_way_to_the_database_speaks_the_newest_that_both_know(
    prepared: TlsServer, lowest: str, newest: str, spoken: str
) -> None:
    with prepared.newest_tls(newest), application(prepared, DATABASE_TLS_MIN=lowest) as app:
        runtime = app.extensions["tenantapp"]
        url = runtime.settings.platform_database_url
        platform = sealing_engine(url, sealer_for(runtime.settings, url))
        with closing(runtime.pool.connect()), platform.connect(), prepared.connect() as superuser:
            found = set(superuser.execute(SPOKEN).fetchall())
        assert found == {("tenantapp_app", spoken), ("tenantapp_platform", spoken)}
        assert problems(runtime.settings) == []


@pytest.fixture(scope="module")
def outdated(prepared: TlsServer) -> Iterator[TlsServer]:
    """The same server, which now speaks TLS 1.2 alone."""
    with prepared.newest_tls("TLSv1.2"):
        yield prepared


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_refuses_a_server_that_speaks_tls_1_2_alone(
    outdated: TlsServer, command: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    with application(outdated) as app:
        code, said = run(app, *command)
    assert code == COMMANDS[command][1]
    # Flask-Migrate logs what it refuses.
    assert REFUSED in said + caplog.text
    assert "Traceback" not in said


def test_the_application_is_not_ready_and_says_why(outdated: TlsServer) -> None:
    with application(outdated) as app:
        response = app.test_client().get("/readyz", headers={"Host": "example.com"})
        assert response.status_code == 503
        assert json.loads(response.data)["problems"] == [f"error: connection: {REFUSED}"]


def test_it_is_served_where_the_setting_allows_it(outdated: TlsServer) -> None:
    assert problems(settings_on(outdated, DATABASE_TLS_MIN="TLSv1.2")) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("@localhost", "@127.0.0.1"), 'does not match host name "127.0.0.1"'),
        (("sslrootcert=", "sslrootcert=/none"), "name the authority's file in the address (sslrootcert)"),
    ],
)
def test_a_server_that_is_not_verified_is_told_without_its_address(
    prepared: TlsServer, change: tuple[str, str], reason: str
) -> None:
    address = prepared.address(DATABASE, "tenantapp_app", "app").replace(*change)
    (problem,) = problems(settings_on(prepared, DATABASE_URL=address, DATABASE_TLS_MIN="TLSv1.2"))
    assert (problem.check, problem.is_error) == ("connection", True)
    assert reason in problem.reason
    assert str(prepared.port) not in problem.reason
