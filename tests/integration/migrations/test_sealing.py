"""A database that lacks what contexts are sealed with says so, to migrations and to requests."""

from __future__ import annotations

from flask import Flask

from tenantapp.platform.context_keys import install_key
from tenantapp.platform.preparation import prepare_database
from tenantapp.settings.context_key import PUBLISHED_CONTEXT_KEY
from tests.integration.migrations.database import Migrations
from tests.integration.migrations.tree import Tree
from tests.support.tenants import make_tenant

CUSTOMERS = "/api/v1/customers"


def test_a_database_that_lost_its_preparation_and_key_says_so_and_serves_its_rows_again(
    newest: Migrations, own_app: Flask
) -> None:
    tenant = make_tenant(own_app)
    tenant.create(CUSTOMERS, name="Ada", email="ada@example.com")
    sealer = newest.server.names.sealer
    newest.downgrade("0004")
    newest.as_superuser(f'REVOKE USAGE ON SCHEMA tenancy FROM "{sealer}"', "DELETE FROM tenancy.context_keys")

    code, said = newest.run("upgrade")
    assert code == 1
    assert f"{sealer} cannot use schema tenancy: run `flask databases prepare`" in said
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
