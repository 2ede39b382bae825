"""Which statements psycopg remembers, to prepare those that come again: short ones alone."""

from __future__ import annotations

from tenantapp.postgres.private import Key, PostgresQuery, Prepare, PrepareManager

LONGEST_PREPARED = 4096
"""Bytes of text. A connection remembers 100 statements, and the server keeps plans of those it prepares."""


class ShortStatements(PrepareManager):
    """psycopg's record of a connection's statements, without those whose text is long.

    An import inserts many rows by one statement, another one for each number of rows: psycopg would keep the
    last 100 of them, each of them hundreds of kilobytes, for as long as the connection lives.
    """

    def get(self, query: PostgresQuery, prepare: bool | None = None) -> tuple[Prepare, bytes]:
        """Return whether a statement is prepared, or is to be, and its name; see the base."""
        return super().get(query, False if _is_long(query) else prepare)

    def maybe_add_to_cache(self, query: PostgresQuery, prep: Prepare, name: bytes) -> Key | None:
        """Count a statement, and return its key where it is new; see the base."""
        return None if _is_long(query) else super().maybe_add_to_cache(query, prep, name)


def _is_long(query: PostgresQuery) -> bool:
    return len(query.query) > LONGEST_PREPARED
