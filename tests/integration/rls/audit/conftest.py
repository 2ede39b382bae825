"""The deliberately broken database, made once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.rls.audit.story import BROKEN, execute
from tests.support.databases import Server


@pytest.fixture(scope="session")
def broken_database(server: Server, template: str) -> Iterator[str]:
    """The name of a database with every fault that a database can have by itself."""
    with server.clone(template) as name:
        execute(server, name, BROKEN.read_text(encoding="utf-8"))
        yield name
