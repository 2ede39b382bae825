"""A database with tenants from before contexts were sealed is brought up, and says what it lacks."""

from __future__ import annotations

from flask import Flask

from tenantapp.context_key import PUBLISHED_CONTEXT_KEY
from tenantapp.platform.context_keys import install_key
from tenantapp.platform.preparation import prepare_database
from tests.integration.migrations.database import Migrations
from tests.integration.migrations.tree import Tree
from tests.support.tenants import make_tenant

CUSTOMERS = "/api/v1/customers"


def test_a_database_with_tenants_is_sealed_by_the_documented_commands(
    newest: Migrations, own_app: Flask
) -> None:
    tenant = make_tenant(own_app)
    tenant.create(CUSTOMERS, name="Ada", email="ada@example.com")
    newest.downgrade("0006")
    # As it was prepared then: the sealer was no role of the database's.
    newest.as_superuser(f'REVOKE USAGE ON SCHEMA tenancy FROM "{newest.server.names.sealer}"')

    code, said = newest.run("upgrade")
    assert code == 1
    assert f"{newest.server.names.sealer} cannot use schema tenancy: run `flask databases prepare`" in said
    assert "Traceback" not in said
    with newest.server.connect("bootstrap", newest.database) as superuser:
        prepare_database(superuser, newest.server.names)
    newest.upgrade()

    response = tenant.request("GET", CUSTOMERS)
    assert response.status_code == 503
    with newest.server.connect("owner", newest.database) as owner:
        install_key(owner, PUBLISHED_CONTEXT_KEY)
    response = tenant.request("GET", CUSTOMERS)
    assert [item["name"] for item in response.json["items"]] == ["Ada"]


def test_a_migration_of_tenants_rows_says_that_the_key_is_missing(tree: Tree, own_app: Flask) -> None:
    make_tenant(own_app)
    tree.database.as_superuser("DELETE FROM tenancy.context_keys")
    tree.write("    op.for_each_tenant(\"UPDATE customers SET notes = ''\")", "    pass")
    assert "run `flask keys install`" in tree.refused("upgrade")
