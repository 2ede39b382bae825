"""What has one name is one thing: a reader who looks for a class finds one."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

from tenantapp.db.session import _forget_rows
from tenantapp.tenancy.context import context_closed

# As a name by itself, with its schema, or in SQL.
_TENANTS_TABLE = re.compile(r"^tenants(\.id)?$|public\.tenants|(FROM|JOIN|TABLE|INTO|UPDATE) tenants\b")
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


def test_what_an_application_keeps_is_reached_in_one_way() -> None:
    """A key of `app.extensions` is written once, beside the type of what it leads to."""
    places = [path.name for path in PROGRAM.rglob("*.py") if "extensions[" in path.read_text("utf-8")]
    assert places == ["app_state.py"]


def test_the_end_of_a_context_is_heard_by_the_session_alone() -> None:
    """`tenancy.context` names its listener in words; here the words are held."""
    heard = [receiver.__qualname__ for receiver in context_closed.receivers_for(None)]
    assert heard == [_forget_rows.__qualname__]


def test_nothing_below_identity_names_the_tenants_table() -> None:
    """One model is a `TenantTable`; what is below learns from it, or from the catalog, which it is."""
    named = [
        f"{path.relative_to(PROGRAM)}:{node.lineno}: {node.value!r}"
        for folder in ("tenancy", "db", "rls", "http")
        for path in (PROGRAM / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if _TENANTS_TABLE.search(node.value)
    ]
    assert named == []
