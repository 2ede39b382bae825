"""Fences and views: added, changed, on columns that change, over each other."""

from __future__ import annotations

from tests.integration.migrations.corpus.models import (
    Situation,
    added,
    changed,
    dropped,
    members,
    model,
    notes,
)

_SIZE, _BIG = "mapped_column(sa.Integer)", "mapped_column(sa.BigInteger)"


def fence(using: str, name: str = "notes_fence") -> str:
    """Return the lines of a model that give it one fence."""
    return f"further_fences = (Policy({name!r}, {using!r}, {using!r}, permissive=False),)"


def views(*queries: str) -> str:
    """Return the lines of a model that give it views `view_0`, `view_1` …"""
    listed = ", ".join(f"View('view_{number}', {query!r})" for number, query in enumerate(queries))
    return f"views = ({listed},)"


def sized(of: str, *lines: str) -> str:
    """Return notes with a size of a type, and further lines."""
    return notes("\n".join([f"size: Mapped[int | None] = {of}", *lines]))


CORRELATED = "EXISTS (SELECT 1 FROM members m WHERE m.id = member_id)"
REFERS = 'member_id: Mapped[UUID] = columns.reference("members")'
OVER_EACH_OTHER = views(
    "SELECT id, body FROM notes", "SELECT id FROM view_0", "SELECT v.id FROM view_1 v JOIN view_0 USING (id)"
)

SITUATIONS: dict[str, Situation] = {
    "a fence": added(fence("body <> 'secret'")),
    "a fence dropped": dropped(fence("body <> 'secret'")),
    "another fence": changed(fence("body <> 'secret'"), fence("body <> 'public'")),
    "a fence that names its table": added(fence("notes.body <> 'secret'")),
    "a fence that names its table with its schema": added(fence("id IN (SELECT n.id FROM public.notes n)")),
    "a fence with a correlated sub-select": Situation(members() + notes(f"{REFERS}\n{fence(CORRELATED)}")),
    "a fence with a correlated sub-select, added": Situation(
        members() + notes(f"{REFERS}\n{fence(CORRELATED)}"), members() + notes(REFERS)
    ),
    "a fence that reads a view": Situation(
        members(views("SELECT id FROM members WHERE body <> ''"))
        + notes(f"{REFERS}\n{fence('member_id IN (SELECT id FROM view_0)')}")
    ),
    "a fence that reads a view, dropped": Situation(
        members() + notes(REFERS),
        members(views("SELECT id FROM members WHERE body <> ''"))
        + notes(f"{REFERS}\n{fence('member_id IN (SELECT id FROM view_0)')}"),
    ),
    "a fence on a column of another type": Situation(
        sized(_BIG, fence("size < 10")), sized(_SIZE, fence("size < 10"))
    ),
    "a fence on a column of another type, of a table whose name is a keyword": Situation(
        model("Note", "order", f"size: Mapped[int | None] = {_BIG}\n{fence('size < 10')}"),
        model("Note", "order", f"size: Mapped[int | None] = {_SIZE}\n{fence('size < 10')}"),
    ),
    "a view changes that a fence reads": Situation(
        members(views("SELECT id FROM members WHERE body <> 'x'"))
        + notes(f"{REFERS}\n{fence('member_id IN (SELECT id FROM view_0)')}"),
        members(views("SELECT id FROM members WHERE body <> ''"))
        + notes(f"{REFERS}\n{fence('member_id IN (SELECT id FROM view_0)')}"),
    ),
    "a fence on a column that is dropped": Situation(notes(), sized(_SIZE, fence("size < 10"))),
    "a fence that reads a column of another type elsewhere": Situation(
        members(f"size: Mapped[int | None] = {_BIG}")
        + notes(fence("EXISTS (SELECT 1 FROM members m WHERE m.size > 1)")),
        members(f"size: Mapped[int | None] = {_SIZE}")
        + notes(fence("EXISTS (SELECT 1 FROM members m WHERE m.size > 1)")),
    ),
    "a fence by words": added(fence("body IN ('a', 'b')")),
    "a fence by words dropped": dropped(fence("body NOT IN ('a', 'b')")),
    "a view": added(views("SELECT id, body FROM notes")),
    "a view dropped": dropped(views("SELECT id, body FROM notes")),
    "another view": changed(views("SELECT id, body FROM notes"), views("SELECT id, row_version FROM notes")),
    "a view of everything and a column more": Situation(
        notes(f"size: Mapped[int | None] = {_SIZE}\n{views('SELECT * FROM notes')}"),
        notes(views("SELECT * FROM notes")),
    ),
    "views over each other": added(OVER_EACH_OTHER),
    "views over each other, dropped": dropped(OVER_EACH_OTHER),
    "another view beneath": changed(
        OVER_EACH_OTHER,
        OVER_EACH_OTHER.replace("SELECT id, body FROM notes", "SELECT id, body, row_version FROM notes"),
    ),
    "a column of another type under views": Situation(
        sized(_BIG, views("SELECT id, size FROM notes", "SELECT id FROM view_0")),
        sized(_SIZE, views("SELECT id, size FROM notes", "SELECT id FROM view_0")),
    ),
    "a longer text under a view": changed(
        f"text: Mapped[str] = columns.required_text(20)\n{views('SELECT id, text FROM notes')}",
        f"text: Mapped[str] = columns.required_text(40)\n{views('SELECT id, text FROM notes')}",
    ),
    "a view over two tables": Situation(
        members()
        + notes(f"{REFERS}\n{views('SELECT n.id, m.body FROM notes n JOIN members m ON m.id = n.member_id')}")
    ),
    "a view that counts": added(views("SELECT body, count(*) AS times FROM notes GROUP BY body")),
    "views whose columns have each other's names": added(
        views("SELECT id AS view_1 FROM notes", "SELECT id AS view_0 FROM notes")
    ),
    "a column dropped that one may change": Situation(
        notes("app_privileges = ('SELECT', 'UPDATE (body)')"),
        sized(_SIZE, "app_privileges = ('SELECT', 'UPDATE (body, size)')"),
    ),
    "a column that is a keyword, which one may change": changed(
        "order: Mapped[int] = columns.counter(1)",
        "order: Mapped[int] = columns.counter(1)\n"
        "app_privileges = ('SELECT', 'INSERT (body, \"order\")', 'UPDATE (order)')",
    ),
    "a column that is a keyword, dropped": Situation(
        notes("app_privileges = ('SELECT', 'UPDATE (body)')"),
        notes(
            "order: Mapped[int] = columns.counter(1)\napp_privileges = ('SELECT', 'UPDATE (body, \"order\")')"
        ),
    ),
    "fewer privileges": changed("", "app_privileges = ('SELECT',)"),
    "more privileges": changed("app_privileges = ('SELECT',)", ""),
    "no deletes": added("app_privileges = ('SELECT', 'INSERT', 'UPDATE')"),
    "scoped no more": Situation(
        notes(
            "@classmethod\ndef security(cls):\n    return ReferenceData.security.__func__(cls)\nunscoped_because = 'why'"
        ),
        notes(),
    ),
}
