"""Every field goes the whole way: written, shown, sorted, paged, bounded, filtered, exported, imported."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator
from tenantapp.resources.samples.views import SORTS

from tenantapp.testing.tenants import TenantUnderTest, make_tenant

SAMPLES = "/api/v1/samples"
WRITTEN: dict[str, Any] = {
    "name": "=1+1; -2",
    "price": "12345678.1250",
    "ratio": "12345678901234567890.000000000000000000000000000001",
    "weight": 0.1,
    "reading": 0.1,
    "small": -7,
    "big": str(2**63 - 1),
    "day": "0001-01-01",
    "opens": "23:59:59.999999",
    "local": "9999-12-31T23:59:59.999999",
    "at": "2026-03-01T09:30:00.000001+00:00",
    "lasts": 90,
    "size": "LARGE",
    "grade": "b",
    "mood": "BAD",
    "link": "https://example.com/?a=1,2;3",
    "active": False,
    "address": "2001:db8::1",
    "key": "0b7c9f0e-3f6d-4a51-9c0a-6d2f1e8b4c57",
    "words": ["a,b", '"', "=1"],
    "grid": [[1, 2], [3, 4]],
    "days": ["2026-03-01T00:00:00+00:00"],
    "lines": [{"label": "x", "count": 1, "share": 0.1, "parts": [["a"], []]}, {"label": "y"}],
    "extra": {"a": [1, None]},
    "tags": ["a"],
    "from": "Kiel",
    "class": "first",
    "count": 2,
    "index": 1,
    "maker": 3,
}
# By each of them a page ends and begins; equal ones, and NULL, are among them.
STEPS: dict[str, list[Any]] = {
    "price": ["0.1", "0.1000", "0.1001", "99999999.9999", "-99999999.9999"],
    "ratio": ["1.0000000000000000000000000000001", "1.0000000000000000000000000000002", "1", None, None],
    "weight": [0.1, 0.30000000000000004, 0.3, -1.7976931348623157e308, 5e-324],
    "reading": [0.1, 0.2, 0.1, None, 3.4028234663852886e38],
    "small": [-(2**15), 2**15 - 1, 0, 0, 1],
    "big": [str(-(2**63)), str(2**63 - 1), "0", str(2**63 - 2), "1"],
    "day": ["9999-12-31", "0001-01-01", "2026-03-01", None, "2026-03-01"],
    "opens": ["00:00:00", "23:59:59.999999", "23:59:59.999998", None, "12:00:00"],
    "local": ["0001-01-01T00:00:00", "9999-12-31T23:59:59.999999", "2026-01-01T00:00:00.000001"],
    "at": ["2026-01-01T00:00:00.000001+00:00", None, "2026-01-01T00:00:00+00:00", None],
    "size": ["LARGE", "SMALL", "LARGE"],
    "grade": ["g", "b", "g"],
    "mood": ["BAD", "GOOD", "BAD"],
    "active": [True, False, True],
    "key": ["0b7c9f0e-3f6d-4a51-9c0a-6d2f1e8b4c57", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
    "name": ["a", "A", "ä", "a"],
    "count": [3, 1, 2, 1],
    "index": [3, 1, 2, 1],
}
WRONG: dict[str, list[Any]] = {
    "price": ["1.00001", "100000000", "NaN", "x", None],
    "ratio": ["Infinity", "1e131072"],
    "weight": ["inf", "nan", "1e999", None],
    "reading": [1e39, 1e-50],
    "small": [2**15, 1.5, "1"],
    "from": ["a" * 21, None],
    "count": [None, 2**31],
    "big": [str(2**63)],
    "day": ["0000-01-01", "10000-01-01", "infinity", "2026-02-30", 7],
    "opens": ["24:00:00", "12:00:00+02:00", "noon"],
    "local": ["2026-01-01T00:00:00Z"],
    "at": ["2026-01-01T00:00:00", "9999-12-31T23:59:59-01:00"],
    "lasts": ["long", 10**15],
    "size": ["large", 1, None],
    "grade": ["BAD", ["b"]],
    "link": ["javascript:alert(1)", "https://example.com/" + "a" * 200, "https://example.com/\0"],
    "address": ["300.1.1.1"],
    "words": [["a" * 21], ["\0"], ["a"] * 6, [None], "a"],
    "grid": [[[1], [1, 2]], [[]], [[2**15]], [1]],
    "lines": [[{"label": ""}], [{"label": "x", "count": "1"}], [{"label": "x", "more": 1}], [{}], {}],
    "extra": [{"a": "\0"}, []],
}


@pytest.fixture
def tenant(app: Flask) -> TenantUnderTest:
    """A tenant of this test's."""
    return make_tenant(app)


def listed(tenant: TenantUnderTest, **query: Any) -> list[dict[str, Any]]:
    """Return the items of all pages, one after the other."""
    items, query = [], {"limit": "1", **query}
    while True:
        answer = tenant.request("GET", SAMPLES, query_string=query)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        items += answer.json["items"]
        if answer.json["next_cursor"] is None:
            return items
        query["cursor"] = answer.json["next_cursor"]


def fields_of(item: dict[str, Any]) -> dict[str, Any]:
    return {name: item[name] for name in WRITTEN}


def order(name: str, value: Any) -> Any:
    """Return what PostgreSQL orders a value by; NULL is the last."""
    if value is None:
        return (1, 0)
    return (0, Decimal(value) if name in {"price", "ratio", "big"} else value)


def test_what_is_written_is_shown(tenant: TenantUnderTest) -> None:
    made = tenant.create(SAMPLES, **WRITTEN)
    assert fields_of(made) == WRITTEN | {"price": 12345678.125}
    assert (made["double_price"], made["told"], made["kind"]) == (24691356.25, "=1+1; -2, LARGE", "sample")
    path = f"{SAMPLES}/{made['id']}"
    shown = tenant.request("GET", path)
    assert shown.json == made
    assert b'"price":12345678.1250,' in shown.data
    for name, value in WRITTEN.items():
        changed = tenant.request("PATCH", path, json={name: value})
        assert changed.status_code == 200, changed.get_data(as_text=True)
        assert fields_of(changed.json) == fields_of(made)


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_kept_is_refused_by_its_field(tenant: TenantUnderTest, name: str) -> None:
    for value in WRONG[name]:
        answer = tenant.request("POST", SAMPLES, json={**WRITTEN, name: value})
        assert (answer.status_code, list(answer.json.get("errors", ()))) == (422, [name]), (
            value,
            answer.json,
        )


@pytest.mark.parametrize("name", [name for name in SORTS if name != "created_at"])
def test_a_list_is_sorted_paged_bounded_and_filtered(tenant: TenantUnderTest, name: str) -> None:
    made = [tenant.create(SAMPLES, **{**WRITTEN, name: value})[name] for value in STEPS[name]]
    # Text is ordered as the database has it; of an enumeration, what is kept.
    if name not in {"name"}:
        ascending = sorted(made, key=lambda value: order(name, value))
        assert [item[name] for item in listed(tenant, sort=name)] == ascending
        assert [item[name] for item in listed(tenant, sort=f"-{name}")] == ascending[::-1]
    forth, back = (listed(tenant, sort=sort) for sort in (name, f"-{name}"))
    assert [item["id"] for item in forth] == [item["id"] for item in back][::-1]
    assert len({item["id"] for item in forth}) == len(made)
    for value in {json.dumps(value): value for value in made if value is not None}.values():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        found = listed(tenant, **{name: text})
        assert [item[name] for item in found] == [value] * made.count(value)
        least, below = (listed(tenant, **{f"{name}_{end}": text}) for end in ("from", "to"))
        assert value in [item[name] for item in least]
        assert value not in [item[name] for item in below]
        assert len(least) + len(below) == len([each for each in made if each is not None])
    assert tenant.request("GET", SAMPLES, query_string={name: "\0"}).status_code == 422


@pytest.mark.parametrize("name", ["lasts", "link", "address"])
def test_a_list_is_filtered_by_what_has_no_order(tenant: TenantUnderTest, name: str) -> None:
    tenant.create(SAMPLES, **WRITTEN)
    assert len(listed(tenant, **{name: str(WRITTEN[name])})) == 1
    other = {"lasts": "1", "link": "https://example.com/", "address": "::2"}[name]
    assert listed(tenant, **{name: other}) == []


@pytest.mark.parametrize("kind", ["text/csv", "application/x-ndjson"])
def test_what_is_exported_is_imported_as_it_was(tenant: TenantUnderTest, kind: str) -> None:
    empty = dict.fromkeys(("ratio", "reading", "day", "opens", "at", "link", "address"))
    made = [tenant.create(SAMPLES, **WRITTEN), tenant.create(SAMPLES, **WRITTEN | empty)]
    query = {"columns": "importable"}
    file = tenant.request("GET", f"{SAMPLES}/export", query_string=query, headers={"Accept": kind})
    assert file.status_code == 200
    other = make_tenant(tenant.app)
    answer = other.request("POST", f"{SAMPLES}/import", data=file.data, content_type=kind)
    assert (answer.status_code, answer.json["imported"]) == (200, 2), answer.json
    assert sorted(map(str, map(fields_of, listed(other)))) == sorted(map(str, map(fields_of, made)))
    whole = tenant.request("GET", f"{SAMPLES}/export", headers={"Accept": kind})
    assert whole.data.count(b"sample") == 2


def test_the_document_tells_each_field(app: Flask, tenant: TenantUnderTest) -> None:
    document = tenant.request("GET", "/api/v1/openapi.json").json
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []
    told = document["components"]["schemas"]["Sample"]["properties"]
    kinds = {name: (told[name].get("type"), told[name].get("format")) for name in WRITTEN}
    null = ["string", "null"]
    assert kinds == {
        "name": ("string", None),
        "price": ("number", None),
        "ratio": (null, None),
        "weight": ("number", None),
        "reading": (["number", "null"], None),
        "small": ("integer", None),
        "big": ("string", None),
        "day": (null, "date"),
        "opens": (null, None),
        "local": ("string", None),
        "at": (null, "date-time"),
        "lasts": ("number", None),
        "size": ("string", None),
        "grade": (None, None),
        "mood": ("string", None),
        "link": (null, "uri"),
        "active": ("boolean", None),
        "address": (null, None),
        "key": ("string", "uuid"),
        "words": ("array", None),
        "grid": ("array", None),
        "days": ("array", None),
        "lines": ("array", None),
        "extra": ("object", None),
        "tags": ("array", None),
        "from": ("string", None),
        "class": (null, None),
        "count": ("integer", None),
        "index": ("integer", None),
        "maker": (["integer", "null"], None),
    }
    assert told["size"]["enum"] == ["SMALL", "LARGE"]
    assert told["grade"]["enum"] == ["g", "b"]
    assert told["words"]["items"]["maxLength"] == 20
    assert told["small"]["maximum"] == 2**15 - 1
    assert {"pattern"} <= told["ratio"].keys() & told["opens"].keys() & told["local"].keys()
    schema = tenant.request("GET", "/api/v1/schemas/Sample").json
    assert "Line" in schema["$defs"]
