"""The server's answers, read one after the other, with few hand-overs of the interpreter's lock.

psycopg's own generators let go of the lock up to four times for each result. Where eight threads are busy,
another one takes it each time, and a request waits for its turn again.
"""

from __future__ import annotations

from psycopg import generators, waiting
from psycopg.abc import PQGen
from psycopg.pq.abc import PGconn, PGresult


def result_of(pgconn: PGconn) -> PQGen[PGresult | None]:
    """Wait for the next result without blocking; None where a command has no more.

    Args:
        pgconn: the connection; what was sent on it is flushed.

    Raises:
        psycopg.OperationalError: the connection is lost.
    """
    while pgconn.is_busy():
        while not (yield waiting.WAIT_R):
            continue
        pgconn.consume_input()
    return pgconn.get_result()


def results_of_query(pgconn: PGconn) -> PQGen[list[PGresult]]:
    """Wait for every result of what `send_query` has sent.

    Args:
        pgconn: the connection, not in pipeline mode.

    Raises:
        psycopg.OperationalError: the connection is lost.
    """
    yield from generators.send(pgconn)
    results: list[PGresult] = []
    while (result := (yield from result_of(pgconn))) is not None:
        results.append(result)
    drop_notifications(pgconn)
    return results


def drop_notifications(pgconn: PGconn) -> None:
    """Forget what was notified: the next borrower of the connection has not listened."""
    while pgconn.notifies() is not None:
        continue
