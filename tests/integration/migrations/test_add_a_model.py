"""A resource is added: two commands isolate its table, and the audit, the probe and the walk all cover it."""

from __future__ import annotations

from tests.integration.migrations.tree import Tree

MODEL = """
class Note(Resource):
    __tablename__ = "notes"

    text: Mapped[str] = columns.required_text(2000)
"""
SERVED = {
    "repository.py": """
from tenantapp.db.repository import Repository
from tenantapp.notes.models import Note

class NoteRepository(Repository):
    model = Note
""",
    "schemas.py": """
from marshmallow import Schema, fields
from tenantapp.http.fields import Text

class NoteSchema(Schema):
    id = fields.UUID(dump_only=True)
    text = Text(2000, required=True)
    row_version = fields.Integer(dump_only=True)
""",
    "views.py": """
from tenantapp.http.listing import Listing
from tenantapp.http.resource import ResourceBlueprint
from tenantapp.notes.repository import NoteRepository
from tenantapp.notes.schemas import NoteSchema

blueprint = ResourceBlueprint(
    "notes", __name__, repository=NoteRepository, schema=NoteSchema, listing=Listing(), description="Notes"
)
blueprint.serve("list", "create", "get", "update", "delete")
""",
}
WALK = """
import pytest
from tenantapp.application import create_app
from tenantapp.testing import Hints
from tenantapp.testing.walk import tenants_rules

pytest_plugins = ["tenantapp.testing"]

@pytest.fixture(scope="session")
def app():
    return create_app()

@pytest.fixture(scope="session")
def walk_hints():
    return Hints(tables={"tenant": "tenants"})

def test_the_new_routes_are_isolated(app, assert_route_isolated):
    rules = {rule.rule for rule, _ in tenants_rules(app) if rule.rule.startswith("/api/v1/notes")}
    assert len(rules) == 2
    for rule in rules:
        assert_route_isolated(rule)
"""


def test_two_commands_isolate_a_new_model_and_everything_covers_it(tree: Tree) -> None:
    tree.declare(MODEL)
    for name, text in SERVED.items():
        (tree.root / "tenantapp" / "notes" / name).write_text(text)

    tree.flask_db("migrate", "-m", "Keep notes")
    tree.flask_db("upgrade")

    assert "No new upgrade operations detected" in tree.flask_db("check")
    assert "0 errors, 0 warnings" in ended(tree, "flask", "--app", "wsgi", "rls", "audit")
    assert "notes" in ended(tree, "flask", "--app", "wsgi", "rls", "probe")
    (tree.root / "test_walk.py").write_text(WALK)
    assert "1 passed" in ended(tree, "pytest", "-q", "-p", "no:cacheprovider", "test_walk.py")

    tree.flask_db("downgrade")
    assert tree.query("bootstrap", "SELECT to_regclass('public.notes')") == [(None,)]


def ended(tree: Tree, *command: str) -> str:
    """Return what a program says that ends with exit code 0."""
    process = tree.database.program(*command)
    said = process.communicate(timeout=120)[0]
    assert process.returncode == 0, said
    return said
