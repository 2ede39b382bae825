"""The corpus: small models, as they were and as they become."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass


@dataclass(frozen=True)
class Situation:
    """Models before a migration, if any, and after it.

    Args:
        after: what the models are now.
        before: what they were.
        written: what the migration must say.
    """

    after: str
    before: str = ""
    written: tuple[str, ...] = ()


def note(body: str = "", arguments: str = "", name: str = "notes") -> str:
    """Return a model of notes with further columns, and further arguments of its table."""
    lines = [
        "class Note(Resource):",
        f"    __tablename__ = {name!r}",
        "    body: Mapped[str] = columns.required_text(200)",
        *textwrap.indent(textwrap.dedent(body).strip(), "    ").splitlines(),
    ]
    if arguments:
        lines += [
            "    @classmethod",
            "    def scoped_args(cls):",
            f"        return ({arguments},)",
        ]
    return "\n".join(lines) + "\n"


def column(declaration: str) -> dict[str, Situation]:
    """Return two situations: a table with a column, and the column added to a table that is there."""
    return {
        "in a new table": Situation(note(declaration)),
        "added": Situation(note(declaration), note()),
        "dropped": Situation(note(), note(declaration)),
    }


SITUATIONS: dict[str, Situation] = {
    "an enumeration added": Situation(
        note('kind: Mapped[str] = columns.enumeration(("a", "b"), "a")'), note(), ("chk_notes_kind",)
    ),
    "a word more": Situation(
        note('kind: Mapped[str] = columns.enumeration(("a", "b", "c"), "a")'),
        note('kind: Mapped[str] = columns.enumeration(("a", "b"), "a")'),
    ),
    "a word with an apostrophe, a percent sign, a colon": Situation(
        note(
            """kind: Mapped[str] = columns.enumeration(("won't fix", "100%", "in progress: waiting", ":a", "b\\\\c"), "100%")"""
        ),
        note(),
    ),
    "a keyword as a column": Situation(
        note(
            'order: Mapped[str] = columns.enumeration(("a", "b"), "a")\nuser: Mapped[str] = columns.email()'
        ),
    ),
    "a keyword as a table": Situation(note(name="order")),
    "a default with an apostrophe": Situation(
        note("""label: Mapped[str] = mapped_column(sa.String(40), server_default="it's new")"""), note()
    ),
    "another search": Situation(
        note(
            'title: Mapped[str | None] = columns.optional_text(80)\nsearch: Mapped[str] = columns.search("body", "title")',
            'Index(None, "tenant_id", "search")',
        ),
        note(
            'title: Mapped[str | None] = columns.optional_text(80)\nsearch: Mapped[str] = columns.search("body")',
            'Index(None, "tenant_id", "search")',
        ),
    ),
    "a percent sign everywhere": Situation(
        note(
            """pct: Mapped[bool] = columns.whether("body LIKE '10\\\\%'", words=("a", "b"))""",
            """Index("idx_notes_part", "tenant_id", "body", postgresql_where=text("body LIKE '10%'")),
               CheckConstraint("body <> '100%'", name="body", info=about("body"))""",
        ),
    ),
    "another type under a view and a fence": Situation(
        note("""size: Mapped[int | None] = mapped_column(sa.BigInteger)
further_fences = (Policy("notes_size_fence", "size < 10", "size < 10", permissive=False),)
views = (View("short_notes", "SELECT id, body, size FROM notes"), View("shorter", "SELECT id FROM short_notes"))"""),
        note("""size: Mapped[int | None] = mapped_column(sa.Integer)
further_fences = (Policy("notes_size_fence", "size < 10", "size < 10", permissive=False),)
views = (View("short_notes", "SELECT id, body, size FROM notes"), View("shorter", "SELECT id FROM short_notes"))"""),
    ),
    "a correlated fence": Situation(
        note(
            """further_fences = (Policy("notes_fence", "EXISTS (SELECT 1 FROM customers z WHERE z.id = notes.id)", "notes.body <> ''", permissive=False),)"""
        ),
    ),
    "a fence that reads a view": Situation(
        """class Member(Resource):
    __tablename__ = "members"
    body: Mapped[str] = columns.required_text(200)
    views = (View("live_members", "SELECT id FROM members WHERE body <> ''"),)
"""
        + note(
            """further_fences = (Policy("notes_fence", "id IN (SELECT id FROM live_members)", "id IN (SELECT id FROM live_members)", permissive=False),)"""
        ),
    ),
}
