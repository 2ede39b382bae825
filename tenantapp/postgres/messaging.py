"""A psycopg connection that sends several commands in one message, and waits once for all the answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn

import psycopg
from psycopg import generators, pq
from psycopg.abc import PQGen
from psycopg.pq.abc import PGconn, PGresult

from tenantapp.postgres.healing import HealingConnection
from tenantapp.postgres.results import result_of

# The Sync is answered too.
_LAST = (
    pq.ExecStatus.PIPELINE_SYNC,
    pq.ExecStatus.COPY_IN,
    pq.ExecStatus.COPY_OUT,
    pq.ExecStatus.COPY_BOTH,
)


class MessagingConnection(HealingConnection):
    """A connection on which commands travel together; the first that fails ends their message."""

    def _in_one_message(self, send: Callable[[PGconn], None]) -> PQGen[list[PGresult]]:
        """Send commands up to one Sync, and return what each was answered; behind a failure none is run."""
        pgconn = self.pgconn
        pgconn.enter_pipeline_mode()
        results: list[PGresult] = []
        try:
            send(pgconn)
            pgconn.pipeline_sync()
            yield from generators.send(pgconn)
            while not (results and results[-1].status in _LAST):
                results.append((yield from result_of(pgconn)) or _unanswered())
                if results[-1].status not in _LAST:
                    # A command has one result; that there is no other is known without waiting.
                    pgconn.get_result()
            if results[-1].status != pq.ExecStatus.PIPELINE_SYNC:
                # From COPY there is neither a way on nor one back.
                pgconn.finish()
        except psycopg.OperationalError:
            # The server may have told why it ends the session.
            if not any(result.status == pq.ExecStatus.FATAL_ERROR for result in results):
                raise
        finally:
            if pgconn.status == pq.ConnStatus.OK:
                pgconn.exit_pipeline_mode()
        return [result for result in results if result.status != pq.ExecStatus.PIPELINE_SYNC]

    def _require_done(self, results: Sequence[PGresult]) -> None:
        for result in results:
            if result.status == pq.ExecStatus.FATAL_ERROR:
                raise psycopg.errors.error_from_result(result, encoding=self.info.encoding)


def _unanswered() -> NoReturn:
    raise psycopg.OperationalError("the server has not answered all that it was sent")
