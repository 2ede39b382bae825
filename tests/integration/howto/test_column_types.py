"""`docs/how-to/fields.md` is executed, and what it adds is asked over HTTP."""

from __future__ import annotations

import pytest

from tests.integration.migrations.tree import Tree
from tests.support.howto import CONFTEST, HOW_TO, commands_of, ended, files_of, write

pytestmark = pytest.mark.slow

PAGE = (HOW_TO / "fields.md").read_text()
TEST = '''"""What the page says of its products."""

import pytest

from tenantapp.testing.tenants import make_tenant

PRODUCTS = "/api/v1/products"
LAMP = {"price": "19.90", "sold_from": "2026-03-01", "size": "LARGE", "parts": [{"label": "Bulb"}]}


def test_the_page(app, assert_route_isolated):
    tenant = make_tenant(app)
    lamp = tenant.create(PRODUCTS, **LAMP)
    assert {name: lamp[name] for name in LAMP} == LAMP | {"parts": [{"label": "Bulb", "quantity": 1}]}
    dearer = tenant.create(PRODUCTS, **LAMP | {"price": 100, "sold_from": None})
    assert dearer["price"] == "100.00"
    for query, found in {
        "sort=price": [lamp, dearer],
        "sort=-sold_from": [dearer, lamp],
        "price_from=20": [dearer],
        "size=SMALL": [],
    }.items():
        assert tenant.request("GET", f"{PRODUCTS}?{query}").json["items"] == found
    for name, value in {"price": "1.999", "size": "large", "parts": [{"label": ""}]}.items():
        refused = tenant.request("POST", PRODUCTS, json={**LAMP, name: value})
        assert (refused.status_code, list(refused.json["errors"])) == (422, [name])
    exported = tenant.request("GET", f"{PRODUCTS}/export?columns=importable&format=csv")
    assert b'19.90,2026-03-01,LARGE,"[{""label"":""Bulb"",""quantity"":1}]"' in exported.data
    imported = tenant.request("POST", f"{PRODUCTS}/import", data=exported.data, content_type="text/csv")
    assert imported.json["imported"] == 2
    for rule in (PRODUCTS, f"{PRODUCTS}/<uuid:item_id>"):
        assert_route_isolated(rule)


@pytest.mark.parametrize("wrong", ["sorts=('parts',)", "equal=('parts',)"])
def test_a_list_that_cannot_be_asked_for_is_refused_when_it_is_declared(wrong):
    from tenantapp.http.listing import Listing
    from tenantapp.resources.products.models import Product
    from tenantapp.resources.products.views import ProductSchema

    with pytest.raises(Exception, match="parts"):
        eval(f"Listing({wrong})").schema(ProductSchema, Product)
'''


def test_the_page_adds_what_it_says(tree: Tree) -> None:
    assert len(PAGE.splitlines()) < 80
    write(tree, files_of(PAGE))
    for program, *arguments in commands_of(PAGE):
        ended(tree, program, "--app", "wsgi", *arguments)
    assert "No new upgrade operations" in tree.flask_db("check")
    assert "0 errors, 0 warnings" in ended(tree, "flask", "--app", "wsgi", "rls", "audit")
    (tree.root / "conftest.py").write_text(CONFTEST)
    (tree.root / "test_page.py").write_text(TEST)
    ended(tree, "pytest", "-q", "-p", "no:cacheprovider", "test_page.py")
