"""Why a migration failed, in a line: which one, at which operation, what the server said, and what to do."""

from __future__ import annotations

import linecache
import re
from traceback import walk_tb

from psycopg import DataError, Error
from psycopg import errors as pg

_LONGEST = 200
# Of an error in data the server's sentence quotes the value, which is a tenant's.
_VALUE = re.compile(r'"(.*)"')
_DO = {
    pg.NotNullViolation: "fill the column first, tenant by tenant (op.for_each_tenant), or give it a default",
    pg.CheckViolation: "change the rows that break it first, tenant by tenant (op.for_each_tenant)",
    pg.UniqueViolation: "make the rows differ first, tenant by tenant (op.for_each_tenant)",
    pg.ForeignKeyViolation: "remove or repair the rows that refer to nothing first (op.for_each_tenant)",
    pg.CannotCoerce: "say how values become the new type, by postgresql_using",
    pg.DatatypeMismatch: "say how values become the new type, by postgresql_using",
    pg.InvalidTextRepresentation: "say how values become the new type, by postgresql_using",
    pg.StringDataRightTruncation: "shorten the values first, tenant by tenant (op.for_each_tenant)",
    pg.NumericValueOutOfRange: "change the values that do not fit first (op.for_each_tenant)",
    pg.InsufficientPrivilege: "the owner may not: let a superuser do it, or prepare the database anew",
    pg.DependentObjectsStillExist: "take away first what depends on it, or change it in the same migration",
    pg.FeatureNotSupported: "PostgreSQL has no way to do it; if something uses it, take that away first",
    pg.DuplicateObject: "it was made by hand: drop it, or `flask db stamp` the revision that it belongs to",
    pg.DuplicateTable: "it was made by hand: drop it, or `flask db stamp` the revision that it belongs to",
    pg.UndefinedTable: "look whether it is made by a later operation, or was made by hand elsewhere",
    pg.UndefinedColumn: "look whether it is made by a later operation, or was made by hand elsewhere",
    pg.UndefinedFunction: "look whether it is made by a later operation, or was made by hand elsewhere",
    pg.UndefinedObject: "look whether it is made by a later operation, or was made by hand elsewhere",
    pg.QueryCanceled: "give it more time for this run: flask db -x statement_timeout=1h upgrade",
}
_OTHERWISE = "run it with -x traceback for all that is known"


def failure(error: Exception) -> str:
    """Return why a migration failed, as one sentence.

    Args:
        error: what was raised in it.
    """
    orig = getattr(error, "orig", None) or error
    said = " ".join(str(orig).split("\n", 1)[0].split())
    if isinstance(orig, DataError):
        said = _VALUE.sub('"…"', said)
    do = next((what for kind, what in _DO.items() if isinstance(orig, kind)), _OTHERWISE)
    return f"{_where(error)}: {said}{_object(orig)}; {do}"


def _where(error: Exception) -> str:
    """Return the file and the operation, as the innermost frame in a migration tells them."""
    where = "a statement"
    for frame, number in walk_tb(error.__traceback__):
        if "down_revision" in frame.f_globals:
            name = frame.f_code.co_filename.rpartition("/")[2]
            where = f"{name}, line {number}, {_operation(frame.f_code.co_filename, number)}"
    return where


def _operation(path: str, number: int) -> str:
    line = linecache.getline(path, number).strip()
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _object(orig: object) -> str:
    if not isinstance(orig, Error):
        return ""
    diag = orig.diag
    named = {
        "table": diag.table_name,
        "column": diag.column_name,
        "constraint": diag.constraint_name,
        "type": diag.datatype_name,
    }
    told = [f"{kind} {name}" for kind, name in named.items() if name and f'"{name}"' not in str(orig)]
    return f" ({', '.join(told)})" if told else ""
