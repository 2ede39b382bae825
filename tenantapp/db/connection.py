"""A psycopg connection that begins a transaction and binds the tenant's context in one message."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import Any

import psycopg
from psycopg import generators, pq
from psycopg.abc import PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq.abc import PGconn, PGresult

from tenantapp.db.answers import Answer, bounded
from tenantapp.db.errors import ContextRejected
from tenantapp.db.healing import HealingConnection
from tenantapp.db.own_settings import start_without_own_settings
from tenantapp.db.selection import Selected, Selection
from tenantapp.tenancy.context import TenantContext
from tenantapp.tenancy.directory import Standing
from tenantapp.tenancy.seal import ContextSealer

_BIND = b"SELECT tenancy.bind($1)"
# Which of a message's commands it is, and which prepares.
_BINDS = 1
_PREPARES = 2
_FORGETS = 3

# How many selections stay prepared, each of which the server keeps a plan for: a list alone has hundreds of
# combinations of filters and orders.
MOST_PREPARED = 100


class TenantConnection(HealingConnection):
    """A connection of the application's pool.

    `sealer` seals what is bound on it; `settings` are what it works with.
    """

    settings: Mapping[str, str]
    sealer: ContextSealer
    # What one answer may hold.
    max_bytes: float = inf
    max_rows: float = inf

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # By name, the one that was used last at the end.
        self._prepared_selections: dict[bytes, None] = {}

    def take_up(self) -> None:
        """Make a new connection ready to be lent.

        Raises:
            UnsafeRole: the role has left itself others, and they cannot be removed.
        """
        start_without_own_settings(self)

    def wait(self, gen: PQGen[Answer], *args: Any, **kwargs: Any) -> Answer:
        """Wait for an answer; see the base.

        Raises:
            AnswerTooLarge: more has come than `max_bytes`; the connection is closed.
            Exception: as the base.
        """
        return super().wait(bounded(gen, self.pgconn, self.max_bytes), *args, **kwargs)

    def add_notice_handler(self, callback: Any) -> None:
        """Add `callback` once: SQLAlchemy adds its own at each check-out of a NullPool."""
        if callback not in self._notice_handlers:
            super().add_notice_handler(callback)

    def close(self) -> None:
        """Give the connection back to its pool, which opens another in the place of a dropped one."""
        pool = getattr(self, "_pool", None)
        if pool is not None and self.closed:
            pool.putconn(self)
            self._pool = None
        else:
            super().close()

    def begin_bound(self, context: TenantContext, begin: bytes | None = None) -> Standing | None:
        """Begin a transaction and bind `context` to it, with one round trip for both.

        Args:
            context: the tenant context; sealed, it travels as a parameter, never in the statement's text.
            begin: the command; by default what the connection's own options ask for.

        Returns:
            How the tenant stands in this database, or None where it has no such tenant.

        Raises:
            psycopg.Error: the server refused, or the connection is gone.
        """
        with self.lock:
            self.begun = begin or self._get_tx_start_command()
            first = self._before_binding(self.begun)
            token = self._sealed(context)

            def send(pgconn: PGconn) -> None:
                pgconn.send_query_params(first, None)
                pgconn.send_query_params(_BIND, [token])

            return _standing(self._accepted(self.wait(self._in_one_message(send, 2)))[_BINDS])

    def select_bound(
        self, context: TenantContext, selection: Selection[Selected], parameters: Mapping[str, object]
    ) -> tuple[Standing | None, list[Any]]:
        """Bind `context` to a READ ONLY transaction of its own and select in it, in one round trip.

        Returns:
            What `begin_bound` does, and the rows.

        Raises:
            psycopg.Error: as `begin_bound`.
        """
        transformer = Transformer(self)
        values = selection.in_order(parameters)
        dumped = transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))
        text = selection.text.encode()
        name = selection.name(transformer.types or ())
        prepares = self.prepare_threshold is not None
        with self.lock:
            is_new = prepares and name not in self._prepared_selections
            oldest = self._oldest_prepared() if is_new else None
            self.begun = b"BEGIN READ ONLY"
            first = self._before_binding(self.begun)
            token = self._sealed(context)

            def send(pgconn: PGconn) -> None:
                pgconn.send_query_params(first, None)
                pgconn.send_query_params(_BIND, [token])
                if is_new:
                    pgconn.send_prepare(name, text, transformer.types)
                if oldest is not None:
                    pgconn.send_query_params(b"DEALLOCATE " + oldest, None)
                if prepares:
                    pgconn.send_query_prepared(name, dumped, transformer.formats)
                else:
                    pgconn.send_query_params(text, dumped, transformer.types, transformer.formats)
                pgconn.send_query_params(b"COMMIT", None)

            results = self.wait(self._in_one_message(send, 4 + is_new + (oldest is not None)))
            # It stays prepared where its execution fails.
            if prepares and (not is_new or _succeeded(results, _PREPARES)):
                self._prepared_selections.pop(name, None)
                self._prepared_selections[name] = None
            if oldest is not None and _succeeded(results, _FORGETS):
                del self._prepared_selections[oldest]
        self._accepted(results)
        return _standing(results[_BINDS]), selection.rows(results[-2], transformer)

    def _oldest_prepared(self) -> bytes | None:
        """Return the name of what one more selection would be too many beside, if anything."""
        if len(self._prepared_selections) < MOST_PREPARED:
            return None
        return next(iter(self._prepared_selections))

    def _prepared_count(self) -> int:
        return super()._prepared_count() + len(self._prepared_selections)

    def _before_binding(self, begin: bytes) -> bytes:
        """Return the command that travels in front of the binding."""
        return begin

    def _sealed(self, context: TenantContext) -> bytes:
        return self.sealer.seal(context, self.pgconn.backend_pid).encode()

    def _deallocate(self, name: bytes | None) -> PQGen[None]:
        """Note that psycopg has all that is prepared deallocated, as after a rollback."""
        if name is None:
            self._prepared_selections.clear()
        yield from super()._deallocate(name)

    def _in_one_message(self, send: Callable[[PGconn], None], count: int) -> PQGen[list[PGresult]]:
        pgconn = self.pgconn
        pgconn.enter_pipeline_mode()
        results: list[PGresult] = []
        try:
            send(pgconn)
            pgconn.pipeline_sync()
            yield from generators.send(pgconn)
            # The Sync is answered too.
            for _ in range(count + 1):
                results += yield from generators.fetch_many(pgconn)
        finally:
            if pgconn.status == pq.ConnStatus.OK:
                pgconn.exit_pipeline_mode()
        return results[:count]

    def _accepted(self, results: list[PGresult]) -> list[PGresult]:
        for place, result in enumerate(results):
            if result.status == pq.ExecStatus.FATAL_ERROR:
                error = psycopg.errors.error_from_result(result, encoding=self.info.encoding)
                if place == _BINDS and isinstance(error, psycopg.errors.InsufficientPrivilege):
                    raise ContextRejected from error
                self.heal(error)
                raise error
        return results


def _succeeded(results: Sequence[PGresult], place: int) -> bool:
    return len(results) > place and results[place].status == pq.ExecStatus.COMMAND_OK


def _standing(result: PGresult) -> Standing | None:
    told = result.get_value(0, 0)
    return Standing.parse(told.decode() if told is not None else None)
