"""`flask up`: the whole program on a fresh machine, from roles to a served request."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import http.client
import signal
import socket
import subprocess
import sys
import time

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade

from tenantapp.cli.ending import heed_signals, kill, leave, stop, wait_for
from tenantapp.cli.production import not_in_production
from tenantapp.cli.servers import (
    address,
    bootstrap_url,
    connect,
    context_key,
    database_name,
    one_line_errors,
    passwords,
    role_limits,
    role_names,
)
from tenantapp.embedded import development
from tenantapp.health.revisions import MigrationsUnreadable, read_revisions
from tenantapp.platform.context_keys import install_key
from tenantapp.platform.preparation import create_database, create_roles, prepare_database
from tenantapp.runtime import RUNTIME
from tenantapp.seeds.options import options_of
from tenantapp.seeds.run import seed

START_SECONDS = 30.0
PR_SET_PDEATHSIG = 1
LIMITS = "docs/security/model.md, Limits"


@click.command("up")
@with_appcontext
@one_line_errors
@not_in_production
def up() -> None:
    """Prepare server and database, migrate, install the context key, make two demo tenants, and serve."""
    heed_signals()
    settings = RUNTIME.here().settings
    _refuse_taken_port(settings.port)
    if settings.bootstrap_database_url is not None:
        _prepare()
    _migrate()
    with connect(address("owner")) as connection:
        install_key(connection, context_key())
    tokens = seed(current_app, options_of("demo", {}))
    # The server's workers have pools of their own.
    RUNTIME.here().pool.close()
    code = _serve(settings.port, tokens)
    development.stop_embedded()
    leave(code)


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            reason = (
                "is taken" if error.errno == errno.EADDRINUSE else f"cannot be listened on ({error.strerror})"
            )
            raise click.ClickException(
                f"PORT: 127.0.0.1:{port} {reason}; choose another: PORT={_another(port)} make run"
            ) from error


def _another(port: int) -> int:
    """Return a port that any user may listen on."""
    return port + 1 if 1024 <= port < 65_535 else 8080


def _prepare() -> None:
    url, database = bootstrap_url(), database_name()
    click.echo(f"preparing database {database!r} at {url.host}:{url.port}")
    with connect(url) as connection:
        reports = [create_roles(connection, role_names(), passwords(), role_limits())]
        create_database(connection, database)
    with connect(url.set(database=database)) as connection:
        reports.append(prepare_database(connection, role_names()))
    if refused := [measure for report in reports for measure in report.with_status("not possible")]:
        click.echo(f"not possible on this server: {', '.join(refused)} (see {LIMITS})")


def _migrate() -> None:
    click.echo("migrating")
    try:
        read_revisions()
    except MigrationsUnreadable as error:
        raise click.ClickException(str(error)) from error
    upgrade()


def _serve(port: int, tokens: dict[str, str]) -> int:
    """Run the web server until it ends; however this program ends, the server ends with it."""
    application = "tenantapp.application:create_app()"
    command = [sys.executable, "-m", "gunicorn", "-c", "python:tenantapp.server", application]
    # In a group of its own, which Control-C in a terminal does not reach: how long it may take is said here.
    server = subprocess.Popen(
        command,
        preexec_fn=_end_with_parent,  # noqa: PLW1509 - no thread is left
        process_group=0,
    )
    try:
        if _answers(port, server):
            _show(port, tokens)
        elif server.poll() is None:
            click.echo(
                f"not ready within {START_SECONDS:g} s: http://127.0.0.1:{port}/readyz says why", err=True
            )
        return wait_for(server)
    except KeyboardInterrupt:
        stop(server)
        return 0
    finally:
        kill(server)


def _end_with_parent() -> None:
    """Ask for SIGTERM when the parent is gone: kill -9 leaves it no time to pass one on."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _answers(port: int, server: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if _is_ready(port):
                return True
        time.sleep(0.1)
    return False


def _is_ready(port: int) -> bool:
    # Not urllib, which would ask the proxy that the environment names.
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=2)) as connection:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200


def _show(port: int, tokens: dict[str, str]) -> None:
    def curl(subdomain: str, token: str) -> str:
        return (
            f'curl -s -H "Authorization: Bearer {token}" '
            f'-H "X-Tenant-Subdomain: {subdomain}" http://127.0.0.1:{port}/api/v1/customers'
        )

    address = f"http://127.0.0.1:{port}"
    click.echo(f"\nServing on {address} (Control-C ends it). Open {address}/ to read the API, or paste:\n")
    click.echo(f"# acme's customers\n{curl('acme', tokens['acme'])}\n")
    click.echo(f"# globex's customers\n{curl('globex', tokens['globex'])}\n")
    click.echo(f"# acme's key is refused at globex\n{curl('globex', tokens['acme'])}\n")
