"""Databases to migrate, and a copy of the program to change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.migrations.database import Migrations
from tests.integration.migrations.tree import Tree
from tests.support.databases import Server


@pytest.fixture
def empty(server: Server) -> Iterator[Migrations]:
    """A prepared database at no revision."""
    with server.clone("template0") as name:
        yield Migrations(server, name)


@pytest.fixture
def newest(server: Server, database: str) -> Migrations:
    """A database at the newest revision, which a test may change."""
    return Migrations(server, database)


@pytest.fixture
def tree(newest: Migrations, tmp_path: Path) -> Tree:
    """A copy of the program beside a database at its newest revision."""
    return Tree(newest, tmp_path)
