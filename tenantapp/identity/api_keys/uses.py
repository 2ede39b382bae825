"""When keys were last used: noted in memory by requests, written down by a thread outside their way.

No request waits for it, and none fails by it. A note that cannot be written is dropped; the key's next use
makes another.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from uuid import UUID

import psycopg
import structlog
from cachetools import TTLCache
from sqlalchemy import ARRAY, Double, Uuid, bindparam, func, or_, select, text, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from tenantapp.identity.api_keys.models import ApiKey
from tenantapp.models.scoped import table_of
from tenantapp.postgres.bound import CONTEXT_OPTION
from tenantapp.postgres.engine import pool_of
from tenantapp.postgres.errors import DatabaseUnavailable
from tenantapp.tenancy.context import TenantContext
from tenantapp.tenancy.errors import TenancyError

PRECISION_SECONDS = 60.0
"""How much later than the last noted use of a key the next one is noted."""
MOST_WAITING = 10_000
"""How many keys' uses wait to be written."""

_PAUSE_SECONDS = 1.0
# Where the database is away each tenant would be waited for: the rest of a round is dropped.
_PATIENCE_SECONDS = 10.0
_MOST_REMEMBERED = 50_000
_BATCH = 500
# A connection of the pool's is not held for longer where a table is locked or the server is slow.
_LIMITS = select(
    func.set_config("lock_timeout", "500", True), func.set_config("statement_timeout", "5000", True)
)

_TABLE = table_of(ApiKey)
_NOTED = (
    func.unnest(bindparam("key_ids", type_=ARRAY(Uuid())), bindparam("ages", type_=ARRAY(Double())))
    .table_valued("key_id", "age")
    .render_derived(name="noted")
)
_USED_AT = func.now() - _NOTED.c.age * text("interval '1 second'")
# Nobody is waited for: a row that another session has locked is left as it is.
_DUE = (
    select(_TABLE.c.id, _USED_AT.label("used_at"))
    .join(_NOTED, _NOTED.c.key_id == _TABLE.c.id)
    .where(
        _TABLE.c.revoked_at.is_(None),
        or_(_TABLE.c.last_used_at.is_(None), _TABLE.c.last_used_at < _USED_AT - text("interval '1 minute'")),
    )
    .with_for_update(key_share=True, skip_locked=True, of=_TABLE)
    .cte("due")
)
_WRITE = (
    update(_TABLE)
    .where(_TABLE.c.id == _DUE.c.id)
    .values(last_used_at=_DUE.c.used_at, updated_at=_TABLE.c.updated_at, row_version=_TABLE.c.row_version)
)

Uses = Mapping[UUID, float]

_log = structlog.get_logger("tenantapp.identity")


class KeyUses:
    """Notes that keys are used, and writes it down a second later, a transaction for each tenant.

    The thread that writes starts with the first note, so after any fork, and ends when nothing waits.

    Args:
        timer: tells the time, in seconds.
    """

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer = timer
        self._lock = threading.Lock()
        self._lately: TTLCache[UUID, bool] = TTLCache(_MOST_REMEMBERED, PRECISION_SECONDS, timer)
        self._waiting: dict[tuple[Engine, UUID], dict[UUID, float]] = {}
        self._count = 0
        self._writer: threading.Thread | None = None
        self._hurry = threading.Event()
        self._failed_before = False

    def note(self, engine: Engine, tenant_id: UUID, key_id: UUID) -> None:
        """Note that a key is used now; nothing is asked of the database.

        Args:
            engine: the tenant's database.
            tenant_id: whose key it is.
            key_id: the key.
        """
        with self._lock:
            if key_id in self._lately or self._count >= MOST_WAITING:
                return
            self._lately[key_id] = True
            uses = self._waiting.setdefault((engine, tenant_id), {})
            self._count += key_id not in uses
            uses[key_id] = self._timer()
            if self._writer is None or not self._writer.is_alive():
                self._start()

    def finish(self, seconds: float = 2.0) -> None:
        """Write down what waits, now, and wait for it no longer than `seconds`."""
        with self._lock:
            writer = self._writer
        if writer is not None:
            self._hurry.set()
            writer.join(seconds)
            self._hurry.clear()

    def _start(self) -> None:
        writer = threading.Thread(target=self._write, name="key-uses", daemon=True)
        try:
            writer.start()
        except RuntimeError:
            # The process may have no further thread now; the next note tries again.
            return
        self._writer = writer
        atexit.unregister(self.finish)
        atexit.register(self.finish)

    def _write(self) -> None:
        while True:
            self._hurry.wait(_PAUSE_SECONDS)
            with self._lock:
                waiting, self._waiting, self._count = self._waiting, {}, 0
                if not waiting:
                    self._writer = None
                    return
            self._tell([_name(error) for error in self._failures(waiting)])

    def _failures(self, waiting: Mapping[tuple[Engine, UUID], Uses]) -> Iterator[Exception]:
        """Write each tenant's notes; yield what went wrong."""
        started = self._timer()
        for (engine, tenant_id), uses in waiting.items():
            if pool_of(engine).pool.closed:
                # The program ends.
                continue
            try:
                self._write_tenant(engine, tenant_id, uses)
            except TenancyError:
                # It is suspended, or gone: its keys are of no use.
                continue
            except (DatabaseUnavailable, SQLAlchemyError, psycopg.Error) as error:
                yield error
                if self._timer() - started > _PATIENCE_SECONDS:
                    return

    def _write_tenant(self, engine: Engine, tenant_id: UUID, uses: Uses) -> None:
        context = TenantContext(tenant_id, None, "authenticator")
        for batch in _batches(uses.items()):
            now = self._timer()
            values = {"key_ids": [key_id for key_id, _ in batch], "ages": [now - used for _, used in batch]}
            with engine.connect().execution_options(**{CONTEXT_OPTION: context}) as connection:
                connection.execute(_LIMITS)
                connection.execute(_WRITE, values)
                connection.commit()

    def _tell(self, failures: list[str]) -> None:
        """Log that notes were dropped, once until a round succeeds."""
        if failures and not self._failed_before:
            _log.warning("uses of keys are not written down", error=failures[0])
        self._failed_before = bool(failures)


def _batches(uses: Iterable[tuple[UUID, float]]) -> Iterator[list[tuple[UUID, float]]]:
    rest = iter(uses)
    while batch := list(islice(rest, _BATCH)):
        yield batch


def _name(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return type(cause).__name__
