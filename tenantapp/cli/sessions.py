"""`flask sessions`: watch what the application's role does on the server."""

from __future__ import annotations

import logging
import signal
import threading
from collections import Counter

import click
import psycopg
import structlog
from flask.cli import with_appcontext
from sqlalchemy import URL

from tenantapp.cli.servers import address, connect, one_line_errors, role_names
from tenantapp.platform.measures import first_line
from tenantapp.platform.watchdog import AgeLimits, end_overdue, remove_left_settings
from tenantapp.runtime import RUNTIME
from tenantapp.settings.load import Settings

_BEYOND_A_LOAN = 1.1
# Each is told twice at most.
_EVENTS = ((logging.WARNING, "session ended"), (logging.ERROR, "session does not end"))
_log = structlog.get_logger("tenantapp.watchdog")


@click.group("sessions")
def sessions() -> None:
    """Watch the sessions of the application's role."""


@sessions.command("watch")
@click.option(
    "--every",
    type=click.FloatRange(0.1, 3600),
    default=2.0,
    show_default=True,
    help="Seconds between two looks.",
)
@click.option("--once", is_flag=True, help="Look once, for cron.")
@with_appcontext
@one_line_errors
def watch(every: float, once: bool) -> None:
    """End sessions of the application whose transaction or statement is older than WATCHDOG_SECONDS.

    One that locks a whole table has a tenth more than REQUEST_LOAN_SECONDS. Removes the settings that the
    application's role was left for later sessions, too. Uses the watchdog's role (WATCHDOG_DATABASE_URL).
    Each session that is ended is logged, one that does not end as an error, and so is each setting. SIGTERM
    ends the watch; a server that goes away does not: that is logged, and it is asked again.
    """
    url, limits = address("watchdog"), _limits(RUNTIME.here().settings)
    told: Counter[object] = Counter()
    _look(url, limits, told)
    if not once:
        _log.info("watching", role=url.username, database=url.database, seconds=limits.seconds)
        _look_until_told(url, limits, told, every)


def _look_until_told(url: URL, limits: AgeLimits, told: Counter[object], every: float) -> None:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    while not stopping.wait(every):
        try:
            _look(url, limits, told)
        except psycopg.OperationalError as error:
            _log.error("cannot look", reason=first_line(error))


def _look(url: URL, limits: AgeLimits, told: Counter[object]) -> None:
    """Undo what there is, by a session of its own: a restart of the server is nothing special.

    Args:
        url: of the watchdog's role.
        limits: how old transactions and statements may be.
        told: how often each session was told to end.
    """
    with connect(url) as connection:
        for found in end_overdue(connection, role_names(), limits):
            session = found.pid, found.since
            told[session] += found.ended
            if found.ended and told[session] <= len(_EVENTS):
                _log.log(
                    *_EVENTS[told[session] - 1],
                    pid=found.pid,
                    client=found.client,
                    application=found.application,
                    state=found.state,
                    seconds=round(found.seconds, 1),
                    locks=found.locks,
                )
        for setting in remove_left_settings(connection, role_names()):
            _log.warning("setting of the role removed", setting=setting)


def _limits(settings: Settings) -> AgeLimits:
    return AgeLimits(
        settings.watchdog_seconds or settings.longest_loan_seconds * _BEYOND_A_LOAN,
        settings.request_loan_seconds * _BEYOND_A_LOAN,
    )
