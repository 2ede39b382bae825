"""Sessions that take too long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg

from tests.support.databases import Server

WITHOUT_TIMEOUTS = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0"
# Each without an end of its own.
OVERDUE = {
    "sleeping": b"SELECT pg_sleep(600)",
    "looping": b"SELECT count(*) FROM generate_series(1, 100000) AS a, generate_series(1, 100000) AS b",
    "idle in its transaction": b"BEGIN; SELECT 1",
    "in a string of statements": b"BEGIN; SELECT 1; COMMIT; SELECT pg_sleep(600)",
}
Session = psycopg.Connection[Any]
Open = Callable[..., Session]


def is_alive(server: Server, session: Session) -> bool:
    """Tell whether the server has a session still."""
    with server.connect("bootstrap", "postgres") as superuser:
        found = superuser.execute(
            "SELECT FROM pg_stat_activity WHERE pid = %s", [session.info.backend_pid]
        ).fetchone()
    return found is not None
