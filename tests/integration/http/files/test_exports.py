"""Exports over HTTP: the same rows as the list, safe in a spreadsheet, and imported as they were."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenantapp.db import paging
from tenantapp.tenancy.context import open_context_here
from tests.support.backends import all_returned
from tests.support.customers import CUSTOMERS, assert_problem, insert_customers, new_customer
from tests.support.tenants import TenantUnderTest

EXPORT = f"{CUSTOMERS}/export"
FORMULAS = ("=1+1", "+49 30", "-2", "@SUM(A1)", "'=1", "  =1", "''@x", "\t=1", "'plain", "\uff1d1")


def exported(tenant: TenantUnderTest, query: str = "", **options: Any) -> str:
    answer = tenant.request("GET", f"{EXPORT}{query}", **options)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return str(answer.get_data(as_text=True))


def cells(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_format_is_what_is_asked_for(tenant: TenantUnderTest, other_tenant: TenantUnderTest) -> None:
    new_customer(other_tenant)
    created = [new_customer(tenant, tags=["a", "b"]), new_customer(tenant, notes="x\ny")]
    as_csv = tenant.request("GET", EXPORT)
    assert as_csv.content_type == "text/csv; charset=utf-8"
    assert as_csv.headers["Content-Disposition"] == 'attachment; filename="customers.csv"'
    rows = cells(as_csv.get_data(as_text=True))
    assert [row["id"] for row in rows] == [row["id"] for row in reversed(created)]
    assert rows[0].keys() == created[0].keys()
    assert (rows[1]["tags"], rows[0]["notes"]) == ('["a","b"]', "x\ny")
    for ask in ({"query": "?format=ndjson"}, {"headers": {"Accept": "application/x-ndjson"}}):
        lines = exported(tenant, **ask).splitlines()
        assert [json.loads(line) for line in lines] == created[::-1]
    assert_problem(tenant.request("GET", EXPORT, headers={"Accept": "image/png"}), 406, "not-acceptable")
    assert_problem(tenant.request("GET", f"{EXPORT}?limit=5"), 422, "invalid-fields")


def test_the_filters_are_the_lists_and_nothing_is_left_out(
    tenant: TenantUnderTest, superuser: psycopg.Connection[Any]
) -> None:
    insert_customers(superuser, tenant, 3 * paging.STREAMED + 7)
    one = new_customer(tenant, status="prospect", notes="met at the fair")
    assert len(cells(exported(tenant))) == 3 * paging.STREAMED + 8
    for query in ("?status=prospect", "?q=fair", f"?email={one['email']}"):
        assert [row["id"] for row in cells(exported(tenant, query))] == [one["id"]]
    assert exported(tenant, "?deleted=true&format=ndjson") == ""
    all_returned(tenant.app)


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40)
CUSTOMER = st.fixed_dictionaries(
    {
        "name": TEXT | st.sampled_from(FORMULAS),
        "phone": st.none() | st.sampled_from(["+49 30", "-1", "'+1"]),
        "notes": st.none() | TEXT,
        "status": st.sampled_from(["active", "prospect"]),
        "tags": st.lists(st.sampled_from(["=x", "a,b", '"', "'"]), max_size=3),
    }
)


@pytest.mark.parametrize("kind", ["csv", "ndjson"])
def test_what_is_exported_is_imported_as_it_was(
    tenant: TenantUnderTest, superuser: psycopg.Connection[Any], kind: str
) -> None:
    @given(st.lists(CUSTOMER, min_size=1, max_size=5))
    @settings(
        max_examples=15,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def goes_round(rows: list[dict[str, Any]]) -> None:
        superuser.execute("DELETE FROM customers WHERE tenant_id = %s", (tenant.id,))
        for number, row in enumerate(rows):
            answer = tenant.request("POST", CUSTOMERS, json={**row, "email": f"c{number}@c.example"})
            assert answer.status_code in {201, 422}
        first = exported(tenant, f"?columns=importable&format={kind}")
        if not first.count("@c.example"):
            return
        superuser.execute("DELETE FROM customers WHERE tenant_id = %s", (tenant.id,))
        answer = tenant.request(
            "POST",
            f"{CUSTOMERS}/import",
            data=first.encode(),
            content_type={"csv": "text/csv", "ndjson": "application/x-ndjson"}[kind],
        )
        assert answer.status_code == 200, answer.get_data(as_text=True)
        again = exported(tenant, f"?columns=importable&format={kind}")
        assert sorted(again.splitlines()) == sorted(first.splitlines())

    goes_round()


@pytest.fixture
def many(tenant: TenantUnderTest, superuser: psycopg.Connection[Any]) -> Iterator[TenantUnderTest]:
    """A tenant whose export takes several parts."""
    insert_customers(superuser, tenant, 3 * paging.STREAMED)
    yield tenant
    all_returned(tenant.app)


def test_a_client_that_goes_away_leaves_its_connection_clean(many: TenantUnderTest) -> None:
    for parts in range(3):
        answer = many.request("GET", EXPORT, buffered=False)
        taken = iter(answer.response)
        for _ in range(parts):
            next(taken)
        answer.close()
        all_returned(many.app)
    for _ in range(12):
        assert many.request("HEAD", EXPORT, buffered=False).close() is None
    assert open_context_here() is None


def test_a_statement_that_fails_half_way_does_not_look_like_an_end(
    many: TenantUnderTest, superuser: psycopg.Connection[Any]
) -> None:
    answer = many.request("GET", EXPORT, buffered=False)
    taken = iter(answer.response)
    next(taken)
    superuser.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE state = 'idle in transaction' AND query LIKE 'FETCH%' AND datname = current_database()"
    )
    with pytest.raises(Exception, match=r"terminat|closed|lost|consuming"):
        list(taken)
    answer.close()
    assert len(cells(exported(many))) == 3 * paging.STREAMED
