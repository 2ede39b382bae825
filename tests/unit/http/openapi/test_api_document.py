"""The API document: valid, whole, and the same each time."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from tenantapp.http.permissions import PUBLIC, permission_of
from tenantapp.resources.customers.schemas import CustomerSchema
from tests.support.described import described_app, document_of, operations, path_of, resolved

PROBLEM = {"$ref": "#/components/schemas/Problem"}


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []
    assert document["openapi"].startswith("3.1")
    assert document["servers"]


def test_the_document_is_the_same_in_every_process(described: Flask) -> None:
    program = (
        "import hashlib; from tests.support.described import described_app; "
        "answer = described_app().test_client().get('/api/v1/openapi.json'); "
        "print(hashlib.sha256(answer.data).hexdigest())"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


def test_the_document_names_components_after_what_they_are(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert {"Customer", "CustomerPatch", "CustomerPage", "Problem", "ApiKey", "Tenant"} <= schemas.keys()
    assert [name for name in schemas if re.search(r"\d|Schema$", name)] == []


def test_the_document_has_no_component_that_nothing_refers_to(document: dict[str, Any]) -> None:
    said = str(document)
    unused = [
        f"{kind}/{name}"
        for kind, named in document["components"].items()
        for name in named
        if kind != "securitySchemes" and f"'#/components/{kind}/{name}'" not in said
    ]
    assert unused == []


def test_the_document_names_each_operation_once(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert [name for name, times in Counter(names).items() if times > 1] == []
    assert {"customers_list", "customers_create", "customers_get", "customers_restore"} <= set(names)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)+", name) for name in names)


def test_the_document_says_in_words_what_each_operation_does(document: dict[str, Any]) -> None:
    summaries = {op["operationId"]: op["summary"] for _, _, op in operations(document)}
    assert summaries["customers_list"] == "List customers"
    assert summaries["customers_create"] == "Create a customer"
    assert summaries["api_keys_get"] == "Get an API key"
    assert [name for name, summary in summaries.items() if summary.endswith(".")] == []


def test_the_document_describes_each_tag_that_is_used(document: dict[str, Any]) -> None:
    used = {tag for _, _, operation in operations(document) for tag in operation["tags"]}
    assert {tag["name"] for tag in document["tags"] if tag["description"]} == used


def test_the_document_holds_every_route_but_the_page_for_people(
    described: Flask, document: dict[str, Any]
) -> None:
    served = {
        (path_of(rule), method)
        for rule in described.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.endpoint.startswith("docs.")
    }
    assert served == {(path, method.upper()) for path, method, _ in operations(document)}


def test_the_document_asks_for_the_scope_that_the_route_needs_and_for_nothing_where_it_is_public(
    described: Flask, document: dict[str, Any]
) -> None:
    for rule in described.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            permission = permission_of(described.view_functions[rule.endpoint], method)
            if operation := document["paths"].get(path_of(rule), {}).get(method.lower()):
                needed = [] if permission == PUBLIC else [{"bearer": [permission]}]
                assert operation["security"] == needed, operation["operationId"]
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


@pytest.mark.parametrize("header", ["X-Tenant-Subdomain", "X-Account"])
def test_the_document_knows_the_tenant_header_by_its_configured_name(header: str) -> None:
    document = document_of(described_app(tenant_header=header))
    for _, _, operation in operations(document):
        parameters = [resolved(document, parameter) for parameter in operation.get("parameters", [])]
        named = [parameter for parameter in parameters if parameter["name"] == header]
        assert len(named) == bool(operation["security"]), operation["operationId"]
        assert not any(parameter.get("required") for parameter in named)
    assert f"`{header}: acme`" in document["info"]["description"]


def test_every_error_is_a_problem_and_every_answer_has_its_request_id(document: dict[str, Any]) -> None:
    for _, _, operation in operations(document):
        for status, said in operation["responses"].items():
            answer = resolved(document, said)
            assert "X-Request-ID" in answer["headers"], (operation["operationId"], status)
            if operation["security"] and int(status) >= 400:
                assert answer["content"].keys() == {"application/problem+json"}
                assert answer["content"]["application/problem+json"]["schema"] == PROBLEM


def test_the_document_tells_each_header_where_it_is_sent(document: dict[str, Any]) -> None:
    def headers(name: str, status: int) -> set[str]:
        found = next(op for _, _, op in operations(document) if op["operationId"] == name)
        return set(resolved(document, found["responses"][str(status)])["headers"]) - {"X-Request-ID"}

    assert headers("customers_list", 200) == {"Link"}
    assert headers("customers_get", 200) == headers("customers_get", 304) == {"ETag"}
    assert headers("customers_create", 201) == {"ETag", "Location", "Idempotency-Replayed"}
    assert headers("customers_update", 200) == {"ETag"}
    assert headers("customers_delete", 204) == set()
    # The answer shows a secret, so it is not kept for a second request.
    assert headers("api_keys_create", 201) == {"ETag", "Location"}
    assert headers("customers_list", 401) == {"WWW-Authenticate"}
    assert headers("customers_list", 503) == {"Retry-After"}


def test_a_patch_takes_what_may_be_written_and_requires_nothing(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    written = {name for name, said in schemas["Customer"]["properties"].items() if not said.get("readOnly")}
    assert written == CustomerSchema().load_fields.keys()
    assert schemas["CustomerPatch"]["properties"].keys() == written
    assert schemas["Customer"]["required"] == ["email", "name"]
    assert "required" not in schemas["CustomerPatch"]


def test_the_document_tells_what_a_new_row_gets_and_of_no_default_in_a_patch(
    document: dict[str, Any],
) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["Rca"]["properties"]["severity"]["default"] == "medium"
    assert schemas["Rca"]["properties"]["status"]["default"] == "open"
    patches = [schema["properties"] for name, schema in schemas.items() if name.endswith("Patch")]
    assert not [field for properties in patches for field in properties.values() if "default" in field]


def test_the_document_tells_what_closing_an_analysis_needs(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    told = schemas["RcaPatch"]["properties"]["status"]["description"]
    assert told.endswith(
        "`closed` needs a `root_cause`, and no solution that is `proposed` or `in_progress`."
    )
    told = schemas["RcaSolution"]["properties"]["status"]["description"]
    assert told.endswith("while the analysis is closed.")


def test_a_filter_is_a_value_and_says_nothing_of_writing_one(document: dict[str, Any]) -> None:
    operation = document["paths"]["/api/v1/rcas"]["get"]
    filters = {each["name"]: each for each in operation["parameters"] if each.get("in") == "query"}
    for name in ("status", "severity", "equipment_type", "rca_owner_id"):
        assert filters[name]["description"].startswith("Equal to this")
        assert filters[name]["schema"]["type"] == "string"
        assert not {"default", "examples"} & filters[name]["schema"].keys()
    assert filters["rca_owner_id"]["schema"]["anyOf"] == [{"format": "uuid"}, {"const": "none"}]
    assert "`none`" in filters["rca_owner_id"]["description"]


def test_the_document_is_not_sent_again_to_who_has_it(described: Flask) -> None:
    client = described.test_client()
    first = client.get("/api/v1/openapi.json")
    again = client.get("/api/v1/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert first.headers["Cache-Control"] == "public, no-cache"
