"""A model is written; `flask db migrate` and `flask db upgrade` do the rest, and undo it."""

from __future__ import annotations

import pytest

from tests.integration.migrations.tree import Tree

MODELS = """
class Notebook(Resource):
    __tablename__ = "notebooks"

    title: Mapped[str] = columns.required_text(100)


class Note(SoftDeletable, Resource):
    __tablename__ = "notes"
    further_fences = (
        Policy(
            "notes_size_fence",
            "tenant_id = (select tenancy.current_tenant_id())",
            "text NOT LIKE '%:secret%'",
            permissive=False,
        ),
    )
    views = (View("living_notes", "SELECT tenant_id, id, text FROM notes WHERE deleted_at IS NULL"),)

    notebook_id: Mapped[UUID]
    text: Mapped[str] = columns.required_text(500)

    @classmethod
    def scoped_args(cls):
        return (
            ForeignKeyConstraint(["tenant_id", "notebook_id"], ["notebooks.tenant_id", "notebooks.id"]),
            UniqueConstraint("tenant_id", "text"),
            Index(None, "tenant_id", "notebook_id"),
        )


class Reading(Resource):
    __tablename__ = "readings"
    app_privileges = ("SELECT",)

    value: Mapped[int]


class Country(ReferenceData, Timestamped, Base):
    __tablename__ = "countries"
    unscoped_because = "countries are everybody's"

    id: Mapped[UUID] = columns.uuid_key()
    name: Mapped[str] = columns.required_text(100)
"""


def test_a_model_takes_two_commands_and_no_sql(tree: Tree) -> None:
    before = tree.database.snapshot()
    tree.declare(MODELS)
    written = tree.migrate()
    for line in (
        'op.enable_rls("notes")',
        'op.create_policy(\n        "notes_tenant_isolation"',
        'op.create_policy(\n        "notes_size_fence"',
        'op.grant(["SELECT", "INSERT", "UPDATE", "DELETE"], on="TABLE notes", to="app")',
        'op.grant(["SELECT"], on="TABLE readings", to="app")',
        'op.grant(["SELECT"], on="TABLE countries", to="app")',
        'op.create_view("living_notes"',
    ):
        assert line in written
    assert 'op.enable_rls("countries")' not in written
    after = tree.upgraded()
    assert after != before

    tree.flask_db("check")
    revisions = tree.revisions()
    assert "nothing to migrate" in tree.flask_db("migrate", "-m", "Nothing")
    assert tree.revisions() == revisions

    assert tree.downgraded() == before
    assert tree.upgraded() == after


@pytest.mark.slow
def test_a_model_that_goes_takes_everything_along_and_its_downgrade_brings_it_back(tree: Tree) -> None:
    before = tree.database.snapshot()
    tree.declare(MODELS)
    tree.migrate()
    with_model = tree.upgraded()
    tree.forget()
    tree.migrate()
    assert tree.upgraded() == before
    tree.flask_db("check")
    assert tree.downgraded() == with_model


@pytest.mark.slow
def test_a_column_comes_together_with_a_fence_and_a_view_that_need_it(tree: Tree) -> None:
    tree.declare(MODELS)
    tree.migrate()
    before = tree.upgraded()
    changed = MODELS.replace("text NOT LIKE '%:secret%'", "size < 10").replace("id, text", "id, size")
    tree.declare(changed.replace("    notebook_id: M", "    size: Mapped[int | None]\n    notebook_id: M"))
    tree.migrate()
    assert tree.upgraded() != before
    tree.flask_db("check")
    assert tree.downgraded() == before


UNSCOPED = """
class Thing(Timestamped, Base):
    __tablename__ = "things"
    id: Mapped[UUID] = columns.uuid_key()
"""


@pytest.mark.parametrize(
    ("models", "sentence"),
    [
        (UNSCOPED, "Thing is neither TenantScoped nor ReferenceData"),
        (UNSCOPED.replace("Timestamped", "ReferenceData, Timestamped"), "Thing is neither"),
        (f"{UNSCOPED}    security = TableSecurity\n", "Thing is neither"),
        ('Table("pairs", Base.metadata)\n', "the table pairs has no model"),
    ],
    ids=["no word of it", "reference data without a reason", "an empty word", "no model"],
)
def test_a_table_that_does_not_say_why_it_is_no_tenants_is_refused(
    tree: Tree, models: str, sentence: str
) -> None:
    revisions = tree.revisions()
    tree.declare(models)
    assert sentence in tree.refused("migrate", "-m", "Things")
    assert tree.revisions() == revisions
