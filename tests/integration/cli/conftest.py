"""The commands as an operator types them, on the database that tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from flask import Flask
from psycopg import sql

from tests.support.commands import Refusal, Run
from tests.support.databases import Server
from tests.support.sessions import WITHOUT_TIMEOUTS, Open, Session


@pytest.fixture
def run(app: Flask) -> Run:
    """Run a command on the shared database."""
    return lambda *arguments, **options: app.test_cli_runner().invoke(args=list(arguments), **options)


@pytest.fixture
def refused(run: Run) -> Callable[..., Refusal]:
    """Run a command that is to be refused."""
    return lambda *arguments: Refusal(run(*arguments))


@pytest.fixture
def session(server: Server, database: str) -> Iterator[Open]:
    """Give a function that opens a session and asks something on it, without waiting for an answer."""
    with server.connect("bootstrap", database) as superuser:
        app = sql.Identifier(server.names.app)
        # The application's role may not sleep on a prepared database; where it could not be denied, it may.
        superuser.execute(sql.SQL("GRANT EXECUTE ON FUNCTION pg_sleep(double precision) TO {}").format(app))
    with ExitStack() as opened:

        def ask(statement: bytes, role: str = "app", where: str = database) -> Session:
            connection = opened.enter_context(server.connect(role, where))
            connection.execute(WITHOUT_TIMEOUTS)
            connection.pgconn.send_query(statement)
            return connection

        yield ask
