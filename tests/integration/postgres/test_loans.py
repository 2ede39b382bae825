"""A loan is cut or ended, never both: no cut hits the connection's next borrower."""

from __future__ import annotations

import threading
from typing import Any

import psycopg
import pytest

from tests.integration.postgres.conftest import OF_ONE, MakeApp
from tests.support.backends import pool_of


def test_a_cut_that_comes_late_does_not_hit_the_next_borrower(make_app: MakeApp) -> None:
    """The watcher finds a loan overdue, and sleeps before it acts: by then its connection is lent again."""
    pool = pool_of(make_app(**OF_ONE))
    first = pool.connect()
    overdue = first.loan
    assert overdue is not None
    first.close()
    again = pool.connect()
    assert again is first, "the same connection"
    overdue.cut("late")
    assert again.execute("SELECT 1").fetchone() == (1,)
    again.close()


def test_a_cut_that_has_begun_keeps_the_connection_from_being_lent_again(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(**OF_ONE)
    asked, go_on = threading.Event(), threading.Event()

    def cancel(_connection: psycopg.Connection[Any], **_: Any) -> None:
        asked.set()
        go_on.wait(5)

    monkeypatch.setattr(psycopg.Connection, "cancel_safe", cancel)
    first = pool_of(app).connect()
    assert first.loan is not None
    first.loan.cut_aside("a test's wish")
    assert asked.wait(5)
    coming_back = threading.Thread(target=first.close)
    coming_back.start()
    coming_back.join(0.2)
    assert coming_back.is_alive()
    go_on.set()
    coming_back.join(5)
    second = pool_of(app).connect()
    assert second is not first
    assert second.execute("SELECT 1").fetchone() == (1,)
    second.close()
