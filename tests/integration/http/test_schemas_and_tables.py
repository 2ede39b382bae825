"""What a resource takes is what its model says, and what the live table keeps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from marshmallow import Schema
from sqlalchemy.engine import Connection

from tenantapp.http.constraints import _fields
from tenantapp.http.resource import ResourceBlueprint
from tenantapp.identity.tenants.models import Tenant
from tenantapp.identity.tenants.schemas import TenantSchema
from tenantapp.models.scoped import Record, table_of
from tests.support.catalog import facts
from tests.support.comparison import differences, of_table
from tests.support.databases import Server

_NAMED = """
    SELECT conrelid::regclass::text AS table, conname AS name FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'p', 'u')
    UNION
    SELECT x.indrelid::regclass::text, c.relname FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
    WHERE c.relnamespace = 'public'::regnamespace AND x.indisunique
"""
# A column that another is generated from keeps its type.
NOT_SEARCHED = "ALTER TABLE customers DROP search"


@pytest.fixture
def connection(server: Server, database: str) -> Iterator[Connection]:
    """A superuser on a database that the test may change."""
    engine = sa.create_engine(server.address("bootstrap", database), poolclass=sa.pool.NullPool)
    with engine.connect() as connected:
        yield connected


def resources(app: Flask) -> Iterator[tuple[str, type[Schema], type[Record]]]:
    """Yield every resource: its name, its schema and its model."""
    yield "tenant", TenantSchema, Tenant
    for name, blueprint in app.blueprints.items():
        if isinstance(blueprint, ResourceBlueprint):
            yield name, blueprint.schema, blueprint.repository.model


def found_in(app: Flask, connection: Connection) -> dict[str, list[str]]:
    """Return the differences of each resource that has some."""
    found = {
        name: differences(schema(), table_of(model), of_table(connection, model.__tablename__))
        for name, schema, model in resources(app)
    }
    return {name: said for name, said in found.items() if said}


def test_schemas_models_and_tables_are_equal(app: Flask, connection: Connection) -> None:
    assert {"tenant", "customers", "api_keys"} <= {name for name, _, _ in resources(app)}
    assert found_in(app, connection) == {}


@pytest.mark.parametrize(
    ("resource", "change"),
    [
        (
            "customers",
            f"{NOT_SEARCHED}; ALTER TABLE customers ALTER name TYPE varchar(300)",
        ),
        ("customers", f"{NOT_SEARCHED}; ALTER TABLE customers ALTER notes TYPE text"),
        ("customers", "ALTER TABLE customers ALTER phone SET NOT NULL"),
        ("customers", "ALTER TABLE customers ALTER status DROP DEFAULT"),
        ("customers", "ALTER TABLE customers DROP CONSTRAINT chk_customers_status"),
        ("customers", "ALTER TABLE customers ALTER created_at TYPE timestamp"),
        ("customers", "ALTER TABLE customers DROP COLUMN phone"),
        ("api_keys", "ALTER TABLE api_keys DROP CONSTRAINT chk_api_keys_scopes"),
        ("api_keys", "ALTER TABLE api_keys ALTER scopes SET DEFAULT '{}'"),
        ("tenant", "ALTER TABLE tenants ALTER settings DROP NOT NULL"),
    ],
)
def test_a_table_that_was_changed_is_found(
    app: Flask, connection: Connection, resource: str, change: str
) -> None:
    connection.exec_driver_sql(change)
    assert found_in(app, connection).keys() == {resource}


def test_a_constraint_is_known_by_the_name_it_has(app: Flask, connection: Connection) -> None:
    tables = {model.__tablename__ for _, _, model in resources(app)}
    for row in facts(connection, _NAMED):
        if row.table in tables:
            assert row.name in _fields(), f"{row.name}: its violation could not be told by the field"


def test_a_check_says_which_field_it_is_about(app: Flask) -> None:
    for _, _, model in resources(app):
        for check in table_of(model).constraints:
            if isinstance(check, sa.CheckConstraint):
                assert _fields()[str(check.name)], f"{check.name}: give it info=columns.about(field)"
