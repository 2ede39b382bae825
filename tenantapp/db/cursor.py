"""A psycopg cursor for the application's pool."""

from __future__ import annotations

from typing import Any, cast

import psycopg
from psycopg import pq
from psycopg.pq.abc import PGresult

from tenantapp.db.connection import TenantConnection
from tenantapp.db.errors import AnswerTooLarge

_ROWS = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.SINGLE_TUPLE, pq.ExecStatus.TUPLES_CHUNK)
_UNKNOWN = (None,) * 5


class TenantCursor(psycopg.Cursor[Any]):
    """A cursor that describes its columns by plain tuples: psycopg's own cost a tenth of a small query."""

    @property
    def description(self) -> Any:
        """Name and type of each column, or None where no rows are answered (PEP 249)."""
        result = self.pgresult
        if result is None or result.status not in _ROWS:
            return None
        return [
            ((result.fname(i) or b"").decode(), result.ftype(i), *_UNKNOWN) for i in range(result.nfields)
        ]

    def _check_results(self, results: list[PGresult]) -> None:
        super()._check_results(results)
        allowed = cast(TenantConnection, self._conn).max_rows
        if sum(result.ntuples for result in results) > allowed:
            raise AnswerTooLarge(f"an answer of more than {allowed} rows is refused: ANSWER_MAX_ROWS")
