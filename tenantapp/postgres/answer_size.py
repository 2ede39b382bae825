"""What one answer of the server's may take of this process's memory, whatever SQL asks for.

libpq takes in the whole of an answer before anybody sees a row of it, and does not say how much it has: what
is counted is what lies ready each time before it reads.
"""

from __future__ import annotations

import fcntl
import sys
import termios
from typing import TypeVar

from psycopg.abc import PQGen
from psycopg.pq.abc import PGconn

from tenantapp.postgres.errors import AnswerTooLarge

Answer = TypeVar("Answer")
# It reads no more than this at a time, but for a row that is longer: see docs/security/model.md.
_BUFFER_BYTES = 16_384
_NOTHING = bytes(4)


def bounded(answer: PQGen[Answer], pgconn: PGconn, max_bytes: float) -> PQGen[Answer]:
    """Wait for an answer as psycopg does, and no longer than until too much has come.

    Args:
        answer: what is waited for.
        pgconn: the connection; it is closed where the answer is cut off, since the rest of it would follow.
        max_bytes: how much may come.

    Raises:
        AnswerTooLarge: more has come.
    """
    came = 0
    try:
        # Most answers come at once, and nothing is to be counted.
        awaited = answer.send((yield next(answer)))
        while True:
            ready = yield awaited
            came += min(_ready_bytes(pgconn), _BUFFER_BYTES)
            if came > max_bytes:
                pgconn.finish()
                raise AnswerTooLarge(f"an answer of more than {max_bytes} bytes is cut off: ANSWER_MAX_BYTES")
            awaited = answer.send(ready)
    except StopIteration as end:
        answered: Answer = end.value
        return answered


def _ready_bytes(pgconn: PGconn) -> int:
    return int.from_bytes(fcntl.ioctl(pgconn.socket, termios.FIONREAD, _NOTHING), sys.byteorder)
