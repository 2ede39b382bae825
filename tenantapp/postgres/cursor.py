"""A psycopg cursor for the application's pool."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import psycopg
from psycopg import pq
from psycopg.abc import Params, PQGen, Query
from psycopg.pq.abc import PGresult

from tenantapp.postgres.connection import TenantConnection
from tenantapp.postgres.errors import AnswerTooLarge
from tenantapp.postgres.private import PostgresQuery, Prepare

_ROWS = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.SINGLE_TUPLE, pq.ExecStatus.TUPLES_CHUNK)
_UNKNOWN = (None,) * 5


class TenantCursor(psycopg.Cursor[Any]):
    """A cursor whose statement travels in the message that begins its transaction, where it is the first.

    It describes its columns by plain tuples: psycopg's own cost a tenth of a small query.
    """

    @property
    def description(self) -> Any:
        """Name and type of each column, or None where no rows are answered (PEP 249)."""
        result = self.pgresult
        if result is None or result.status not in _ROWS:
            return None
        return [
            ((result.fname(i) or b"").decode(), result.ftype(i), *_UNKNOWN) for i in range(result.nfields)
        ]

    def executemany(self, query: Query, params_seq: Iterable[Params], *, returning: bool = False) -> None:
        """Execute a statement for each of several parameters; see the base, which enters a pipeline."""
        self._tenant_connection.begin_pending()
        super().executemany(query, params_seq, returning=returning)

    def _execute_gen(
        self,
        query: Query,
        params: Params | None = None,
        *,
        prepare: bool | None = None,
        binary: bool | None = None,
    ) -> PQGen[None]:
        connection = self._tenant_connection
        if connection.pending is None or self._closed:
            yield from super()._execute_gen(query, params, prepare=prepare, binary=binary)
            return
        self._reset()
        self._tx = psycopg.adapt.Transformer(self)
        sent = self._convert_query(query, params)
        if not sent.params and b";" in sent.query:
            # Perhaps several statements, which only a message of their own takes.
            yield from super()._execute_gen(query, params, prepare=prepare, binary=binary)
            return
        yield from self._execute_first(sent, prepare=prepare, binary=binary)
        self._last_query = query
        yield from connection._prepared.maintain_gen(connection)

    def _execute_first(
        self, query: PostgresQuery, *, prepare: bool | None, binary: bool | None
    ) -> PQGen[None]:
        """Begin the transaction by this statement, prepared as the base would prepare it."""
        connection = self._tenant_connection
        prepared = connection._prepared
        prep, name = self._get_prepared(query, prepare)
        prepares = prep is Prepare.SHOULD

        def send() -> None:
            if prep is Prepare.NO:
                self._execute_send(query, force_extended=True, binary=binary)
                return
            if prepares:
                self._send_prepare(name, query)
            self._send_query_prepared(name, query, binary=binary)

        answers = yield from connection.begin_with(send)
        # Of what could not be prepared nothing is remembered; what is prepared stays so where it fails.
        self._check_results(answers[:1])
        key = prepared.maybe_add_to_cache(query, prep, name)
        results = answers[prepares:]
        if key is not None:
            prepared.validate(key, prep, name, results)
        self._check_results(results)
        self._set_results(results)

    @property
    def _tenant_connection(self) -> TenantConnection:
        return cast(TenantConnection, self._conn)

    def _check_results(self, results: list[PGresult]) -> None:
        super()._check_results(results)
        allowed = self._tenant_connection.max_rows
        if sum(result.ntuples for result in results) > allowed:
            raise AnswerTooLarge(f"an answer of more than {allowed} rows is refused: ANSWER_MAX_ROWS")
