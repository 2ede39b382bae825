"""Partitioned tables: declared, changed, dropped."""

from __future__ import annotations

from tests.integration.migrations.corpus.models import Situation, members, notes

_AT = "created_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), primary_key=True)"
_BY = '{"postgresql_partition_by": "RANGE (created_at)"}'
_SIZE = "size: Mapped[int | None] = mapped_column(sa.{})"
_CHECK = 'CheckConstraint("size > {}", name="size", info=about("size"))'
_INDEX = 'Index(None, "tenant_id", "{}")'


def by_month(kind: str, least: int, indexed: str) -> str:
    """Return notes by month with a size of a type, held to a least, and an index."""
    return notes(f"{_AT}\n{_SIZE.format(kind)}", f"{_CHECK.format(least)}, {_INDEX.format(indexed)}, {_BY}")


SITUATIONS: dict[str, Situation] = {
    "a table by month": Situation(notes(_AT, _BY), "", ("RANGE (created_at)",)),
    "a table by month dropped": Situation(
        members(), members() + by_month("Integer", 0, "body"), ("RANGE (created_at)",)
    ),
    "a column, a check and an index of a table by month": Situation(
        by_month("Integer", 0, "size"), notes(_AT, _BY)
    ),
    "another type, check and index of a table by month": Situation(
        by_month("BigInteger", 1, "size"), by_month("Integer", 0, "body")
    ),
    "a table by month that refers": Situation(
        members() + notes(f'{_AT}\nmember_id: Mapped[UUID] = columns.reference("members")', _BY),
        members() + notes(_AT, _BY),
    ),
}
