"""A transaction that the server ended, or whose statement is gone, is done again, once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Connection

from tenantapp.db.session import db
from tenantapp.db.unit_of_work import reading
from tenantapp.http.api import PREFIX
from tenantapp.http.blueprint import Blueprint
from tenantapp.http.permissions import permission
from tenantapp.http.transactions import transaction
from tests.integration.postgres.conftest import OF_ONE, MakeApp
from tests.integration.postgres.ways import OFTEN, Ways, assert_passing, execute
from tests.support.backends import all_returned, backends, eventually, pool_of, terminate
from tests.support.databases import Server
from tests.support.probes import in_request
from tests.support.tenants import TenantUnderTest, make_tenant

PID = text("SELECT pg_backend_pid()")


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

    assert_passing(in_request(tenant, partial(work, deallocates=True)))
    assert in_request(tenant, partial(work, deallocates=False)).json == [0]


def test_a_server_that_becomes_read_only_answers_reads_and_refuses_writes_for_now(
    make_app: MakeApp, server: Server, database: str
) -> None:
    ways = Ways(make_tenant(make_app(pool_min_size=2, pool_max_size=2)))
    reads, writes = ("get", "list", "read of several statements", "session"), ("change", "create")
    read_only = f"ALTER DATABASE {database} SET default_transaction_read_only = on"
    execute(server, "postgres", read_only)
    terminate(server, *backends(server, database))
    for name in reads:
        assert ways.by_name[name]().status_code == 200
    for name in writes:
        refused = ways.by_name[name]()
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    all_returned(ways.tenant.app)
    execute(server, "postgres", read_only.replace("= on", "= off"))
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
    execute(
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
    assert_passing(tenant.request(method, "/api/v1/ended"))
    assert len(attempts) == 2
