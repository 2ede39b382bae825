"""keyset_page pages any select: each row comes once, in order, whatever it is ordered by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Float, Integer, Numeric, Select, cast, desc, event, func, select
from sqlalchemy.exc import ArgumentError

from tenantapp.db.session import db
from tenantapp.http.pages import keyset_page
from tenantapp.resources.customers.models import Customer
from tenantapp.resources.rcas.models import Rca
from tenantapp.tenancy.context import TenantContext, tenant_context
from tests.support.probes import path_to
from tests.support.tenants import TenantUnderTest, make_tenant

CUSTOMERS = [
    ("Ada", "active"),
    ("Bea", "active"),
    ("Cem", "inactive"),
    ("Dov", "prospect"),
    ("Eva", "active"),
]
COMPUTED = func.length(Customer.email, type_=Integer).label("email_length")

Show = Callable[[Any], Any]


@pytest.fixture
def tenant(app: Flask) -> TenantUnderTest:
    """A tenant with five customers, of which some have analyses."""
    tenant = make_tenant(app)
    for number, (name, status) in enumerate(CUSTOMERS):
        made = tenant.create(
            "/api/v1/customers", name=name, status=status, email=f"{'x' * (number % 3 + 1)}{number}@a.example"
        )
        for title in range(number % 3):
            tenant.create(
                "/api/v1/rcas", title=str(title), issue_description="It fails", customer_id=made["id"]
            )
    return tenant


def pages(
    tenant: TenantUnderTest, statement: Select[Any], *keys: Any, show: Show, limit: int = 2
) -> list[list[Any]]:
    """Return what each page shows, from the first to the last, by following the links."""

    def work() -> dict[str, Any]:
        page = keyset_page(statement, *keys)
        return {"shown": [show(item) for item in page["items"]], "next": page["next_cursor"]}

    path = f"{path_to(tenant.app, work)}?limit={limit}"
    found: list[list[Any]] = []
    while path:
        answer = tenant.request("POST", path)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        found.append(answer.json["shown"])
        link = answer.headers.get("Link", "")
        assert bool(link) == bool(answer.json["next"])
        path = link[1 : link.index(">")] if link else ""
        assert len(found) < 10
    return found


def names(rows: list[list[Any]]) -> list[Any]:
    """Return what all pages show, in one."""
    return [item for page in rows for item in page]


def test_entities_are_paged_by_a_column(tenant: TenantUnderTest) -> None:
    found = pages(
        tenant, select(Customer), Customer.name.desc(), Customer.id.desc(), show=lambda item: item.name
    )
    assert found == [["Eva", "Dov"], ["Cem", "Bea"], ["Ada"]]


def test_the_last_page_has_no_cursor_though_it_is_full(tenant: TenantUnderTest) -> None:
    found = pages(tenant, select(Customer), Customer.name, Customer.id, show=lambda item: item.name, limit=5)
    assert found == [["Ada", "Bea", "Cem", "Dov", "Eva"]]


def test_columns_are_paged_as_rows_that_have_their_names(tenant: TenantUnderTest) -> None:
    statement = select(Customer.name, Customer.status).where(Customer.status == "active")
    found = pages(
        tenant, statement, Customer.created_at.desc(), Customer.id, show=lambda row: [row.name, row.status]
    )
    assert names(found) == [["Eva", "active"], ["Bea", "active"], ["Ada", "active"]]


def test_one_column_is_paged_as_its_values(tenant: TenantUnderTest) -> None:
    found = pages(tenant, select(Customer.name), Customer.name, Customer.id, show=str)
    assert names(found) == ["Ada", "Bea", "Cem", "Dov", "Eva"]


def test_a_key_may_rise_while_another_falls(tenant: TenantUnderTest) -> None:
    found = pages(
        tenant, select(Customer), Customer.status.desc(), Customer.email.asc(), show=lambda item: item.name
    )
    assert names(found) == ["Dov", "Cem", "Ada", "Bea", "Eva"]


@pytest.mark.parametrize("key", ["label", "name"])
def test_groups_are_paged_by_their_count(tenant: TenantUnderTest, key: str) -> None:
    analyses = func.count(Rca.id).label("analyses")
    statement = (
        select(Customer.id, Customer.name, analyses)
        .outerjoin(Rca, Rca.customer_id == Customer.id)
        .group_by(Customer.id, Customer.name)
        .having(func.count(Rca.id) < 2)
    )
    first = analyses.desc() if key == "label" else desc("analyses")
    found = pages(tenant, statement, first, "name", Customer.id, show=lambda row: [row.name, row.analyses])
    assert found == [[["Bea", 1], ["Eva", 1]], [["Ada", 0], ["Dov", 0]]]


def test_what_is_distinct_or_limited_is_paged_as_it_is(tenant: TenantUnderTest) -> None:
    distinct = pages(tenant, select(Customer.status).distinct(), Customer.status, show=str)
    assert names(distinct) == ["active", "inactive", "prospect"]
    newest = select(Customer.id, Customer.name).order_by(Customer.created_at.desc()).limit(3)
    limited = pages(tenant, newest, Customer.name, Customer.id, show=lambda row: row.name)
    assert names(limited) == ["Cem", "Dov", "Eva"]


@pytest.mark.parametrize(
    "computed",
    [
        COMPUTED,
        func.length(Customer.email, type_=Numeric).label("email_length"),
        cast(func.length(Customer.email) / 3.0, Float).label("email_length"),
        (func.date(Customer.created_at) + func.length(Customer.email)).label("email_length"),
        func.left(Customer.email, func.length(Customer.email) - 10, type_=Customer.email.type).label(
            "email_length"
        ),
    ],
    ids=["integer", "numeric", "float", "untyped", "text"],
)
def test_computed_keys_are_paged_whatever_their_type(
    tenant: TenantUnderTest, computed: Any, request: pytest.FixtureRequest
) -> None:
    statement = select(Customer.id, Customer.name, computed)
    if request.node.callspec.id == "untyped":
        with pytest.raises(ArgumentError, match="give the key a type"):
            _first_page(tenant, statement, "email_length", Customer.id)
        return
    found = pages(tenant, statement, "email_length", Customer.id, show=lambda row: row.name)
    assert len(found) == 3
    assert sorted(names(found)) == ["Ada", "Bea", "Cem", "Dov", "Eva"]


def _first_page(tenant: TenantUnderTest, statement: Select[Any], *keys: Any) -> None:
    with tenant.app.test_request_context("/"), tenant_context(TenantContext(tenant.id)):
        keyset_page(statement, *keys)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ((), "needs a key"),
        ((Customer.company, Customer.id), "may be NULL"),
        ((Customer.tags, Customer.id), "give the key a type"),
        (("unknown", Customer.id), "must select"),
        ((Customer.name.desc().nulls_last(), Customer.id), "no key may be NULL"),
        ((Customer.status,), "not unique"),
    ],
)
def test_what_cannot_be_paged_by_is_refused_before_anything_is_asked(
    tenant: TenantUnderTest, keys: tuple[Any, ...], said: str
) -> None:
    with pytest.raises(ArgumentError, match=said):
        _first_page(tenant, select(Customer), *keys)


def test_an_order_of_the_statements_own_is_refused(tenant: TenantUnderTest) -> None:
    with pytest.raises(ArgumentError, match="leave order_by"):
        _first_page(tenant, select(Customer).order_by(Customer.name), Customer.id)


def test_a_computed_key_that_is_null_is_told(tenant: TenantUnderTest) -> None:
    nothing = func.nullif(Customer.name, Customer.name, type_=Customer.name.type).label("nothing")
    with (
        tenant.app.test_request_context("/?limit=1"),
        tenant_context(TenantContext(tenant.id)),
        pytest.raises(ValueError, match="is NULL in a row"),
    ):
        keyset_page(select(Customer.id, nothing), "nothing", Customer.id)


def test_a_cursor_is_good_for_its_list_its_order_and_its_tenant_alone(tenant: TenantUnderTest) -> None:
    order: list[Any] = [Customer.name, Customer.id]

    def work() -> dict[str, Any]:
        return {"next": keyset_page(select(Customer.name), *order)["next_cursor"]}

    path = path_to(tenant.app, work)
    cursor = tenant.request("POST", f"{path}?limit=1").json["next"]
    assert tenant.request("POST", f"{path}?cursor={cursor}").status_code == 200
    for query in (f"cursor={cursor}x", f"cursor={cursor}&status=active"):
        assert tenant.request("POST", f"{path}?{query}").status_code == 400
    assert make_tenant(tenant.app).request("POST", f"{path}?cursor={cursor}").status_code == 400
    order[0] = Customer.email
    assert tenant.request("POST", f"{path}?cursor={cursor}").status_code == 400


def test_a_parameter_that_is_a_list_goes_with_the_link_and_decides_what_a_cursor_is_good_for(
    tenant: TenantUnderTest,
) -> None:
    path = path_to(
        tenant.app, lambda: {"next": keyset_page(select(Customer.name), Customer.id)["next_cursor"]}
    )
    first = tenant.request("POST", f"{path}?limit=1&tag=a&tag=b")
    cursor = first.json["next"]
    assert first.headers["Link"] == f'<{path}?limit=1&tag=a&tag=b&cursor={cursor}>; rel="next"'
    assert tenant.request("POST", f"{path}?tag=a&tag=b&cursor={cursor}").status_code == 200
    assert tenant.request("POST", f"{path}?tag=a&tag=c&cursor={cursor}").status_code == 400


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "1&limit=2"])
def test_a_limit_that_is_none_is_refused(tenant: TenantUnderTest, limit: str) -> None:
    path = path_to(tenant.app, lambda: keyset_page(select(Customer.name), Customer.name))
    assert tenant.request("POST", f"{path}?limit={limit}").status_code == 422


def test_a_page_by_columns_goes_by_the_index_on_them(tenant: TenantUnderTest) -> None:
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        # Beside it a thread writes down when a key was used.
        if "FROM customers" in statement:
            sent.append(statement)

    with tenant.app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
        pages(
            tenant,
            select(Customer),
            Customer.created_at.desc(),
            Customer.id.desc(),
            show=lambda item: item.name,
        )
        event.remove(db.engine, "before_cursor_execute", note)
    assert "(customers.created_at, customers.id) < (CAST(" in sent[-1]
    assert "ORDER BY customers.created_at DESC, customers.id DESC" in sent[-1]
