"""Whatever writes a log in a process writes one JSON line, and no value that an error quotes."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import psycopg
import pytest
from marshmallow import ValidationError
from psycopg_pool import PoolTimeout
from sqlalchemy.exc import IntegrityError, StatementError

from tenantapp.db.session import db
from tenantapp.observability.tracebacks import exception_text, traceback_text
from tenantapp.postgres.errors import DatabaseUnavailable
from tenantapp.postgres.sealing import sealer_for, sealing_engine
from tests.support.described import described_app

CANARY = "canary-4711"
SETUP = """
import gc, logging, sys, threading, warnings
import psycopg, structlog
from tests.support.described import described_settings
from tenantapp.observability import logs
settings = described_settings({app_env!r}, LOG_LEVEL={level!r})
for name in ("gunicorn.error", "_granian", "werkzeug"):
    logging.getLogger(name).addHandler(logging.StreamHandler())
    logging.getLogger(name).propagate = False
logs.configure(settings)
logs.configure(settings)
"""


def written(script: str, app_env: str = "production", level: str = "INFO", code: int = 0) -> list[str]:
    """Return the lines that a process writes on standard error."""
    whole = SETUP.format(app_env=app_env, level=level) + script
    done = subprocess.run([sys.executable, "-c", whole], capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    return done.stderr.split("\n")[:-1]


def events(script: str, **options: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written(script, **options)]


def test_a_record_of_any_logger_is_one_line() -> None:
    names = ["psycopg", "psycopg.pool", "sqlalchemy.pool", "werkzeug", "gunicorn.error", "_granian", "any"]
    script = f"""
for name in {names}:
    logging.getLogger(name).warning('two\\nlines of %s', 'one')
structlog.get_logger('tenantapp.http').error('two\\nlines', request_id='r')
"""
    *foreign, own = events(script)
    assert [told["logger"] for told in foreign] == names
    for told in foreign:
        assert told.keys() == {"event", "level", "timestamp", "logger"}
        assert (told["event"], told["level"]) == ("two\nlines of one", "warning")
    assert own.keys() == {"event", "level", "timestamp", "request_id"}


def test_libraries_do_not_tell_what_they_do_at_each_step() -> None:
    script = "logging.getLogger('psycopg.pool').info('x'); logging.getLogger('tenantapp.db').info('y')"
    assert [told["event"] for told in events(script)] == ["y"]


def test_what_crashes_is_one_line_each() -> None:
    script = """
def fail(): raise ValueError("canary-4711")
thread = threading.Thread(target=fail); thread.start(); thread.join()
class Bad:
    def __del__(self): fail()
Bad(); gc.collect()
warnings.warn("an old way")
fail()
"""
    told = events(script, code=1)
    assert [each["event"] for each in told[:2]] == ["a thread crashed", "an exception was ignored"]
    assert "an old way" in told[2]["event"]
    assert told[3]["event"] == "the program crashed"
    for each in (told[0], told[1], told[3]):
        assert "in fail" in each["exception"]
        assert each["exception"].endswith("\nValueError")
    assert CANARY not in str(told)


def test_errors_and_queries_in_a_librarys_record_are_told_without_values() -> None:
    script = """
error = psycopg.errors.UniqueViolation("Key (email)=(canary-4711)")
logger = logging.getLogger("psycopg.pool")
logger.warning("error resetting connection: %s", error)
logger.warning(error)
logger.error("Error handling request %s", "/api/v1/customers?q=canary-4711", exc_info=error)
logger.error("GET /x?q=canary-4711 HTTP/1.1")
structlog.get_logger().error("it failed", error=error, exc_info=error)
"""
    told = events(script)
    assert CANARY not in str(told)
    assert told[0]["event"] == "error resetting connection: psycopg.errors.UniqueViolation: SQLSTATE 23505"
    assert told[1]["event"] == "psycopg.errors.UniqueViolation: SQLSTATE 23505"
    assert told[2]["event"] == "Error handling request /api/v1/customers?…"
    assert told[3]["event"] == "GET /x?… HTTP/1.1"
    assert told[4]["error"] == "psycopg.errors.UniqueViolation: SQLSTATE 23505"


def test_what_cannot_be_rendered_costs_no_request() -> None:
    script = """
logging.getLogger("any").warning("%d of %s", "canary-4711")
structlog.get_logger().warning("lone \\ud800 surrogate", thing=object())
"""
    told = events(script)
    assert told[0]["event"] == "a log record cannot be rendered"
    assert told[1]["event"] == "lone \ud800 surrogate"
    assert CANARY not in str(told)


def test_in_development_people_read_them_with_all_that_was_said() -> None:
    script = "logging.getLogger('any').warning('failed: %s', ValueError('canary-4711'))"
    (line,) = written(script, app_env="development")
    assert not line.startswith("{")
    assert "failed: canary-4711" in line


@pytest.mark.parametrize("kind", ["application", "sealing"])
def test_no_engine_quotes_parameters(kind: str) -> None:
    app = described_app()
    if kind == "application":
        with app.app_context():
            engine = db.engine
    else:
        settings = app.extensions["tenantapp"].settings
        url = settings.require("database_url")
        engine = sealing_engine(url, sealer_for(settings, url))
    assert engine.hide_parameters


QUOTING = [
    psycopg.DataError(f"can't parse {CANARY}"),
    psycopg.OperationalError(f"consuming input failed: ERROR: Key (name)=({CANARY})"),
    psycopg.errors.InvalidTextRepresentation(f"invalid input syntax for type uuid: {CANARY}"),
    IntegrityError(
        f"INSERT INTO x VALUES ('{CANARY}')", {"name": CANARY}, psycopg.errors.UniqueViolation(CANARY)
    ),
    StatementError(CANARY, f"SELECT '{CANARY}'", {"name": CANARY}, LookupError(CANARY)),
    ValidationError({CANARY: ["Unknown field."]}),
    KeyError(CANARY),
    ValueError(CANARY),
]


@pytest.mark.parametrize("error", QUOTING, ids=lambda error: type(error).__name__)
def test_an_exception_is_told_by_its_class(error: Exception) -> None:
    def fail() -> None:
        try:
            raise error  # noqa: TRY301 - its traceback is looked at
        except Exception as cause:
            raise ExceptionGroup(CANARY, [cause, DatabaseUnavailable("no transaction begins")]) from cause

    with pytest.raises(ExceptionGroup) as raised:
        fail()
    text = traceback_text((None, raised.value, None))
    assert CANARY not in text
    assert type(error).__name__ in exception_text(error)
    assert "in fail" in text
    assert "tenantapp.postgres.errors.DatabaseUnavailable: no transaction begins" in text
    assert "direct cause" in text


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (PoolTimeout("couldn't get a connection after 2.00 sec"), "couldn't get a connection after 2.00 sec"),
        (
            psycopg.OperationalError("connection failed: FATAL: no such role"),
            "connection failed: FATAL: no such role",
        ),
        (psycopg.OperationalError("consuming input failed: anything"), "consuming input failed"),
        (TypeError("not callable"), "TypeError: not callable"),
    ],
)
def test_what_an_operator_needs_stays(error: Exception, text: str) -> None:
    assert exception_text(error).endswith(text)
