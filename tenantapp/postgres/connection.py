"""A psycopg connection that begins, binds the tenant's context and asks, in one message."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import inf
from typing import Any

import psycopg
from psycopg import Pipeline, pq
from psycopg.abc import PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq.abc import PGconn, PGresult

from tenantapp.postgres.answer_size import Answer, bounded
from tenantapp.postgres.binding import BIND, Binding, refused
from tenantapp.postgres.errors import ContextRejected
from tenantapp.postgres.messaging import MessagingConnection
from tenantapp.postgres.own_settings import start_without_own_settings
from tenantapp.postgres.prepared import ShortStatements
from tenantapp.postgres.selection import Selected, Selection
from tenantapp.tenancy.context import TenantContext
from tenantapp.tenancy.errors import TenancyError
from tenantapp.tenancy.seal import ContextSealer

# Which of a message's commands it is, and which prepares.
_BINDS = 1
_PREPARES = 2
_FORGETS = 3

# How many selections stay prepared, each of which the server keeps a plan for: a list alone has hundreds of
# combinations of filters and orders.
MOST_PREPARED = 100


class TenantConnection(MessagingConnection):
    """A connection of the application's pool.

    `sealer` seals what is bound on it; `settings` are what it works with.
    """

    settings: Mapping[str, str]
    sealer: ContextSealer
    # What one answer may hold.
    max_bytes: float = inf
    max_rows: float = inf
    # What the next statement, whoever sends it, begins the transaction with.
    pending: Binding | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepared = ShortStatements()
        # By name, the one that was used last at the end.
        self._prepared_selections: dict[bytes, None] = {}

    def take_up(self, *, removes: bool) -> None:
        """Make a new connection ready to be lent.

        Args:
            removes: whether the role loses the settings that it has left itself.

        Raises:
            UnsafeRole: they cannot be removed.
        """
        # Whoever LISTENs would keep in the process what is notified, for the next borrower to find.
        self.pgconn.notify_handler = None
        if removes:
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

    def begin_pending(self) -> None:
        """Begin the transaction that is pending, with one round trip; nothing where none is.

        Raises:
            TenancyError, ContextRejected: the server does not bind the context; see `db.binding.refused`.
            psycopg.Error: the server refused, or the connection is gone.
        """
        with self.lock:
            if self.pending is not None:
                self.wait(self._start_query())

    def begin_with(self, send: Callable[[], None]) -> PQGen[list[PGresult]]:
        """Begin the transaction that is pending by a message that goes on with commands.

        An error ends the message: what follows a refused binding is not run.

        Args:
            send: sends the commands.

        Returns:
            What they were answered, errors too.

        Raises:
            Exception: as `begin_pending`.
        """
        binding = self.pending
        assert binding is not None  # noqa: S101 - whoever calls has looked
        self.begun = binding.begin or self._get_tx_start_command()
        first = yield from self._before_binding(self.begun)
        parameters = binding.parameters(self._sealed(binding.context))
        unsent: list[psycopg.Error] = []

        def send_all(pgconn: PGconn) -> None:
            pgconn.send_query_params(first, None)
            pgconn.send_query_params(BIND, parameters)
            try:
                send()
            except psycopg.Error as error:
                # Of what libpq does not take, as too many parameters, the transaction begins all the same.
                unsent.append(error)

        results = yield from self._in_one_message(send_all)
        try:
            self._require_begun(results, binding)
        except (ContextRejected, TenancyError):
            # It stays pending: whatever is tried next is refused too.
            yield from self._exec_command(b"ROLLBACK")
            raise
        self.pending = None
        if unsent:
            raise unsent[0]
        return results[2:]

    def select_bound(
        self, binding: Binding, selection: Selection[Selected], parameters: Mapping[str, object]
    ) -> list[Selected]:
        """Select in a bound READ ONLY transaction of its own, in one round trip.

        Args:
            binding: what it is bound to.
            selection: what to select.
            parameters: its values.

        Raises:
            Exception: as `begin_pending`.
        """
        transformer = Transformer(self)
        values = selection.in_order(parameters)
        dumped = transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))
        text = selection.text.encode()
        name = selection.name(transformer.types or ())
        prepares = self.prepare_threshold is not None

        def ask() -> PQGen[PGresult]:
            is_new = prepares and name not in self._prepared_selections
            oldest = self._oldest_prepared() if is_new else None
            self.begun = b"BEGIN READ ONLY"
            first = yield from self._before_binding(self.begun)
            bound = binding.parameters(self._sealed(binding.context))

            def send(pgconn: PGconn) -> None:
                pgconn.send_query_params(first, None)
                pgconn.send_query_params(BIND, bound)
                if is_new:
                    pgconn.send_prepare(name, text, transformer.types)
                if oldest is not None:
                    pgconn.send_query_params(b"DEALLOCATE " + oldest, None)
                if prepares:
                    pgconn.send_query_prepared(name, dumped, transformer.formats)
                else:
                    pgconn.send_query_params(text, dumped, transformer.types, transformer.formats)
                pgconn.send_query_params(b"COMMIT", None)

            results = yield from self._in_one_message(send)
            # It stays prepared where its execution fails.
            if prepares and (not is_new or _succeeded(results, _PREPARES)):
                self._prepared_selections.pop(name, None)
                self._prepared_selections[name] = None
            if oldest is not None and _succeeded(results, _FORGETS):
                del self._prepared_selections[oldest]
            self._require_begun(results, binding)
            self._require_done(results)
            return results[-2]

        with self.lock:
            answer = self.wait(ask())
        return selection.rows(answer, transformer)

    def _oldest_prepared(self) -> bytes | None:
        """Return the name of what one more selection would be too many beside, if anything."""
        if len(self._prepared_selections) < MOST_PREPARED:
            return None
        return next(iter(self._prepared_selections))

    def _prepared_count(self) -> int:
        return super()._prepared_count() + len(self._prepared_selections)

    def _start_query(self) -> PQGen[None]:
        """Begin before a statement, a COPY or a cursor of the server's: psycopg comes by here each time."""
        if self.pending is None:
            yield from super()._start_query()
        else:
            yield from self.begin_with(lambda: None)

    @contextmanager
    def pipeline(self) -> Iterator[Pipeline]:
        """Enter psycopg's pipeline mode; a message that begins and binds has to be sent before."""
        self.begin_pending()
        with super().pipeline() as pipeline:
            yield pipeline

    def _before_binding(self, begin: bytes) -> PQGen[bytes]:
        """Return the command that travels in front of the binding."""
        yield from ()
        return begin

    def _sealed(self, context: TenantContext) -> bytes:
        return self.sealer.seal(context, self.pgconn.backend_pid).encode()

    def _deallocate(self, name: bytes | None) -> PQGen[None]:
        """Note that psycopg has all that is prepared deallocated, as after a rollback."""
        if name is None:
            self._prepared_selections.clear()
        yield from super()._deallocate(name)

    def _require_begun(self, results: Sequence[PGresult], binding: Binding) -> None:
        """Take note that a transaction has begun and is bound.

        Raises:
            Exception: as `begin_pending`.
        """
        self._require_done(results[:_BINDS])
        bound = results[_BINDS]
        if bound.status == pq.ExecStatus.FATAL_ERROR:
            error = psycopg.errors.error_from_result(bound, encoding=self.info.encoding)
            raise refused(error) from error
        binding.accept(bound)


def _succeeded(results: Sequence[PGresult], place: int) -> bool:
    return len(results) > place and results[place].status == pq.ExecStatus.COMMAND_OK
