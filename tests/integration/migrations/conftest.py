"""A prepared database at no revision, and how migrations are run on it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask

from tenantapp.application import create_app
from tenantapp.config import ROOT
from tests.integration.migrations.snapshot import Snapshot, take_snapshot
from tests.support.databases import Server

REVISIONS = [s.revision for s in reversed([*ScriptDirectory(str(ROOT / "migrations")).walk_revisions()])]


@dataclass(frozen=True)
class Migrations:
    """The migrations of one database, run as the role that is given, by default the owner."""

    server: Server
    database: str
    role: str = "owner"

    @cached_property
    def app(self) -> Flask:
        """The application whose commands these are; it asks the database nothing itself."""
        address = self.server.address(self.role, self.database)
        return create_app(replace(self.server.settings(self.database), migration_database_url=address))

    @cached_property
    def owner(self) -> sa.Engine:
        """Connections of the owner's."""
        address = self.server.address("owner", self.database)
        return sa.create_engine(address, poolclass=sa.pool.NullPool)

    def upgrade(self, revision: str = "head") -> None:
        """Upgrade to `revision`."""
        with self.app.app_context():
            flask_migrate.upgrade(revision=revision)

    def downgrade(self, revision: str = "base") -> None:
        """Downgrade to `revision`."""
        with self.app.app_context():
            flask_migrate.downgrade(revision=revision)

    def snapshot(self) -> Snapshot:
        """Return the schema as it is."""
        with self.owner.connect() as connection:
            return take_snapshot(connection)

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start `flask db` in a process of its own, where nothing of this one's models is known."""
        address = self.server.address(self.role, self.database)
        environment = {
            key: value for key, value in os.environ.items() if not key.endswith("DATABASE_URL")
        } | {
            "APP_ENV": "testing",
            "LOG_LEVEL": "WARNING",
            "ROLE_PREFIX": self.server.names.prefix,
            "DATABASE_URL": self.server.address("app", self.database).render_as_string(hide_password=False),
            "MIGRATION_DATABASE_URL": address.render_as_string(hide_password=False),
        }
        return subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "db", *command],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@pytest.fixture
def empty(server: Server) -> Iterator[Migrations]:
    """A prepared database at no revision."""
    with server.clone("template0") as name:
        yield Migrations(server, name)


@pytest.fixture
def newest(server: Server, database: str) -> Migrations:
    """A database at the newest revision, which a test may change."""
    return Migrations(server, database)
