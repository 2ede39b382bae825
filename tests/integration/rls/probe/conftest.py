"""A database to attack, and what came of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from psycopg import sql

from tenantapp.rls.probe import ProbeReport, probe
from tests.support.databases import Server
from tests.support.sealing import sealer_of

Probe = Callable[[str], ProbeReport]
Break = Callable[[str], None]


@pytest.fixture(scope="session")
def run_probe(server: Server) -> Probe:
    """Probe a database by its name."""

    def run(database: str) -> ProbeReport:
        with server.connect("app", database) as app, server.connect("platform", database) as platform:
            return probe(app, platform, sealer_of(database))

    return run


@pytest.fixture
def execute(server: Server, database: str) -> Break:
    """Execute SQL in the test's own database as a superuser; `{app}`, `{owner}` … are the roles."""

    def run(statements: str) -> None:
        names = {key: sql.Identifier(name) for key, name in server.names.as_values().items()}
        with server.connect("bootstrap", database) as superuser:
            superuser.execute(sql.SQL(statements).format(**names))

    return run
