"""How the corpus writes its models: a table of notes, and one of members that it may refer to."""

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


def model(name: str, table: str, body: str = "", arguments: str = "") -> str:
    """Return a resource with a text, with further lines of its body, and further arguments of its table."""
    lines = [
        f"class {name}(Resource):",
        f"    __tablename__ = {table!r}",
        "    body: Mapped[str] = columns.required_text(200)",
        textwrap.indent(textwrap.dedent(body).strip(), "    "),
    ]
    if arguments:
        lines += ["    @classmethod", "    def scoped_args(cls):", f"        return ({arguments},)"]
    return "\n".join(lines) + "\n"


def notes(body: str = "", arguments: str = "") -> str:
    """Return the model of notes."""
    return model("Note", "notes", body, arguments)


def members(body: str = "", arguments: str = "") -> str:
    """Return the model of members."""
    return model("Member", "members", body, arguments)


def added(body: str = "", arguments: str = "") -> Situation:
    """Return a situation in which notes get something that they had not."""
    return Situation(notes(body, arguments), notes())


def changed(before: str, after: str) -> Situation:
    """Return a situation in which lines of the body become others."""
    return Situation(notes(after), notes(before))


def rearranged(before: str, after: str, body: str = "") -> Situation:
    """Return a situation in which arguments of the table become others."""
    return Situation(notes(body, after), notes(body, before))


def dropped(body: str = "", arguments: str = "") -> Situation:
    """Return a situation in which notes lose something."""
    return Situation(notes(), notes(body, arguments))
