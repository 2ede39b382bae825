"""What was prepared and is out of date, a session that the server ended, a server that became read-only."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Connection
from werkzeug.test import TestResponse

from tenantapp.db.session import db
from tenantapp.db.unit_of_work import reading
from tenantapp.http.api import PREFIX
from tenantapp.http.blueprint import Blueprint
from tenantapp.http.permissions import permission
from tenantapp.http.transactions import transaction
from tests.integration.postgres.conftest import MakeApp
from tests.support.backends import all_returned, backends, begin_bound, eventually, pool_of, terminate
from tests.support.databases import Server
from tests.support.probes import in_request
from tests.support.tenants import TenantUnderTest, make_tenant

CUSTOMERS = "/api/v1/customers"
SERVICES = "/api/v1/services"
OF_ONE = {"pool_min_size": 1, "pool_max_size": 1}
# As often as psycopg sends a statement before it prepares it, and more.
OFTEN = 8
PID = text("SELECT pg_backend_pid()")
CHANGES = [
    "ALTER TABLE customers ALTER phone TYPE varchar(60)",
    "ALTER TABLE customers ADD more text DEFAULT 'more'",
    "ALTER TABLE customers DROP more",
    "ALTER TABLE services ALTER name TYPE varchar(260)",
    "ALTER TABLE customers ALTER phone TYPE varchar(70)",
]


class Ways:
    """Every way by which a request reaches rows, warm: whatever can be prepared is."""

    def __init__(self, tenant: TenantUnderTest) -> None:
        self.tenant = tenant
        self._number = 0
        customer = tenant.create(CUSTOMERS, name="Ada", email="ada@example.com")["id"]
        service = tenant.create(SERVICES, name="Checkout")["id"]
        self.by_name: dict[str, Callable[[], TestResponse]] = {
            "get": partial(tenant.request, "GET", f"{CUSTOMERS}/{customer}"),
            "list": partial(tenant.request, "GET", CUSTOMERS),
            "read of several statements": partial(
                tenant.request, "GET", f"{SERVICES}/{service}/environments"
            ),
            "change": partial(tenant.request, "PATCH", f"{CUSTOMERS}/{customer}", json={"phone": "1"}),
            "create": self._create,
            "session": partial(in_request, tenant, self._by_session),
        }
        for name in self.by_name:
            for _ in range(OFTEN):
                self.serve(name)

    def serve(self, name: str) -> None:
        """Send a request that is done as it is meant."""
        assert self.by_name[name]().status_code == (201 if name == "create" else 200), name

    def _create(self) -> TestResponse:
        self._number += 1
        email = f"{threading.get_ident()}-{self._number}@example.com"
        return self.tenant.request("POST", CUSTOMERS, json={"name": "Bea", "email": email})

    def _by_session(self) -> list[object]:
        rows = db.session.execute(text("SELECT * FROM customers")).all()
        # A rollback would have all that is prepared forgotten.
        db.session.commit()
        return [str(row.phone) for row in rows]


def _execute(server: Server, database: str, *statements: str) -> None:
    with server.connect("bootstrap", database) as connection:
        for statement in statements:
            connection.execute(statement)


def _assert_passing(answer: TestResponse) -> None:
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json is not None
    assert answer.json["type"] == "urn:tenantapp:problem:database-unavailable"


@pytest.mark.parametrize("change", CHANGES[:4])
def test_the_first_request_after_a_change_of_a_table_is_served(
    make_app: MakeApp, server: Server, database: str, change: str
) -> None:
    ways = Ways(make_tenant(make_app(**OF_ONE)))
    if "DROP" in change:
        _execute(server, database, CHANGES[1])
    for name in ways.by_name:
        for _ in range(OFTEN):
            ways.serve(name)
        _execute(server, database, change if name == "get" else CHANGES[0].replace("60", str(60 + len(name))))
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
    _execute(server, database, CHANGES[0])
    _assert_passing(in_request(ways.tenant, work))
    assert len(done) == 2
    assert in_request(ways.tenant, work).status_code == 200


def test_the_first_statement_of_a_transaction_is_sent_again_where_its_plan_is_stale(
    make_app: MakeApp, server: Server, database: str
) -> None:
    ways = Ways(make_tenant(make_app(**OF_ONE)))
    _execute(server, database, CHANGES[0])
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
    _execute(server, database, CHANGES[0])
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
                _execute(server, database, change)
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
    _execute(server, database, "ALTER TABLE customers RENAME phone TO former")
    for name in names:
        assert ways.by_name[name]().status_code == 500
    _execute(server, database, f"ALTER TABLE customers ADD phone {again}")
    for name in names:
        ways.serve(name)


@pytest.mark.parametrize("leave", ["DISCARD ALL", "DEALLOCATE ALL", "DEALLOCATE {}"])
def test_statements_that_sql_has_deallocated_are_prepared_again(make_app: MakeApp, leave: str) -> None:
    app = make_app(**OF_ONE)
    ways = Ways(make_tenant(app))
    for way in ways.by_name:
        for _ in range(OFTEN):
            ways.serve(way)
        with closing(pool_of(app).connect()) as connection:
            connection.autocommit = True
            names = connection.execute(
                "SELECT name FROM pg_prepared_statements WHERE NOT from_sql"
            ).fetchall()
            assert names
            for (name,) in names if "{}" in leave else [("",)]:
                connection.execute(leave.format(f'"{name}"'))
        ways.serve(way)


def test_a_statement_deallocated_within_a_unit_is_no_500(make_app: MakeApp) -> None:
    tenant = make_tenant(make_app(**OF_ONE))
    ask = text("SELECT count(*) FROM customers")

    def work(*, deallocates: bool) -> list[object]:
        for _ in range(OFTEN):
            db.session.execute(ask)
        if deallocates:
            names = db.session.scalars(text("SELECT name FROM pg_prepared_statements WHERE NOT from_sql"))
            for name in names.all():
                db.session.execute(text(f'DEALLOCATE "{name}"'))
        return [db.session.scalar(ask)]

    _assert_passing(in_request(tenant, partial(work, deallocates=True)))
    assert in_request(tenant, partial(work, deallocates=False)).json == [0]


def test_a_server_that_becomes_read_only_answers_reads_and_refuses_writes_for_now(
    make_app: MakeApp, server: Server, database: str
) -> None:
    ways = Ways(make_tenant(make_app(pool_min_size=2, pool_max_size=2)))
    reads, writes = ("get", "list", "read of several statements", "session"), ("change", "create")
    read_only = f"ALTER DATABASE {database} SET default_transaction_read_only = on"
    _execute(server, "postgres", read_only)
    terminate(server, *backends(server, database))
    for name in reads:
        assert ways.by_name[name]().status_code == 200
    for name in writes:
        refused = ways.by_name[name]()
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    all_returned(ways.tenant.app)
    _execute(server, "postgres", read_only.replace("= on", "= off"))
    # The connections of before are still of a read-only server, and are replaced once they are no longer new.
    eventually(lambda: ways.by_name["create"]().status_code == 201, 12)


def _routes(app_of: MakeApp, work: Callable[[Connection], Any]) -> TenantUnderTest:
    app = app_of(pool_min_size=2, pool_max_size=2)
    blueprint = Blueprint("ended", __name__, url_prefix=f"{PREFIX}/ended")

    @blueprint.route("")
    @permission("read")
    @blueprint.response(204)
    def read_it() -> None:
        """Read."""
        with reading() as connection:
            work(connection)

    @blueprint.route("", methods=["POST"])
    @permission("write")
    @transaction
    @blueprint.response(204)
    def write_it() -> None:
        """Write."""
        work(db.session.connection())

    app.register_blueprint(blueprint)
    return make_tenant(app)


def test_a_session_that_the_server_ends_in_the_middle_is_done_again_if_it_only_read(
    make_app: MakeApp, server: Server
) -> None:
    done: list[int] = []

    def work(connection: Connection) -> Any:
        pid = connection.execute(PID).scalar_one()
        if not done:
            terminate(server, pid)
        done.append(pid)
        return connection.execute(PID).scalar_one()

    tenant = _routes(make_app, work)
    assert tenant.request("GET", "/api/v1/ended").status_code == 204
    assert len(set(done)) == 2
    done.clear()
    refused = tenant.request("POST", "/api/v1/ended")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert len(done) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_looked_for_a_function_that_is_gone_is_done_again_once(
    make_app: MakeApp, server: Server, database: str, method: str
) -> None:
    """PostgreSQL says so in a race alone, so a function says it here."""
    _execute(
        server,
        database,
        "CREATE FUNCTION public.gone() RETURNS int LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE 'cache lookup failed for function 1' USING ERRCODE = 'XX000'; END $$",
        f"GRANT EXECUTE ON FUNCTION public.gone() TO {server.names.app}",
    )
    attempts: list[str] = []
    asked = ["SELECT public.gone()", "SELECT 1"]

    def work(connection: Connection) -> Any:
        attempts.append(asked[min(len(attempts), len(asked) - 1)])
        return connection.execute(text(attempts[-1])).scalar_one()

    tenant = _routes(make_app, work)
    assert tenant.request(method, "/api/v1/ended").status_code == 204
    assert attempts == asked
    attempts.clear()
    asked[1:] = []
    _assert_passing(tenant.request(method, "/api/v1/ended"))
    assert len(attempts) == 2
