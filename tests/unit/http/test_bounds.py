"""Every text and every list that a body takes has a greatest length."""

from __future__ import annotations

from typing import Any

from tenantapp.testing.document import operation_of
from tenantapp.testing.walk import methods_of, tenants_rules
from tests.support.described import described_app

# Texts of these forms have one length, or are read by what refuses others.
OF_A_FORM = {"uuid", "date-time"}


def is_bounded(schema: dict[str, Any]) -> bool:
    """Tell whether a value that the schema takes cannot be longer than it says."""
    kinds = schema.get("type", ())
    if "array" in kinds:
        return "maxItems" in schema and is_bounded(schema["items"])
    if "string" in kinds:
        return "maxLength" in schema or "enum" in schema or schema.get("format") in OF_A_FORM
    return True


def test_each_field_of_a_body_says_how_long_it_may_be() -> None:
    app = described_app()
    found = {}
    for rule, _ in tenants_rules(app):
        for method in methods_of(rule):
            operation = operation_of(app, rule.rule, method)
            for name in operation.writable:
                found[f"{method} {rule.rule}: {name}"] = operation.properties[name]
    assert len(found) > 60
    assert [name for name, schema in found.items() if not is_bounded(schema)] == []


def test_a_text_or_list_without_an_end_is_found() -> None:
    assert not is_bounded({"type": "string"})
    assert not is_bounded({"type": ["string", "null"]})
    assert not is_bounded({"type": "array", "items": {"type": "string", "maxLength": 5}})
    assert not is_bounded({"type": "array", "maxItems": 5, "items": {"type": "string"}})
    assert is_bounded({"type": "array", "maxItems": 5, "items": {"type": "string", "format": "uuid"}})
