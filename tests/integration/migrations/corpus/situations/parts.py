"""Keys, references, checks and indexes of tables: added, changed, taken away."""

from __future__ import annotations

from tests.integration.migrations.corpus.models import (
    Situation,
    added,
    changed,
    dropped,
    members,
    model,
    notes,
    rearranged,
)

_CHECK = 'CheckConstraint("{}", name="body", info=about("body"))'
_INDEX = 'Index("idx_notes_some", {})'
_SIZE = "size: Mapped[int | None] = mapped_column(sa.Integer)"
_BIG = "size: Mapped[int | None] = mapped_column(sa.BigInteger)"
_TWICE = "twice: Mapped[int | None] = mapped_column(sa.BigInteger, sa.Computed('size * 2', persisted=True))"
_OF_TWICE = (
    'UniqueConstraint("tenant_id", "twice"), CheckConstraint("twice > 0", name="twice", info=about("twice"))'
)
_MEMBER = "member_id: Mapped[UUID | None] = mapped_column()"
_TO_MEMBERS = 'Index(None, "tenant_id", "member_id")'
_TO_SECOND = """
    parent_id: Mapped[UUID | None] = columns.optional_reference("firsts")
    second_id: Mapped[UUID | None] = columns.optional_reference("seconds")
"""
_TO_NOTES = 'Index(None, "tenant_id", "note_id")'
_KEY_TO_NOTES = (
    'ForeignKeyConstraint(["tenant_id", "note_id"], ["notes.tenant_id", "notes.id"], ondelete="CASCADE", '
    'deferrable=True, initially="DEFERRED")'
)
_KEY_TO_MEMBERS = (
    'ForeignKeyConstraint(["tenant_id", "member_id"], ["members.tenant_id", "members.id"], '
    'onupdate="CASCADE", deferrable=True, initially="DEFERRED")'
)

INDEXES = {
    "an index": '"tenant_id", "body"',
    "an index downwards": '"tenant_id", text("body DESC NULLS LAST")',
    "an index of an expression": '"tenant_id", text("lower(body)")',
    "an index of a function of two": '"tenant_id", text("(body || \':\' || id::text)")',
    "an index with more": '"tenant_id", "body", postgresql_include=["row_version"]',
    "an index of a class": '"tenant_id", "body", postgresql_ops={"body": "varchar_pattern_ops"}',
    "an index that is partial": '"tenant_id", "body", postgresql_where=text("body <> \'\'")',
    "an index over some words": '"tenant_id", "body", postgresql_where=text("body IN (\'a\', \'b\')")',
    "an index that is unique": '"tenant_id", "body", unique=True',
    "an index without two nulls": '"tenant_id", "body", unique=True, postgresql_nulls_not_distinct=True',
    "a hash": '"body", postgresql_using="hash"',
    "a BRIN": '"tenant_id", "created_at", postgresql_using="brin"',
    "a fill factor": '"tenant_id", "body", postgresql_with={"fillfactor": 70}',
}
_INDEX_CHANGES = {
    "another predicate": ("an index that is partial", "an index over some words"),
    "a predicate more": ("an index", "an index that is partial"),
    "a predicate less": ("an index that is partial", "an index"),
    "another order": ("an index", "an index downwards"),
    "another class": ("an index", "an index of a class"),
    "a column more beside": ("an index", "an index with more"),
    "another expression": ("an index of an expression", "an index of a function of two"),
    "unique from now on": ("an index", "an index that is unique"),
    "another fill factor": ("an index", "a fill factor"),
}

SITUATIONS: dict[str, Situation] = {
    **{f"{name}, added": added(arguments=_INDEX.format(what)) for name, what in INDEXES.items()},
    "indexes dropped": dropped(
        arguments=", ".join(
            f'Index("idx_notes_{number}", {what})' for number, what in enumerate(INDEXES.values())
        )
    ),
    **{
        f"an index: {name}": rearranged(_INDEX.format(INDEXES[before]), _INDEX.format(INDEXES[after]))
        for name, (before, after) in _INDEX_CHANGES.items()
    },
    "a check added": added(arguments=_CHECK.format("body <> ''")),
    "a check dropped": dropped(arguments=_CHECK.format("body <> ''")),
    "another check": rearranged(_CHECK.format("body <> ''"), _CHECK.format("length(body) > 2")),
    "a check by words": rearranged(_CHECK.format("body IN ('a', 'b')"), _CHECK.format("body IN ('a', 'c')")),
    "a check of two columns": added(
        _SIZE, 'CheckConstraint("size > 0 OR body <> \'\'", name="size_or_body", info=about("size"))'
    ),
    "a check goes with its column": Situation(
        notes(), notes('kind: Mapped[str] = columns.enumeration(("a", "b"), "a")')
    ),
    "a word more": changed(
        'kind: Mapped[str] = columns.enumeration(("a", "b"), "a")',
        'kind: Mapped[str] = columns.enumeration(("a", "b", "c"), "a")',
    ),
    "a word less": changed(
        'kind: Mapped[str] = columns.enumeration(("a", "b", "c"), "a")',
        'kind: Mapped[str] = columns.enumeration(("a", "b"), "a")',
    ),
    "a state more": changed(
        'status: Mapped[str] = columns.state(States({"open": ("done",), "done": ()}))',
        'status: Mapped[str] = columns.state(States({"open": ("late",), "late": ("done",), "done": ()}))',
    ),
    "another first state": changed(
        'status: Mapped[str] = columns.state(States({"open": ("done",), "done": ()}))',
        'status: Mapped[str] = columns.state(States({"new": ("done",), "open": (), "done": ()}))',
    ),
    "text becomes an enumeration": changed(
        "kind: Mapped[str] = mapped_column(sa.String(50))",
        'kind: Mapped[str] = columns.enumeration(("a", "b"))',
    ),
    "a unique key": added(arguments='UniqueConstraint("tenant_id", "body")'),
    "a unique key dropped": dropped(arguments='UniqueConstraint("tenant_id", "body")'),
    "a unique key of more": rearranged(
        'UniqueConstraint("tenant_id", "body")', 'UniqueConstraint("tenant_id", "body", "row_version")'
    ),
    "unique while alive": Situation(
        notes("deleted_at: Mapped[datetime | None] = columns.moment()", 'live_unique("notes", "body")')
    ),
    "a reference": Situation(members() + notes('member_id: Mapped[UUID] = columns.reference("members")')),
    "a reference added": Situation(
        members() + notes('member_id: Mapped[UUID | None] = columns.optional_reference("members")'),
        members() + notes(),
    ),
    "a reference dropped": Situation(
        members() + notes(), members() + notes('member_id: Mapped[UUID] = columns.reference("members")')
    ),
    "a reference with an index of more": Situation(
        members()
        + notes('member_id: Mapped[UUID] = columns.reference("members", then=("created_at", "id"))'),
        members() + notes('member_id: Mapped[UUID] = columns.reference("members")'),
    ),
    "two references to one": Situation(
        members()
        + notes(
            """
            writer_id: Mapped[UUID] = columns.reference("members")
            reader_id: Mapped[UUID | None] = columns.optional_reference("members")
            """
        )
    ),
    "a second reference to one": Situation(
        members()
        + notes(
            """
            writer_id: Mapped[UUID] = columns.reference("members")
            reader_id: Mapped[UUID | None] = columns.optional_reference("members")
            """
        ),
        members() + notes('writer_id: Mapped[UUID] = columns.reference("members")'),
    ),
    "a reference to itself": Situation(
        notes('parent_id: Mapped[UUID | None] = columns.optional_reference("notes")')
    ),
    "references to each other": Situation(
        members('note_id: Mapped[UUID | None] = columns.optional_reference("notes")')
        + notes('member_id: Mapped[UUID | None] = columns.optional_reference("members")')
    ),
    "tables dropped that refer to each other": Situation(
        model("Other", "others"),
        model("Other", "others")
        + members('note_id: Mapped[UUID | None] = columns.optional_reference("notes")')
        + notes('member_id: Mapped[UUID | None] = columns.optional_reference("members")'),
    ),
    "tables dropped that refer to each other in two circles": Situation(
        members(),
        members()
        + model("First", "firsts", _TO_SECOND)
        + model("Second", "seconds", 'third_id: Mapped[UUID | None] = columns.optional_reference("thirds")')
        + model("Third", "thirds", 'first_id: Mapped[UUID] = columns.reference("firsts")'),
    ),
    "tables dropped that refer to each other by keys that may wait": Situation(
        model("Other", "others"),
        model("Other", "others")
        + members("note_id: Mapped[UUID | None] = mapped_column()", f"{_TO_NOTES}, {_KEY_TO_NOTES}")
        + notes(_MEMBER, f"{_TO_MEMBERS}, {_KEY_TO_MEMBERS}"),
    ),
    "a part of a whole": Situation(
        members("deleted_at: Mapped[datetime | None] = columns.moment()")
        + notes('member_id: Mapped[UUID] = columns.part_of("members")')
    ),
    "a reference that is required": Situation(
        members() + notes('member_id: Mapped[UUID] = columns.reference("members")'),
        members() + notes('member_id: Mapped[UUID | None] = columns.optional_reference("members")'),
    ),
    "a reference that may wait": Situation(
        members() + notes(_MEMBER, f"{_TO_MEMBERS}, {_KEY_TO_MEMBERS}"),
        members() + notes(_MEMBER, _TO_MEMBERS),
        ('onupdate="CASCADE"', "deferrable=True", 'initially="DEFERRED"'),
    ),
    "a table dropped": Situation(members(), members() + notes()),
    "a table dropped with what refers to it": Situation(
        model("Other", "others"),
        model("Other", "others")
        + members()
        + notes('member_id: Mapped[UUID] = columns.reference("members")'),
    ),
    "three tables in a chain": Situation(
        model("First", "firsts")
        + model("Second", "seconds", 'first_id: Mapped[UUID] = columns.reference("firsts")')
        + model("Third", "thirds", 'second_id: Mapped[UUID] = columns.reference("seconds")')
    ),
    "reference data": Situation(
        "class Unit(ReferenceData, Base):\n"
        "    __tablename__ = 'units'\n"
        "    unscoped_because = 'all tenants measure alike'\n"
        "    code: Mapped[str] = mapped_column(sa.String(10), primary_key=True)\n"
    ),
    "another search": changed(
        'title: Mapped[str | None] = columns.optional_text(80)\nsearch: Mapped[str] = columns.search("body")',
        'title: Mapped[str | None] = columns.optional_text(80)\nsearch: Mapped[str] = columns.search("body", "title")',
    ),
    "another search that is indexed": rearranged(
        'Index("idx_notes_search", "search", postgresql_using="gin")',
        'Index("idx_notes_search", "search", postgresql_using="gin"), Index(None, "tenant_id", "body")',
        'search: Mapped[str] = columns.search("body")',
    ),
    "another kept condition, indexed": Situation(
        notes(
            "full: Mapped[bool] = columns.whether(\"body <> ''\", words=('a', 'b'))",
            'Index(None, "tenant_id", "full")',
        ),
        notes(
            "full: Mapped[bool] = columns.whether(\"body <> 'x'\", words=('a', 'b'))",
            'Index(None, "tenant_id", "full")',
        ),
    ),
    "a kept column of a column of another type": changed(
        "size: Mapped[int | None] = mapped_column(sa.Integer)\n"
        "twice: Mapped[int | None] = mapped_column(sa.BigInteger, sa.Computed('size * 2', persisted=True))",
        "size: Mapped[int | None] = mapped_column(sa.BigInteger)\n"
        "twice: Mapped[int | None] = mapped_column(sa.BigInteger, sa.Computed('size * 2', persisted=True))",
    ),
    "a kept column and its source dropped": Situation(
        notes(),
        notes(
            "size: Mapped[int | None] = mapped_column(sa.Integer)\n"
            "twice: Mapped[int | None] = mapped_column(sa.Integer, sa.Computed('size * 2', persisted=True))"
        ),
    ),
    "a kept column declared before its source": added(f"{_TWICE}\n{_SIZE}"),
    "a kept column, and its source of another type": changed(_SIZE, f"{_BIG}\n{_TWICE}"),
    "a kept column dropped, and its source of another type": changed(f"{_SIZE}\n{_TWICE}", _BIG),
    "a kept column dropped after its source": dropped(f"{_SIZE}\n{_TWICE.replace('twice', 'z')}"),
    "another kept column, unique and checked": Situation(
        notes(_TWICE.replace("size * 2", "row_version + 1"), _OF_TWICE),
        notes(_TWICE.replace("size * 2", "row_version"), _OF_TWICE),
    ),
    "a plain column becomes a kept one": changed(
        f"{_SIZE}\ntwice: Mapped[int | None] = mapped_column(sa.Integer)", f"{_SIZE}\n{_TWICE}"
    ),
    "a kept column becomes a plain one": changed(
        "twice: Mapped[int | None] = mapped_column(sa.Integer, sa.Computed('row_version * 2', persisted=True))",
        "twice: Mapped[int | None] = mapped_column(sa.Integer)",
    ),
}
