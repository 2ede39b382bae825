"""Every error that PostgreSQL can answer has a meaning to the client, or is the program's own fault."""

from __future__ import annotations

from http import HTTPStatus

import psycopg
import pytest
from psycopg import errors

from tenantapp.http.sqlstates import BY_CONSTRAINT, MEANINGS, OURS, meaning_of

CLASSES = sorted(
    {
        found.sqlstate: found
        for found in vars(errors).values()
        if isinstance(found, type) and issubclass(found, psycopg.Error) and found.sqlstate
    }.items()
)


@pytest.mark.parametrize(("code", "error"), CLASSES, ids=lambda value: getattr(value, "__name__", value))
def test_each_class_of_psycopgs_is_in_the_table_once(code: str, error: type[psycopg.Error]) -> None:
    told = [
        *(key for key in (code, code[:2]) if key in MEANINGS),
        *(key for key in (code,) if key in BY_CONSTRAINT),
        *(key for key in (code[:2],) if key in OURS),
    ]
    assert told, f"{error.__name__} ({code}) has no answer"
    # A code of its own may differ from its class; one class is not both.
    assert told in ([code], [code[:2]], [code, code[:2]])
    meaning = meaning_of(error("at fault"))
    assert (meaning is None) == (code not in MEANINGS and code[:2] not in MEANINGS)


def test_the_table_knows_no_code_that_psycopg_does_not() -> None:
    known = {code for code, _ in CLASSES}
    assert {key for key in (*MEANINGS, *BY_CONSTRAINT) if len(key) == 5} <= known
    assert {key for key in (*MEANINGS, *OURS) if len(key) == 2} <= {code[:2] for code in known}


@pytest.mark.parametrize(("code", "meaning"), MEANINGS.items(), ids=list(MEANINGS))
def test_what_may_be_tried_again_says_when(code: str, meaning: object) -> None:
    found = MEANINGS[code]
    assert HTTPStatus(found.status) in (HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE)
    assert (found.retry_after is not None) == (found.status == HTTPStatus.SERVICE_UNAVAILABLE)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.StringDataRightTruncation, 422),
        (errors.NumericValueOutOfRange, 422),
        (errors.ProgramLimitExceeded, 422),
        (errors.UntranslatableCharacter, 422),
        (errors.SerializationFailure, 503),
        (errors.DeadlockDetected, 503),
        (errors.LockNotAvailable, 503),
        (errors.QueryCanceled, 503),
        (errors.ReadOnlySqlTransaction, 503),
        (errors.DiskFull, 503),
        (errors.TooManyConnections, 503),
        (errors.AdminShutdown, 503),
        (errors.IoError, 503),
        (errors.InsufficientPrivilege, None),
        (errors.UndefinedTable, None),
        (errors.DivisionByZero, None),
        (errors.RaiseException, None),
        (errors.InternalError_, None),
        (errors.FeatureNotSupported, None),
    ],
)
def test_who_is_at_fault(error: type[psycopg.Error], status: int | None) -> None:
    meaning = meaning_of(error("at fault"))
    assert (meaning.status if meaning else None) == status


def test_an_error_of_the_drivers_own_has_no_meaning() -> None:
    assert meaning_of(psycopg.OperationalError("the connection is lost")) is None
    assert meaning_of(ValueError("no database error")) is None
    assert meaning_of(None) is None
