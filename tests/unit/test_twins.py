"""What has one name is one thing: a reader who looks for a class finds one."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

PROGRAM = Path(__file__).parents[2] / "tenantapp"


def test_no_two_public_classes_have_one_name() -> None:
    """Two things of one name are told apart by nobody who reads the name alone."""
    places = defaultdict(list)
    for path in PROGRAM.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(path.relative_to(PROGRAM)))
    assert len(places) > 100
    assert {name: where for name, where in places.items() if len(where) > 1} == {}
