"""What becomes of the models: texts that take the place of others."""

from __future__ import annotations

CHANGED = {
    # A word more of each enumeration, one of them with an apostrophe, one with a percent sign.
    '    LOUD = "loud"': '    LOUD = "loud"\n    SAD = "it\'s sad"',
    '"signed": ("gone",)': '"signed": ("paused", "gone"), "paused": ("signed",)',
    '("lp", "ep", "it\'s live")': '("lp", "ep", "it\'s live", "100%")',
    # Other types, one of them under a view that another view reads, one under a table by month.
    "sa.Numeric(8, 2)": "sa.Numeric(10, 2)",
    "sa.Integer)": "sa.BigInteger)",
    "columns.optional_text(50)": "columns.optional_text(80)\n    rating: Mapped[int | None]",
    # Columns come and go; one of them is searched from now on.
    "    released: Mapped[date | None]": "    notes: Mapped[str | None] = columns.optional_text(500)",
    'columns.search("title")': 'columns.search("title", "notes")',
    "    tags: Mapped[list[str]] = columns.tags()": "    loudness: Mapped[int] = columns.counter(5)",
    # Checks, indexes, a fence.
    'CheckConstraint("price >= 0", name="price", info=about("price")),': (
        'CheckConstraint("price >= 1", name="price", info=about("price")),\n'
        'CheckConstraint("title <> \'\'", name="title", info=about("title")),'
    ),
    'Index(None, "tenant_id", "released")': 'Index(None, "tenant_id", "kind")',
    "return ({": (
        'return (CheckConstraint("rating <= 5", name="rating", info=about("rating")), '
        'Index(None, "tenant_id", "device"), {'
    ),
    "status <> 'gone'": "status NOT IN ('gone', '100%')",
}
RENAMES = (
    ("table", "tracks", "songs"),
    ("table", "plays", "listens"),
    ("column", "songs", "order", "position"),
    ("column", "albums", "title", "heading"),
    ("column", "track_genres", "track_id", "song_id"),
    ("column", "listens", "track_id", "song_id"),
    ("column", "artists", "label_id", "parent_id"),
)
RENAMED = {
    '"tracks"\n': '"songs"\n',
    'columns.part_of("tracks")': 'columns.part_of("songs")',
    'reference("tracks")': 'reference("songs")',
    '"plays"\n': '"listens"\n',
    "JOIN tracks": "JOIN songs",
    "    order: Mapped": "    position: Mapped",
    '"album_id", "order"': '"album_id", "position"',
    "label_id": "parent_id",
    "track_id": "song_id",
    "    title: Mapped[str] = columns.required_text(200)\n    kind": (
        "    heading: Mapped[str] = columns.required_text(200)\n    kind"
    ),
    'search("title"': 'search("heading"',
    '"artist_id", "title"': '"artist_id", "heading"',
    '"title <> \'\'", name="title", info=about("title")': (
        '"heading <> \'\'", name="heading", info=about("heading")'
    ),
    "SELECT id, title, price FROM albums WHERE price > 0 AND title": (
        "SELECT id, heading AS title, price FROM albums WHERE price > 0 AND heading"
    ),
}


def changed(models: str, by: dict[str, str]) -> str:
    """Return models with each text replaced, which must be there."""
    for old, new in by.items():
        assert old in models, old
        models = models.replace(old, new)
    return models


def renaming() -> tuple[str, str]:
    """Return the upgrade and the downgrade that are written into an empty migration."""
    there = [f"    op.rename_scoped_{kind}({_listed(*names)})" for kind, *names in RENAMES]
    back = [
        f"    op.rename_scoped_{kind}({_listed(*on, new, old)})" for kind, *on, old, new in reversed(RENAMES)
    ]
    return "\n".join(there), "\n".join(back)


def _listed(*names: str) -> str:
    return ", ".join(f'"{name}"' for name in names)
