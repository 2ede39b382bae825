"""What is remembered of a database that lacks room: for half a minute, or until a write succeeds."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import errors as pg

from tenantapp.http.shortage import TOLD_SECONDS, Shortage


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("kind", [pg.DiskFull, pg.OutOfMemory, pg.IoError])
def test_a_shortage_is_told_for_half_a_minute(kind: type[psycopg.Error]) -> None:
    clock = Clock()
    shortage = Shortage(clock)
    assert shortage.reason() is None
    shortage.note(kind())
    clock.now += TOLD_SECONDS - 0.1
    assert shortage.reason() == kind.__name__
    clock.now += 0.1
    assert shortage.reason() is None


def test_a_write_that_succeeds_ends_it() -> None:
    shortage = Shortage()
    shortage.note(pg.DiskFull())
    shortage.end()
    assert shortage.reason() is None


@pytest.mark.parametrize("error", [pg.ConfigurationLimitExceeded(), pg.UniqueViolation(), OSError(), None])
def test_another_error_is_none(error: BaseException | None) -> None:
    shortage = Shortage()
    shortage.note(error)
    assert shortage.reason() is None
