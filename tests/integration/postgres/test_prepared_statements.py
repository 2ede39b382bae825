"""Short statements are prepared when they come again; long ones are sent each time, and not remembered."""

from __future__ import annotations

import json

from flask import Flask

from tenantapp.postgres.prepared import LONGEST_PREPARED
from tests.support.backends import all_returned, pool_of
from tests.support.customers import CUSTOMERS, ada
from tests.support.tenants import TenantUnderTest

# psycopg prepares a statement at its sixth time.
TIMES = 7


def remembered(app: Flask) -> list[str]:
    """Return the statements that the one connection remembers."""
    all_returned(app)
    connection = pool_of(app).connect()
    prepared = connection._prepared
    found = [text.decode() for text, _ in (*prepared._counts, *prepared._names)]
    connection.close()
    return found


def prepared_by_server(app: Flask) -> list[str]:
    """Return the statements that the server has prepared for the one connection."""
    all_returned(app)
    connection = pool_of(app).connect()
    rows = connection.execute("SELECT statement FROM pg_prepared_statements").fetchall()
    connection.rollback()
    connection.close()
    return [statement for (statement,) in rows]


def test_an_insert_of_many_rows_is_neither_prepared_nor_remembered(
    app_of_one: Flask, first: TenantUnderTest
) -> None:
    for time in range(TIMES):
        lines = (json.dumps(ada(email=f"{time}-{number}@import.example")) for number in range(500))
        answer = first.request(
            "POST", f"{CUSTOMERS}/import", data="\n".join(lines), content_type="application/x-ndjson"
        )
        assert answer.status_code == 200, answer.json
    assert max(map(len, remembered(app_of_one))) <= LONGEST_PREPARED
    assert max(map(len, prepared_by_server(app_of_one)), default=0) <= LONGEST_PREPARED


def test_a_short_statement_that_comes_again_is_prepared(app_of_one: Flask, first: TenantUnderTest) -> None:
    for time in range(TIMES):
        answer = first.request("POST", CUSTOMERS, json=ada(email=f"{time}@one.example"))
        assert answer.status_code == 201, answer.json
    assert any("INSERT INTO customers" in statement for statement in prepared_by_server(app_of_one))
