"""What may be written to a log about a database error: what it is about, never a value of a row."""

from __future__ import annotations

import re

import psycopg
from sqlalchemy.exc import DBAPIError

_NAMES = ("constraint_name", "table_name", "column_name", "datatype_name")
# PostgreSQL's messages for these classes and codes name objects, files and time-outs. All others may quote a
# value, and DETAIL, HINT, CONTEXT and the statement always may.
_SAY_NO_VALUE = (
    *("08", "0A", "25", "28", "3D", "40", "53", "54", "55", "57", "58"),
    *("42501", "42703", "42P01", "42883"),
)
# libpq says why it cannot connect. Once connected, what follows the colon may be a message of the server's.
_WHY_NO_CONNECTION = re.compile(r"connection (failed|is bad|timeout)|couldn't get a connection")
_WHAT_FAILED = re.compile(r"[a-z ]+")


def error_text(error: BaseException) -> str | None:
    """Return what may be logged of a database error besides its class, or None where it is no such error."""
    if isinstance(error, DBAPIError):
        cause = error.orig
        return f"{_class_of(cause)}: {error_text(cause)}" if isinstance(cause, psycopg.Error) else ""
    if not isinstance(error, psycopg.Error):
        return None
    if error.sqlstate is None:
        return _client_text(error)
    named = [f"{name.removesuffix('_name')} {found}" for name in _NAMES if (found := _diag(error, name))]
    says_no_value = error.sqlstate.startswith(_SAY_NO_VALUE) and not is_raised(error)
    said = _diag(error, "message_primary") if says_no_value else None
    return ", ".join([f"SQLSTATE {error.sqlstate}", *named, *([said] if said else [])])


def is_raised(error: psycopg.Error) -> bool:
    """Tell whether a function in PL/pgSQL raised the error: code and message are then its author's choice."""
    return error.diag.source_function == "exec_stmt_raise"


def _client_text(error: psycopg.Error) -> str:
    """Return what psycopg or libpq says by itself: of an adaptation that failed it quotes the value."""
    if not isinstance(error, psycopg.OperationalError):
        return ""
    text = str(error)
    if _WHY_NO_CONNECTION.match(text):
        return text
    found = _WHAT_FAILED.match(text)
    return found[0].strip() if found else ""


def _diag(error: psycopg.Error, name: str) -> str | None:
    found: str | None = getattr(error.diag, name)
    return found


def _class_of(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"
