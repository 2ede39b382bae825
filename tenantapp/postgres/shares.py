"""How many of a pool's connections one tenant may hold, so that the others find some."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TypeVar
from uuid import UUID

from psycopg_pool import PoolTimeout

Key = TypeVar("Key")
# A tenant that holds a connection, and the thread that asked for it.
Turn = tuple[UUID | None, int]
_FREE = 5


class Shares:
    """Counts what each tenant holds, and lets those that hold their share wait for their turn.

    A tenant may hold more than its share for as long as a fifth of the pool stays free for the others.

    Args:
        share: how many connections a tenant may always hold at once.
        size: how many there are at most.
    """

    def __init__(self, share: int, size: int) -> None:
        self.share = share
        self._beyond = size - max(1, size // _FREE)
        self._lent = 0
        self._by_tenant: Counter[UUID | None] = Counter()
        self._by_thread: Counter[int] = Counter()
        self._changed = threading.Condition(threading.Lock())

    def take(self, tenant_id: UUID | None, seconds: float) -> Turn:
        """Wait until the tenant may hold one more, and count it.

        Args:
            tenant_id: for whom; None for work without a context, which has a share of its own.
            seconds: how long to wait.

        Raises:
            PoolTimeout: the tenant held its share all that time.
        """
        thread = threading.get_ident()
        with self._changed:
            if not self._may_take(tenant_id, thread) and not self._changed.wait_for(
                lambda: self._may_take(tenant_id, thread), seconds
            ):
                raise PoolTimeout(f"the tenant held its share of {self.share} connections for {seconds:g} s")
            self._lent += 1
            self._by_tenant[tenant_id] += 1
            self._by_thread[thread] += 1
        return tenant_id, thread

    def give_back(self, turn: Turn) -> None:
        """Count one less."""
        tenant_id, thread = turn
        with self._changed:
            self._lent -= 1
            _count_down(self._by_tenant, tenant_id)
            _count_down(self._by_thread, thread)
            self._changed.notify_all()

    def _may_take(self, tenant_id: UUID | None, thread: int) -> bool:
        if self._lent < self._beyond or self._by_tenant[tenant_id] < self.share:
            return True
        # A thread that already holds one may need a second to finish: it would wait for itself.
        return self._by_thread[thread] > 0


def _count_down(counts: Counter[Key], key: Key) -> None:
    counts[key] -= 1
    if not counts[key]:
        del counts[key]
