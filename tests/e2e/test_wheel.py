"""The wheel that `make dist` builds: the whole program, run in an empty folder."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from psycopg import sql
from sqlalchemy import URL

from tenantapp.settings.load import ROOT
from tests.e2e.conftest import is_served
from tests.e2e.programs import NOT_HEARD, eventually, free_port, running
from tests.e2e.wire import CUSTOMERS, call
from tests.support.databases import Server, roles_on, undisturbed

FOLDERS = ("tenantapp", "migrations", "sql")
GUNICORN = ("-m", "gunicorn", "-c", "python:tenantapp.server", "tenantapp.application:create_app()")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make dist` makes of a copy of the source."""
    checkout = tmp_path_factory.mktemp("checkout")
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, checkout / folder)
    for file in ROOT.glob("[!.]*"):
        if file.is_file():
            shutil.copy(file, checkout)
    # What it installs is here.
    done("make", "dist", "INSTALL=@true", f"BIN={Path(sys.executable).parent}", folder=checkout)
    (built,) = (checkout / "dist").glob("*.whl")
    return built


@dataclass(frozen=True)
class Installation:
    """An environment that has the wheel, and a folder to run it in."""

    python: Path
    folder: Path

    def run(self, *words: str) -> str:
        """Run the environment's Python in the folder, and return what it prints."""
        return done(self.python, *words, folder=self.folder)

    def flask(self, *words: str) -> str:
        """Run a command of the program's."""
        return self.run("-m", "flask", "--app", "tenantapp.application", *words)


@pytest.fixture
def installed(wheel: Path, tmp_path: Path) -> Installation:
    """The wheel, in an environment that has all else from the one that runs the tests."""
    environment, folder = tmp_path / "environment", tmp_path / "folder"
    folder.mkdir()
    done(sys.executable, "-m", "venv", "--without-pip", environment)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "others.pth").write_text("\n".join(path for path in sys.path if "site-packages" in path))
    made = Installation(environment / "bin" / "python", folder)
    uv = Path(sys.executable).with_name("uv")
    done(uv, "pip", "install", "--quiet", "--offline", "--no-deps", "--python", made.python, wheel)
    found = made.run("-c", "import tenantapp; print(tenantapp.__file__)")
    assert Path(found.strip()).is_relative_to(environment)
    return made


@pytest.fixture
def own(bootstrap: URL) -> Iterator[tuple[Server, str]]:
    """Roles of the test's own, and the name of a database that is still to be made."""
    with roles_on(bootstrap) as server, server.connect("bootstrap", "postgres") as superuser:
        name = f"wheel_{secrets.token_hex(6)}"
        with undisturbed(superuser):
            yield server, name
        superuser.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def heard() -> dict[str, str]:
    """Return this environment without what tells the program anything."""
    return {key: value for key, value in os.environ.items() if not key.startswith((*NOT_HEARD, "PYTHON"))}


def done(*command: str | Path, folder: Path | None = None) -> str:
    ended = subprocess.run(
        command, cwd=folder, env=heard(), check=False, capture_output=True, text=True, timeout=300
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def write_settings(folder: Path, server: Server, database: str, port: int) -> None:
    """Write `.env` as an operator does."""
    addresses = {
        "BOOTSTRAP_DATABASE_URL": server.address("bootstrap", "postgres"),
        "DATABASE_URL": server.address("app", database),
        "MIGRATION_DATABASE_URL": server.address("owner", database),
        "PLATFORM_DATABASE_URL": server.address("platform", database),
    }
    lines = {"APP_ENV": "testing", "ROLE_PREFIX": server.names.prefix, "PORT": str(port)}
    lines |= {key: address.render_as_string(hide_password=False) for key, address in addresses.items()}
    (folder / ".env").write_text("".join(f"{key}='{value}'\n" for key, value in lines.items()))


def test_it_holds_what_a_checkout_has_beside_the_package(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    beside = [path for folder in ("migrations", "sql") for path in (ROOT / folder).rglob("*.*")]
    delivered = {path.relative_to(ROOT) for path in beside if path.suffix != ".pyc"}
    assert {f"tenantapp/delivered/{path}" for path in delivered} <= held
    assert not [name for name in held if name.endswith(".pyc") or name.startswith("tests")]


@pytest.mark.services
def test_the_program_runs_in_an_empty_folder(installed: Installation, own: tuple[Server, str]) -> None:
    port = free_port()
    write_settings(installed.folder, *own, port)
    installed.flask("roles", "create")
    installed.flask("databases", "prepare")
    installed.flask("db", "upgrade")
    installed.flask("keys", "install")
    installed.flask("db", "check")
    assert "0 errors, 0 warnings" in installed.flask("rls", "audit")
    installed.flask("tenants", "create", "acme")
    issued = installed.flask("api-keys", "create", "--tenant", "acme", "--name", "first", "--json")
    shown = {"Authorization": f"Bearer {json.loads(issued)['token']}", "X_Tenant_Subdomain": "acme"}
    with running((str(installed.python), *GUNICORN), heard(), installed.folder, installed.folder) as program:
        assert eventually(lambda: is_served(port)), program.errors
        answer = call(port, "GET", CUSTOMERS, **shown)
    assert (answer.status, answer.json["items"]) == (200, [])
    assert "Traceback" not in program.errors
