"""Text in every place where a model takes text: quotes, percent signs, colons, backslashes, keywords."""

from __future__ import annotations

from tests.integration.migrations.corpus.models import Situation, added, changed, members, model, notes

ODD = (
    "it's",
    "100%",
    "in progress: waiting",
    ":name",
    "a\\b",
    "\\:x",
    'say "so"',
    "%(name)s",
    "{braces}",
    "Größe",
    "::",
)
WORDS = repr(ODD)

SITUATIONS: dict[str, Situation] = {
    "words of an enumeration": added(f"kind: Mapped[str] = columns.enumeration({WORDS}, {ODD[1]!r})"),
    "words of a state": added(
        f"status: Mapped[str] = columns.state(States({{{ODD[0]!r}: ({ODD[2]!r},), {ODD[2]!r}: (), {ODD[4]!r}: ()}}))"
    ),
    "words of a list": added(
        "kinds: Mapped[list[str]] = columns.words()", f'columns.some_of("kinds", {WORDS})'
    ),
    "a word more": changed(
        f"kind: Mapped[str] = columns.enumeration({ODD[:3]!r}, {ODD[1]!r})",
        f"kind: Mapped[str] = columns.enumeration({ODD[:4]!r}, {ODD[1]!r})",
    ),
    **{
        f"the default {word}": added(
            f"label: Mapped[str] = mapped_column(sa.String(40), server_default={word!r})"
        )
        for word in ODD
    },
    "another default": changed(
        """label: Mapped[str] = mapped_column(sa.String(40), server_default="it's new")""",
        """label: Mapped[str] = mapped_column(sa.String(40), server_default="it's newer: 100%")""",
    ),
    "no default any more": changed(
        """label: Mapped[str | None] = mapped_column(sa.String(40), server_default="it's new")""",
        """label: Mapped[str | None] = mapped_column(sa.String(40))""",
    ),
    "a default that is SQL": added(
        "label: Mapped[str] = mapped_column(sa.Text, server_default=text(\"'10% ' || current_date::text\"))"
    ),
    "comments": added(f"label: Mapped[str | None] = mapped_column(sa.String(40), comment={' '.join(ODD)!r})"),
    "another comment": changed(
        'label: Mapped[str | None] = mapped_column(sa.String(40), comment="it\'s 10%")',
        'label: Mapped[str | None] = mapped_column(sa.String(40), comment="it\'s 100%: so")',
    ),
    "a percent sign in a check": added(
        arguments="""CheckConstraint("body <> '100%' AND body NOT LIKE '10\\\\%'", name="body", info=about("body"))"""
    ),
    "a percent sign in a partial index": added(
        arguments="""Index("idx_notes_part", "tenant_id", "body", postgresql_where=text("body LIKE '10%'"))"""
    ),
    "a percent sign in an index": added(
        arguments="""Index("idx_notes_odd", "tenant_id", text("(body || '%')"))"""
    ),
    "a percent sign in a kept column": added(
        """ten: Mapped[bool] = columns.whether("body LIKE '10\\\\%:a'", words=("a", "b"))"""
    ),
    "a percent sign in a policy": added(
        'further_fences = (Policy("notes_fence", "body NOT LIKE \'%:x\'", "body <> \'100%\'", permissive=False),)'
    ),
    "a percent sign in a view": added(
        'views = (View("odd_notes", "SELECT id FROM notes WHERE body LIKE \'%:x\'"),)'
    ),
    "keywords as columns": Situation(
        notes(
            """
            order: Mapped[str] = columns.enumeration(("a", "b"), "a")
            user: Mapped[str] = columns.email()
            default: Mapped[str | None] = columns.optional_text(20)
            desc: Mapped[list[str]] = columns.tags()
            search: Mapped[str] = columns.search("default", "order")
            """,
            'Index(None, "tenant_id", "order", "user")',
        )
    ),
    "a keyword added as a column": added('order: Mapped[str] = columns.enumeration(("a", "b"), "a")'),
    "a keyword as a table": Situation(
        model("Order", "order", 'status: Mapped[str] = columns.enumeration(("a",), "a")')
    ),
    "a keyword that is referred to": Situation(
        model("User", "user") + notes('user_id: Mapped[UUID] = columns.reference("user")')
    ),
    "the longest names": Situation(
        model("Long", "quarterly_financial_compliance_attestations_of")
        + members(
            'the_attestation_that_this_is_about_id: Mapped[UUID | None] = columns.optional_reference("quarterly_financial_compliance_attestations_of")'
        )
    ),
}
