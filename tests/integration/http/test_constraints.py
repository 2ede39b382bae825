"""What a violated constraint means to the client, by field, and never in PostgreSQL's words."""

from __future__ import annotations

from typing import Any

import psycopg
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from tests.support.customers import API_KEYS, CUSTOMERS, ada, assert_problem, errors_of, new_customer, path_of
from tests.support.tenants import TenantUnderTest

Superuser = psycopg.Connection[Any]
POSTGRES = ("duplicate", "violates", "constraint", "relation", "uniq_", "chk_", "fk_", "DETAIL", "psycopg")


def assert_not_postgresqls_words(answer: TestResponse) -> None:
    text = answer.get_data(as_text=True)
    assert not [word for word in POSTGRES if word in text]


def tighten(superuser: Superuser, constraint: str, condition: str, table: str = "customers") -> None:
    """Make a check of the table's stricter than the schema at the edge is."""
    superuser.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
    superuser.execute(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} CHECK ({condition}) NOT VALID")


def test_a_value_that_is_taken_is_a_conflict_about_its_field(tenant: TenantUnderTest) -> None:
    taken = new_customer(tenant)
    answer = tenant.request("POST", CUSTOMERS, json=ada(email=taken["email"]))
    assert assert_problem(answer, 409, "already-taken")["errors"] == {"email": ["Already taken."]}
    assert_not_postgresqls_words(answer)
    assert taken["email"] not in answer.get_data(as_text=True)


def test_a_value_that_excludes_another_is_a_conflict_too(
    own_tenant: TenantUnderTest, own_superuser: Superuser
) -> None:
    own_superuser.execute("DROP INDEX uniq_customers_tenant_id_email")
    own_superuser.execute(
        "ALTER TABLE customers ADD CONSTRAINT uniq_customers_tenant_id_email EXCLUDE (email WITH =)"
    )
    taken = new_customer(own_tenant)
    answer = own_tenant.request("POST", CUSTOMERS, json=ada(email=taken["email"]))
    assert assert_problem(answer, 409, "already-taken")["errors"] == {"email": ["Already taken."]}
    assert_not_postgresqls_words(answer)


def test_a_word_that_only_the_table_refuses_is_an_invalid_field(
    own_tenant: TenantUnderTest, own_superuser: Superuser
) -> None:
    customer = new_customer(own_tenant)
    tighten(own_superuser, "chk_customers_status", "status IN ('active')")
    created = own_tenant.request("POST", CUSTOMERS, json=ada(status="prospect"))
    changed = own_tenant.request("PATCH", path_of(customer), json={"status": "inactive"})
    for answer in (created, changed):
        assert errors_of(answer) == {"status": ["Invalid value."]}
        assert_not_postgresqls_words(answer)
    assert own_tenant.request("GET", path_of(customer)).json == customer


def test_a_form_that_only_the_table_refuses_is_an_invalid_field(
    own_tenant: TenantUnderTest, own_superuser: Superuser
) -> None:
    tighten(own_superuser, "chk_customers_email_normalised", "email LIKE 'x%'")
    answer = own_tenant.request("POST", CUSTOMERS, json=ada(email="y@x.example"))
    assert errors_of(answer) == {"email": ["Invalid value."]}


def test_words_of_a_list_that_only_the_table_refuses_are_an_invalid_field(
    own_tenant: TenantUnderTest, own_superuser: Superuser
) -> None:
    # The request's own key is written too: its use is noted.
    only_read = "name = 'test' OR array_remove(scopes, 'read') = '{}'"
    tighten(own_superuser, "chk_api_keys_scopes", only_read, "api_keys")
    answer = own_tenant.request("POST", API_KEYS, json={"name": "x", "scopes": ["admin"]})
    assert errors_of(answer) == {"scopes": ["Invalid value."]}


def test_a_reference_to_nothing_is_an_invalid_field(
    own_tenant: TenantUnderTest, own_superuser: Superuser
) -> None:
    # No resource refers to another yet, so an address is made to, by a name that the models know.
    own_superuser.execute("CREATE TABLE addresses (email varchar PRIMARY KEY)")
    own_superuser.execute(
        "ALTER TABLE customers ADD CONSTRAINT uniq_customers_tenant_id_email "
        "FOREIGN KEY (email) REFERENCES addresses"
    )
    answer = own_tenant.request("POST", CUSTOMERS, json=ada())
    body = assert_problem(answer, 422, "unknown-reference")
    assert body["errors"] == {"email": ["Unknown."]}
    assert_not_postgresqls_words(answer)


def test_a_constraint_that_no_model_knows_is_our_fault(
    own_tenant: TenantUnderTest, own_superuser: Superuser
) -> None:
    own_superuser.execute("ALTER TABLE customers ADD CONSTRAINT surprise CHECK (name <> 'Ada Albrecht')")
    with capture_logs() as logged:
        answer = own_tenant.request("POST", CUSTOMERS, json=ada())
    body = assert_problem(answer, 500, "internal-error")
    assert body.keys() == {"type", "title", "status", "request_id"}
    assert {line.get("request_id") for line in logged} == {body["request_id"]}
    assert any("exc_info" in line for line in logged)
