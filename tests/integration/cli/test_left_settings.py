"""`flask sessions watch` removes what the application's role was left for later sessions."""

from __future__ import annotations

import time
from typing import Any

from click.testing import Result
from psycopg import sql
from structlog.testing import capture_logs

from tenantapp.platform.preparation import create_roles
from tests.support.databases import LIMITS, PASSWORDS, Server
from tests.support.leftovers import load_libraries

LIMIT = 1.0
# Since then the right to become a role can be kept from its member.
RIGHTS_SPLIT = 160_000


def _watch(server: Server, database: str, seconds: float = LIMIT) -> Result:
    with server.application(database, watchdog_seconds=seconds) as app:
        return app.test_cli_runner().invoke(args=["sessions", "watch", "--once"])


def _logged(server: Server, database: str, seconds: float = LIMIT) -> list[Any]:
    # An application that is made configures the logs anew.
    with server.application(database, watchdog_seconds=seconds) as app, capture_logs() as logged:
        result = app.test_cli_runner().invoke(args=["sessions", "watch", "--once"])
    assert result.exit_code == 0, result.output
    return logged


def test_what_the_role_was_left_is_removed_and_told(server: Server, database: str) -> None:
    with server.connect("app", database) as attacker:
        load_libraries(attacker)
        # No session of the role begins with it.
        attacker.execute("ALTER ROLE CURRENT_USER SET local_preload_libraries = 'absent'")
        attacker.execute("ALTER ROLE CURRENT_USER SET seed = 0")
        attacker.execute(f'ALTER ROLE CURRENT_USER IN DATABASE "{database}" SET plpgsql.extra_errors = "all"')
        told = _logged(server, database)
        assert {line["event"] for line in told} == {"setting of the role removed"}
        removed = {line["setting"] for line in told} - {"seed=0"}
        assert removed == {"local_preload_libraries=absent", "plpgsql.extra_errors=all"}
        assert _logged(server, database) == []
    with server.connect("app", database) as later:
        limit = later.execute("SELECT current_setting('temp_file_limit')").fetchone()
    assert limit == (f"{LIMITS.temp_file_mb}MB",)
    with server.connect("bootstrap", database) as superuser:
        create_roles(superuser, server.names, PASSWORDS, LIMITS)


def test_a_transaction_that_leaves_a_setting_and_does_not_end_holds_the_watch_up_for_a_moment(
    server: Server, database: str
) -> None:
    leave = "ALTER ROLE CURRENT_USER SET row_security = "
    with server.connect("app", database) as attacker:
        attacker.execute(leave + "off")
        attacker.execute("BEGIN")
        attacker.execute(leave + "on")
        began = time.monotonic()
        assert _logged(server, database, seconds=600.0) == []
        assert time.monotonic() - began < 5
        time.sleep(LIMIT)
        ended, *settings = [line["event"] for line in _logged(server, database)]
    assert ended == "session ended"
    # Its server process may not have gone yet.
    settings += [line["event"] for line in _logged(server, database)]
    assert settings == ["setting of the role removed"]


def test_a_watchdog_that_may_not_become_the_role_says_so(server: Server, database: str) -> None:
    with server.connect("bootstrap", "postgres") as superuser:
        if superuser.info.server_version < RIGHTS_SPLIT:
            return
        names = {"app": sql.Identifier(server.names.app), "watchdog": sql.Identifier(server.names.watchdog)}
        superuser.execute(sql.SQL("GRANT {app} TO {watchdog} WITH SET FALSE").format(**names))
        result = _watch(server, database)
        create_roles(superuser, server.names, PASSWORDS, LIMITS)
    assert result.exit_code == 1
    assert "permission denied to set role" in result.output
    assert "run `flask roles create`" in result.output
    assert _watch(server, database).exit_code == 0
