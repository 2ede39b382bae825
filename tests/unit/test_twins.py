"""What has one name is one thing: a reader who looks for a class finds one."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

from tenantapp.db.session import _forget_rows
from tenantapp.tenancy.context import context_closed

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
