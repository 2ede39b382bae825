"""Columns of every type, in a new table, added to one that is there, dropped; and types that change."""

from __future__ import annotations

from tests.integration.migrations.corpus.models import Situation, added, changed, dropped, notes

DECLARED = {
    "text": "text: Mapped[str | None] = columns.optional_text()",
    "varchar": "text: Mapped[str | None] = columns.optional_text(80)",
    "integer": "size: Mapped[int | None] = mapped_column(sa.Integer)",
    "big integer": "size: Mapped[int | None] = mapped_column(sa.BigInteger)",
    "small integer": "size: Mapped[int | None] = mapped_column(sa.SmallInteger)",
    "numeric": "price: Mapped[Decimal | None] = mapped_column(sa.Numeric(12, 2))",
    "numeric without bounds": "price: Mapped[Decimal | None] = mapped_column(sa.Numeric)",
    "double": "ratio: Mapped[float | None] = mapped_column(sa.Double)",
    "real": "ratio: Mapped[float | None] = mapped_column(sa.REAL)",
    "boolean": "done: Mapped[bool] = mapped_column(sa.Boolean, server_default=text('false'))",
    "date": "day: Mapped[date | None] = mapped_column(sa.Date)",
    "time": "hour: Mapped[time | None] = mapped_column(sa.Time)",
    "moment": "due_at: Mapped[datetime | None] = columns.moment()",
    "timestamp without zone": "at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=False))",
    "timestamp of milliseconds": (
        "at: Mapped[datetime | None] = mapped_column(postgresql.TIMESTAMP(timezone=True, precision=3))"
    ),
    "interval": "length: Mapped[timedelta | None] = mapped_column(sa.Interval)",
    "uuid": "other_id: Mapped[UUID | None] = mapped_column(sa.Uuid)",
    "bytes": "content: Mapped[bytes | None] = mapped_column(sa.LargeBinary)",
    "json object": "settings: Mapped[dict[str, object]] = columns.json_object()",
    "json": "settings: Mapped[Any] = mapped_column(postgresql.JSON, nullable=True)",
    "array of texts": "labels: Mapped[list[str] | None] = mapped_column(postgresql.ARRAY(sa.Text))",
    "array of integers": "sizes: Mapped[list[int] | None] = mapped_column(postgresql.ARRAY(sa.Integer))",
    "array of two dimensions": (
        "grid: Mapped[Any] = mapped_column(postgresql.ARRAY(sa.Integer, dimensions=2), nullable=True)"
    ),
    "tags": "tags: Mapped[list[str]] = columns.tags()",
    "inet": "address: Mapped[Any] = mapped_column(postgresql.INET, nullable=True)",
    "range": "during: Mapped[Any] = mapped_column(postgresql.TSTZRANGE, nullable=True)",
    "words of a search": "words: Mapped[Any] = mapped_column(postgresql.TSVECTOR, nullable=True)",
    "character": "code: Mapped[str | None] = mapped_column(sa.CHAR(2))",
    "collated text": 'text: Mapped[str | None] = mapped_column(sa.String(40, collation="C"))',
    "enumeration": 'kind: Mapped[str] = columns.enumeration(("a", "b"), "a")',
    "Python's enumeration": (
        'kind: Mapped[str | None] = mapped_column(sa.Enum("a", "b", name="kind", native_enum=False, '
        "create_constraint=True))"
    ),
    "state": 'status: Mapped[str] = columns.state(States({"open": ("done",), "done": ()}))',
    "email": "address: Mapped[str] = columns.email()",
    "digest": "hash: Mapped[bytes] = columns.digest()",
    "counter": "hits: Mapped[int] = columns.counter(1)",
    "search": 'search: Mapped[str] = columns.search("body")',
    "kept condition": """full: Mapped[bool] = columns.whether("body <> ''", words=("empty", "full"))""",
    "kept number": (
        "size: Mapped[int] = mapped_column(sa.Integer, sa.Computed('length(body)', persisted=True))"
    ),
}
# Without a default they can be added to a table without rows alone.
_CHANGES = {
    "longer text": (
        "text: Mapped[str] = columns.required_text(40)",
        "text: Mapped[str] = columns.required_text(90)",
    ),
    "shorter text": (
        "text: Mapped[str] = columns.required_text(90)",
        "text: Mapped[str] = columns.required_text(40)",
    ),
    "text without bound": (
        "text: Mapped[str | None] = columns.optional_text(40)",
        "text: Mapped[str | None] = columns.optional_text()",
    ),
    "wider integer": (DECLARED["integer"], DECLARED["big integer"]),
    "finer number": (DECLARED["numeric"], "price: Mapped[Decimal | None] = mapped_column(sa.Numeric(14, 4))"),
    "integer to number": (
        "size: Mapped[int | None] = mapped_column(sa.Integer)",
        "size: Mapped[Decimal | None] = mapped_column(sa.Numeric(12, 2))",
    ),
    "date to moment": (
        "at: Mapped[date | None] = mapped_column(sa.Date)",
        "at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))",
    ),
    "another collation": (
        'text: Mapped[str | None] = mapped_column(sa.String(40, collation="C"))',
        'text: Mapped[str | None] = mapped_column(sa.String(40, collation="POSIX"))',
    ),
    "required": (
        "size: Mapped[int | None] = mapped_column(sa.Integer)",
        "size: Mapped[int] = mapped_column(sa.Integer)",
    ),
    "no longer required": (
        "size: Mapped[int] = mapped_column(sa.Integer)",
        "size: Mapped[int | None] = mapped_column(sa.Integer)",
    ),
    "longer tags": (
        "labels: Mapped[list[str] | None] = mapped_column(columns.ShortTexts(20))",
        "labels: Mapped[list[str] | None] = mapped_column(columns.ShortTexts(40))",
    ),
}
ALL_IN_ONE = "\n".join(
    declaration.replace(declaration.partition(":")[0], f"column_{number}", 1)
    for number, declaration in enumerate(DECLARED.values())
)

SITUATIONS: dict[str, Situation] = {
    "all types, in a new table": Situation(notes(ALL_IN_ONE)),
    "all types, dropped": dropped(ALL_IN_ONE),
    **{f"{name}, added": added(declaration) for name, declaration in DECLARED.items()},
    **{f"{name}, for another": changed(*pair) for name, pair in _CHANGES.items()},
}
