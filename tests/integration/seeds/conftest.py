"""The application on a database and an instance folder of a test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.support.databases import Server


@pytest.fixture
def seeded_app(server: Server, database: str, tmp_path: Path) -> Iterator[Flask]:
    """The application, which keeps its keys in a folder of the test's own."""
    with server.application(database, instance_path=tmp_path / "instance") as app:
        yield app
