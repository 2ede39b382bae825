"""The defaults of the pool: min 2, max 10, idle 30 s, connect time-out 2 s, statement time-out 30 s."""

from __future__ import annotations

import pytest

from tests.integration.postgres.conftest import MakeApp
from tests.support.backends import backends, eventually, pool_of
from tests.support.databases import Server


def test_the_pool_has_the_defaults(make_app: MakeApp) -> None:
    pool = pool_of(make_app()).pool
    assert (pool.min_size, pool.max_size, pool.timeout) == (2, 10, 2)
    # Found idle at the end of a whole period without use, a connection is closed within two of them.
    assert pool.max_idle * 2 == 30
    assert isinstance(pool.kwargs, dict)
    assert pool.kwargs["connect_timeout"] == 2


def test_a_new_connection_has_the_defaults(make_app: MakeApp) -> None:
    connection = pool_of(make_app()).connect()
    shown = [connection.execute(f"SHOW {name}").fetchone() for name in ("statement_timeout", "TimeZone")]
    assert connection.info.get_parameters()["connect_timeout"] == "2"
    connection.close()
    assert shown == [("8s",), ("UTC",)]


@pytest.mark.parametrize(
    ("setting", "value", "attribute", "expected"),
    [
        ("pool_min_size", 3, "min_size", 3),
        ("pool_max_size", 4, "max_size", 4),
        ("pool_max_idle", 7.0, "max_idle", 3.5),
        ("connect_timeout", 5, "timeout", 5),
    ],
)
def test_each_default_is_a_setting(
    make_app: MakeApp, setting: str, value: float, attribute: str, expected: float
) -> None:
    assert getattr(pool_of(make_app(**{setting: value})).pool, attribute) == expected


def test_no_connection_is_opened_before_the_first_is_needed(
    make_app: MakeApp, server: Server, database: str
) -> None:
    app = make_app()
    assert app.test_client().get("/healthz").status_code == 200
    assert backends(server, database) == set()
    assert pool_of(app).pool.closed


def test_the_pool_opens_with_two(make_app: MakeApp, server: Server, database: str) -> None:
    pool = pool_of(make_app()).pool
    pool.open(wait=True, timeout=3)
    assert pool.get_stats()["pool_available"] == pool.get_stats()["pool_size"] == 2
    assert len(backends(server, database)) == 2


def test_a_pool_whose_first_borrower_could_not_wait_still_gets_its_two(
    make_app: MakeApp, server: Server, database: str
) -> None:
    """Who comes before the first is open asks for one more; idle, it goes again."""
    app = make_app()
    pool_of(app).connect().close()
    eventually(lambda: pool_of(app).pool.get_stats()["pool_available"] >= 2)
    assert 2 <= len(backends(server, database)) <= 3
