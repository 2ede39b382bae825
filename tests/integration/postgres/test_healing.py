"""What was prepared and is out of date, a session that the server ended, a server that became read-only."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import text

from tenantapp.db.session import db
from tests.integration.postgres.conftest import OF_ONE, MakeApp
from tests.integration.postgres.ways import OFTEN, Ways, assert_passing, execute
from tests.support.backends import all_returned, backends, begin_bound, pool_of
from tests.support.databases import Server
from tests.support.probes import in_request
from tests.support.tenants import make_tenant

CHANGES = [
    "ALTER TABLE customers ALTER phone TYPE varchar(60)",
    "ALTER TABLE customers ADD more text DEFAULT 'more'",
    "ALTER TABLE customers DROP more",
    "ALTER TABLE services ALTER name TYPE varchar(260)",
    "ALTER TABLE customers ALTER phone TYPE varchar(70)",
]


@pytest.mark.parametrize("change", CHANGES[:4])
def test_the_first_request_after_a_change_of_a_table_is_served(
    make_app: MakeApp, server: Server, database: str, change: str
) -> None:
    ways = Ways(make_tenant(make_app(**OF_ONE)))
    if "DROP" in change:
        execute(server, database, CHANGES[1])
    for name in ways.by_name:
        for _ in range(OFTEN):
            ways.serve(name)
        execute(server, database, change if name == "get" else CHANGES[0].replace("60", str(60 + len(name))))
        ways.serve(name)


def test_a_request_that_has_committed_is_a_503_and_the_next_is_served(
    make_app: MakeApp, server: Server, database: str
) -> None:
    """A view that commits by itself: what it did before must not be done twice."""
    ways = Ways(make_tenant(make_app(**OF_ONE)))
    done: list[str] = []

    def work() -> list[object]:
        done.append("once")
        db.session.execute(text("SELECT 1"))
        db.session.commit()
        db.session.execute(text("SELECT 1"))
        return ways._by_session()

    assert in_request(ways.tenant, work).status_code == 200
    execute(server, database, CHANGES[0])
    assert_passing(in_request(ways.tenant, work))
    assert len(done) == 2
    assert in_request(ways.tenant, work).status_code == 200


def test_the_first_statement_of_a_transaction_is_sent_again_where_its_plan_is_stale(
    make_app: MakeApp, server: Server, database: str
) -> None:
    ways = Ways(make_tenant(make_app(**OF_ONE)))
    execute(server, database, CHANGES[0])
    assert ways.by_name["session"]().status_code == 200


def test_one_stale_plan_heals_every_connection(make_app: MakeApp, server: Server, database: str) -> None:
    app = make_app(pool_min_size=3, pool_max_size=3)
    ways = Ways(make_tenant(app))
    ask = "SELECT * FROM customers WHERE id IS NULL"
    with closing(pool_of(app).connect()) as one, closing(pool_of(app).connect()) as two:
        for connection in (one, two):
            begin_bound(connection, ways.tenant.context)
            connection.execute(ask, prepare=True)
            connection.commit()
    all_returned(app)
    before = backends(server, database)
    execute(server, database, CHANGES[0])
    assert ways.by_name["list"]().status_code == 200
    for _ in range(3):
        with closing(pool_of(app).connect()) as connection:
            begin_bound(connection, ways.tenant.context)
            assert connection.execute(ask, prepare=True).fetchall() == []
            connection.commit()
    assert backends(server, database) == before, "a connection was replaced without need"


def test_changes_of_tables_and_functions_under_load_are_not_noticed(
    make_app: MakeApp, server: Server, database: str
) -> None:
    app = make_app(pool_min_size=4, pool_max_size=4)
    several = [Ways(make_tenant(app)) for _ in range(2)]
    stopped = threading.Event()

    def ask(ways: Ways, name: str) -> Counter[int]:
        seen: Counter[int] = Counter()
        while not stopped.is_set():
            seen[ways.by_name[name]().status_code] += 1
        return seen

    with ThreadPoolExecutor(10) as threads:
        names = [name for name in several[0].by_name if name != "session"]
        asked = [threads.submit(ask, ways, name) for ways in several for name in names]
        try:
            for change in CHANGES:
                _replace_functions(server, database)
                execute(server, database, change)
                stopped.wait(0.5)
        finally:
            stopped.set()
        seen = sum((each.result() for each in asked), Counter[int]())
    assert set(seen) <= {200, 201}, seen


def _replace_functions(server: Server, database: str) -> None:
    with server.connect("owner", database) as owner:
        found = owner.execute(
            "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'tenancy'::regnamespace"
            " AND proowner = session_user::regrole"
        ).fetchall()
        assert found
        for (definition,) in found:
            owner.execute(definition)


@pytest.mark.parametrize("again", ["text", "varchar(80)"])
def test_a_column_that_was_gone_for_a_while_is_read_as_soon_as_it_is_back(
    make_app: MakeApp, server: Server, database: str, again: str
) -> None:
    """While it is gone it is the program's own error, which asks for it."""
    ways = Ways(make_tenant(make_app(**OF_ONE)))
    names = ("get", "list", "change", "create")
    execute(server, database, "ALTER TABLE customers RENAME phone TO former")
    for name in names:
        assert ways.by_name[name]().status_code == 500
    execute(server, database, f"ALTER TABLE customers ADD phone {again}")
    for name in names:
        ways.serve(name)
