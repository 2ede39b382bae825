"""docs/deployment.md, word by word, on Debian's packages: from a new folder to a tenant that is served."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.e2e.programs import eventually, free_port
from tests.support.machine import ROOT, Machine, new_machine
from tests.support.nginx import Nginx, nginx
from tests.support.pages import blocks_of, commands
from tests.support.tls import HOST, PASSWORD, TlsServer, tls_server

pytestmark = pytest.mark.services

PAGE = ROOT / "docs" / "deployment.md"
DELIVERED = ("tenantapp", "migrations", "sql", "wsgi.py", "pyproject.toml", "requirements.txt")
DOMAIN = "service.example.net"
INSTALL, SETTINGS, ROLES, TENANT = (
    "2. Install the program",
    "3. Write the settings",
    "4. Create the roles, the database and its tables",
    "5. Create a tenant and an API key",
)
SERVE, REQUEST, PROXY = "6. Start the server", "7. Send a request", "8. Put nginx in front"
BY_A_SUPERUSER, WATCHDOG = "Without a superuser", "The watchdog"
INSTALL_SECONDS, START_SECONDS, STOP_SECONDS = 600, 60, 15


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """An installation from `requirements.txt` alone, by the page's own commands."""
    machine = new_machine(tmp_path_factory.mktemp("machine"), delivering=DELIVERED)
    install, begin = commands(PAGE, {"/opt/tenantapp": str(machine.folder)})[INSTALL]
    machine.run(install, seconds=INSTALL_SECONDS)
    imported = "python -c 'import tenantapp; print(tenantapp.__file__)'"
    told = machine.run(begin, "command -v flask gunicorn python", imported).splitlines()
    assert [Path(line).is_relative_to(machine.folder) for line in told] == [True] * 4
    for absent in ("pytest", "ruff", "selenium"):
        assert "No module named" in machine.run(begin, f"python -c 'import {absent}' 2>&1 || true")
    return machine


@dataclass(frozen=True)
class Role:
    """A role that may create roles and databases."""

    name: str
    password: str


@pytest.fixture(params=["a superuser", "a role that is no superuser"])
def role(request: pytest.FixtureRequest, database_server: TlsServer) -> Role:
    """Who prepares the server."""
    if request.param == "a superuser":
        return Role("postgres", PASSWORD)
    with database_server.connect() as superuser:
        superuser.execute("CREATE ROLE creator LOGIN CREATEROLE CREATEDB PASSWORD 'creator-secret'")
    return Role("creator", "creator-secret")


@pytest.fixture
def database_server() -> Iterator[TlsServer]:
    """A new server, which speaks TLS alone."""
    with tls_server() as server:
        yield server


@dataclass(frozen=True)
class Page:
    """The page's blocks, with this test's values in the place of the examples.

    Args:
        blocks: by the section's title.
        machine: where they run.
        port: where the page has the program listen.
        is_superuser: whether the role that prepares is one.
    """

    blocks: dict[str, list[str]]
    machine: Machine
    port: int
    is_superuser: bool

    @property
    def begin(self) -> str:
        """What the page begins every shell with."""
        return self.blocks[INSTALL][1]

    def readiness(self) -> tuple[int, list[str]]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        return response.status, json.loads(response.read())["problems"]


@pytest.fixture
def page(machine: Machine, database_server: TlsServer, role: Role) -> Iterator[Page]:
    port = free_port()
    found = commands(
        PAGE,
        {
            "/opt/tenantapp": str(machine.folder),
            "/etc/ssl/db-authority.pem": str(database_server.authority),
            "postgres:password@": f"{role.name}:{role.password}@",
            "db.example.com:5432": f"{HOST}:{database_server.port}",
            "example.com": DOMAIN,
            "8000": str(port),
        },
    )
    yield Page(found, machine, port, is_superuser=role.name == "postgres")
    for name in (".env", "operator.env", "acme-key.json", "prepare.sql"):
        (machine.folder / name).unlink(missing_ok=True)


def prepare(page: Page) -> str:
    """Go through the page up to the tenant's key."""
    return page.machine.run(
        page.begin, *(block for title in (SETTINGS, ROLES, TENANT) for block in page.blocks[title])
    )


@pytest.fixture
def prepared(page: Page) -> str:
    """What the commands printed that prepare the server."""
    return prepare(page)


@pytest.fixture
def served(page: Page, prepared: str) -> Iterator[subprocess.Popen[str]]:
    """The program, started by the page's command."""
    (command,) = page.blocks[SERVE]
    log = page.machine.folder.parent / "server.log"
    with log.open("w+") as output:
        process = subprocess.Popen(
            ["/bin/bash", "-euc", f"{page.begin}\nexec {command}"],
            cwd="/",
            env=page.machine.environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            eventually(lambda: process.poll() is not None or is_answering(page.port), START_SECONDS)
            assert is_answering(page.port), log.read_text()
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def finish_as_superuser(page: Page) -> None:
    """Do what the page leaves to a superuser, in a shell that knows what step 3 and 4 said."""
    kept = [line for line in page.blocks[ROLES][0].splitlines() if line.startswith("set -a")]
    blocks = [
        block.replace("creator:creator-secret@", f"postgres:{PASSWORD}@")
        for block in page.blocks[BY_A_SUPERUSER]
    ]
    page.machine.run(page.begin, *_variables(page), *kept, *blocks)


def ask_through_nginx(page: Page) -> None:
    """Ask through the page's proxy as the page does, and as a client might that means no good."""
    (site,) = blocks_of(PAGE, "nginx")
    site = site.replace("example.com", DOMAIN).replace("127.0.0.1:8000", f"127.0.0.1:{page.port}")
    token = next(line for line in page.blocks[REQUEST][0].splitlines() if line.startswith("token="))
    (asked,) = page.blocks[PROXY]
    with nginx(site, DOMAIN) as proxy:

        def ask(command: str) -> str:
            return page.machine.run(page.begin, token, _led_to(proxy), command)

        assert json.loads(ask(asked))["items"] == []
        bare = asked.replace("acme.", "").replace("--silent", "--silent --header 'X-Tenant-Subdomain: acme'")
        assert json.loads(ask(bare))["items"] == []
        forged = asked.replace("--silent", "--silent --header 'X-Forwarded-Host: globex.example.org'")
        assert json.loads(ask(forged))["items"] == []
        assert "308" in ask(f"curl --silent --head http://acme.{DOMAIN}/docs")
        answered = "curl --silent --output /dev/null --write-out '%{http_code}' "
        assert ask(f"{answered} https://acme.{DOMAIN}/readyz") == "404"
        # It has no certificate to show for another's name: curl's 35 is a failed handshake.
        assert ask("curl --silent https://acme.example.org/healthz || echo $?").strip() == "35"


def _led_to(proxy: Nginx) -> str:
    """Return what makes the shell's curl take every name for the proxy's, and trust its certificate."""
    led = f"--connect-to '::127.0.0.1:{proxy.port}'"
    return (
        f'curl() {{ case "$*" in *http://*) set -- --connect-to \'::127.0.0.1:{proxy.plain_port}\' "$@";; '
        f'*) set -- {led} "$@";; esac; command curl --noproxy \'*\' --cacert {proxy.authority} "$@"; }}'
    )


def operate(page: Page) -> None:
    """Run the commands of docs/operations.md that a running installation is looked after with."""
    exported = [line for line in page.blocks[ROLES][0].splitlines() if line.startswith(("set -a", "export "))]
    tasks = commands(PAGE.with_name("operations.md"), {})
    page.machine.run(page.begin, *_variables(page), *exported, *tasks["Tenants"], *tasks["A new release"])


def _variables(page: Page) -> list[str]:
    """Return the lines of step 3 that name the server."""
    return [line for line in page.blocks[SETTINGS][0].splitlines() if line.startswith(("server=", "tls="))]


def is_answering(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def test_a_tenant_is_served(
    page: Page, prepared: str, served: subprocess.Popen[str], database_server: TlsServer
) -> None:
    assert ("not possible: languages" in prepared) is not page.is_superuser
    assert ("needs a superuser: see docs/deployment.md" in prepared) is not page.is_superuser

    printed = page.machine.run(page.begin, *page.blocks[REQUEST])
    ready, customers = (json.loads(line) for line in printed.replace("}{", "}\n{").splitlines())
    assert ready["status"] == "ready"
    assert customers == {"items": [], "next_cursor": None}
    warnings = [warning for warning in ready["problems"] if warning.startswith("warning: preparation: ")]
    assert ready["problems"] == warnings
    assert len(warnings) == (0 if page.is_superuser else 1)
    for warning in warnings:
        assert "these measures take a superuser and are missing" in warning
    page.machine.run(page.begin, *page.blocks[WATCHDOG])
    ask_through_nginx(page)

    if not page.is_superuser:
        finish_as_superuser(page)
    # What was found is remembered for a moment.
    assert eventually(lambda: page.readiness() == (200, [])), page.readiness()

    operate(page)

    served.send_signal(signal.SIGTERM)
    assert served.wait(STOP_SECONDS) == 0
    said = (page.machine.folder.parent / "server.log").read_text()
    assert "Traceback" not in said
    assert {line.partition(":")[0] for line in said.splitlines() if "warning" in line} <= {"tenantapp"}
    spoken = "SELECT count(*) FROM pg_stat_ssl WHERE version <> 'TLSv1.3'"
    with database_server.connect() as superuser:
        assert superuser.execute(spoken).fetchone() == (0,)
