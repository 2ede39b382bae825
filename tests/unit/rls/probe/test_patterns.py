"""Texts that match what a CHECK asks for."""

from __future__ import annotations

import re

import pytest

from tenantapp.rls.probe.patterns import matching


@pytest.mark.parametrize(
    "pattern",
    [
        "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "^[A-Z]{3}$",
        r"^\+[1-9]\d{6,14}$",
        "^(EUR|USD)-[0-9]+$",
        "^[^@ ]+@[^@ ]+[.][a-z]{2,}$",
        "^#[0-9a-fA-F]{6}$",
        r"^\w+(\.\w+)*$",
        "",
    ],
)
def test_a_text_matches(pattern: str) -> None:
    for _ in range(20):
        text = matching(pattern)
        assert text is not None
        assert re.search(pattern, text)


@pytest.mark.parametrize("pattern", ["(", "^(?=a)b$", "^a(?<!a)$"])
def test_what_is_not_understood_is_none(pattern: str) -> None:
    assert matching(pattern) is None
