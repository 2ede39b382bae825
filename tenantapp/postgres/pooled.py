"""A connection through a pooler in transaction mode, behind which each transaction meets another session."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from psycopg import generators, pq, sql
from psycopg.abc import PQGen
from psycopg.pq.abc import PGresult

from tenantapp.postgres.cleaning import UNLOCK
from tenantapp.postgres.connection import TenantConnection
from tenantapp.postgres.own_settings import remove_own_settings
from tenantapp.tenancy.context import TenantContext

# Whoever had the session before may have been anybody, and may have ended its transaction by itself: it is
# cleaned at the beginning. Nobody behind the pooler prepares statements but an injection. RESET goes back to
# what the session began with, which the role may have been left: by that no transaction may fail.
_BEGIN = (
    b"%b; CLOSE ALL; UNLISTEN *; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; SET client_encoding = 'UTF8'; "
    b"SET row_security = on; SET plpgsql.extra_errors = 'none'; DEALLOCATE ALL; %b"
    b"SELECT pg_catalog.pg_backend_pid()"
)


class PooledConnection(TenantConnection):
    """A connection of the application's pool that leads to a pooler.

    A context is sealed for the backend that the transaction has got, which is asked for in a round trip of
    its own; that cleans the session. The settings are each transaction's own.
    """

    _set_settings: bytes
    _backend_pid: int

    def take_up(self, *, removes: bool) -> None:
        """Make a new connection ready to be lent; see the base."""
        if removes:
            remove_own_settings(self)
        one = sql.SQL("pg_catalog.set_config({}, {}, true)")
        each = sql.SQL(", ").join(one.format(name, value) for name, value in self.settings.items())
        self._set_settings = sql.SQL("SELECT {}").format(each).as_bytes(self)

    def start_cleaning(self) -> None:
        """End a transaction whose end nobody waits for; what is left is the next transaction's to undo."""
        self.start_clock()
        if self.ending and self.ends_unseen:
            self.pgconn.send_query(self.ending)
        self.ending = None

    def _is_as_lent(self, answers: Sequence[PGresult]) -> bool:
        ended = all(answer.status == pq.ExecStatus.COMMAND_OK for answer in answers)
        return ended and self.pgconn.status == pq.ConnStatus.OK

    def _before_binding(self, begin: bytes) -> PQGen[bytes]:
        unlock = UNLOCK if self.may_lock else b""
        answer = yield from self._begin_clean(_BEGIN % (begin, unlock))
        self._backend_pid = int(answer.get_value(0, 0) or 0)
        return self._set_settings

    def _begin_clean(self, command: bytes) -> PQGen[PGresult]:
        self.pgconn.send_query(command)
        answers: list[PGresult] = yield from generators.execute(self.pgconn)
        if answers[-1].status == pq.ExecStatus.FATAL_ERROR:
            raise psycopg.errors.error_from_result(answers[-1], encoding=self.info.encoding)
        return answers[-1]

    def _sealed(self, context: TenantContext) -> bytes:
        return self.sealer.seal(context, self._backend_pid).encode()
