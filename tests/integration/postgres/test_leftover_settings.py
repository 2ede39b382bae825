"""Whatever setting the role is left, the next borrower is served, and the role loses it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

import pytest

from tests.support.databases import Server
from tests.support.leftovers import Leftover, leftovers, sweep

NEAR, FAR = 0.002, 0.05
SIDE_BY_SIDE = 6
# Of each kind that has kept a session from beginning, one.
WORST = (
    Leftover("client_encoding", "EUC_TW"),
    Leftover("idle_session_timeout", "1"),
    Leftover("jit_above_cost", "0"),
    Leftover("local_preload_libraries", "absent"),
    Leftover("plpgsql.extra_errors", "all"),
    Leftover("role", "none"),
    Leftover("transaction_read_only", "on"),
    Leftover("transaction_timeout", "1"),
)
ONE_IN = 40


def _all(server: Server, database: str) -> list[Leftover]:
    with server.connect("app", database) as attacker:
        return leftovers(attacker)


def _faults(server: Server, databases: Sequence[str], chosen: Sequence[Leftover], delay: float) -> list[str]:
    found = sweep(server, databases, chosen, delay)
    # The server refuses some values; a sweep that it refused would find nothing.
    assert len(found) > len(chosen) / 2
    return [f"{served.leftover}: {', '.join(served.faults)}" for served in found if served.faults]


def test_the_next_is_served_after_a_sample_of_all_settings(server: Server, database: str) -> None:
    chosen = [*WORST, *_all(server, database)[::ONE_IN]]
    assert _faults(server, [database], chosen, NEAR) == []


@pytest.mark.slow
def test_the_next_is_served_after_every_setting(server: Server, database: str) -> None:
    assert _faults(server, [database], _all(server, database), NEAR) == []


@pytest.mark.slow
def test_the_next_is_served_after_every_third_setting_where_the_server_is_far(
    server: Server, template: str, database: str
) -> None:
    with ExitStack() as clones:
        databases = [clones.enter_context(server.clone(template)) for _ in range(SIDE_BY_SIDE)]
        assert _faults(server, databases, _all(server, database)[::3], FAR) == []
