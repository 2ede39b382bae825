"""A server for one test, which may fill its disk or make a standby of it, with a migrated database."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from flask_migrate import upgrade
from psycopg import sql

from tenantapp.application import create_app
from tenantapp.embedded import EmbeddedServer
from tenantapp.platform.context_keys import install_key
from tenantapp.platform.preparation import create_roles, prepare_database
from tenantapp.postgres.roles import RoleNames
from tenantapp.settings.context_key import PUBLISHED_CONTEXT_KEY
from tests.support import debian
from tests.support.databases import LIMITS, PASSWORDS, Server

DATABASE = "tenantapp"


@contextmanager
def own_server(
    root: Path, settings: Mapping[str, str], version: int | None = None
) -> Iterator[EmbeddedServer]:
    """Lend a server in a folder; of `TEST_POSTGRES_VERSION`, unless a version is given."""
    version = version or int(os.environ.get("TEST_POSTGRES_VERSION", "18"))
    lend = debian.debian_server if version in debian.VERSIONS else EmbeddedServer
    with lend(root, version=version, settings=settings) as started:
        yield started


def migrated(started: EmbeddedServer) -> Server:
    """Return the server with its roles, and with a database at the newest revision."""
    server = Server(started.superuser_url, RoleNames("tenantapp"))
    with server.connect("bootstrap", "postgres") as connection:
        create_roles(connection, server.names, PASSWORDS, LIMITS)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    with server.connect("bootstrap", DATABASE) as connection:
        prepare_database(connection, server.names)
    with create_app(server.settings(DATABASE)).app_context():
        upgrade()
    with server.connect("owner", DATABASE) as connection:
        install_key(connection, PUBLISHED_CONTEXT_KEY)
    return server


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Lend a file system of its own in memory.

    Raises:
        PermissionError: this user may not mount one.
    """
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", str(folder)]
    done = subprocess.run(mount, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise PermissionError(done.stderr.strip())
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
