"""Who waits for whom in PostgreSQL."""

from __future__ import annotations

import psycopg


def blocked_by(holder: psycopg.Connection, looking: psycopg.Connection) -> int:
    """Return how many sessions wait for a lock of `holder`'s.

    Args:
        holder: has the lock.
        looking: another connection, in autocommit mode: a transaction sees what was so when it first looked.
    """
    counted = looking.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))",
        [holder.info.backend_pid],
    )
    (count,) = counted.fetchone() or (0,)
    return int(count)
