"""Any body and any query is answered by what it is."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from tests.support.customers import CUSTOMERS, assert_problem, new_customer, path_of, post_customer
from tests.support.generated import A_HUNDRED
from tests.support.tenants import TenantUnderTest

ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FIELDS = {"name", "email", "phone", "status", "notes", "id", "tenant_id", "row_version"}
LIKE_A_CUSTOMER = st.fixed_dictionaries(
    {}, optional={name: ANY_JSON | st.text(max_size=60) for name in FIELDS}
) | st.fixed_dictionaries(
    {"name": st.text(max_size=260), "email": st.emails() | st.text()},
    optional={"phone": st.text(max_size=60) | st.none(), "status": st.sampled_from(["active", "x"])},
)


@A_HUNDRED
@given(body=ANY_JSON | LIKE_A_CUSTOMER)
def test_any_json_is_answered_by_what_it_is(tenant: TenantUnderTest, body: Any) -> None:
    path = path_of(new_customer(tenant))
    for method, target in (("POST", CUSTOMERS), ("PATCH", path)):
        answer = tenant.request(method, target, json=body)
        assert answer.status_code in (200, 201, 400, 409, 413, 415, 422), answer.get_data(as_text=True)
        if answer.status_code > 201:
            assert_problem(answer, answer.status_code)


@A_HUNDRED
@given(body=st.binary(max_size=40))
def test_any_bytes_are_answered_by_what_they_are(tenant: TenantUnderTest, body: bytes) -> None:
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        assert_problem(post_customer(tenant, body), 400)
    else:
        assert_problem(post_customer(tenant, body), 422)


@A_HUNDRED
@given(
    query=st.dictionaries(
        st.text(max_size=10)
        | st.sampled_from(
            ["limit", "cursor", "sort", "status", "email", "count", "deleted", "created_at_from"]
        ),
        st.text(max_size=30),
        max_size=3,
    )
)
def test_any_query_is_answered_by_what_it_is(tenant: TenantUnderTest, query: dict[str, str]) -> None:
    answer = tenant.request("GET", CUSTOMERS, query_string=query)
    assert answer.status_code in (200, 400, 422)
