"""A is answered the same whatever B's rows say, and where a protection is missing it is not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.isolation.differential.pairs import Pair, pair
from tests.isolation.red_team.attacks.conditions import PLAIN_FENCES, UNPLANNED
from tests.isolation.world import MakeWorld

SEED = 16
SAMPLE, MANY = 150, 2000


@pytest.fixture(scope="module")
def databases(make_world: MakeWorld) -> Iterator[Pair]:
    """Lend a pair that no test changes."""
    with pair(make_world) as lent:
        yield lent


def test_a_sample_is_answered_the_same_whatever_bs_rows_say(databases: Pair) -> None:
    assert list(databases.differences(SEED, SAMPLE)) == []


@pytest.mark.slow
def test_many_statements_are_answered_the_same_whatever_bs_rows_say(databases: Pair) -> None:
    assert list(databases.differences(SEED + 1, MANY)) == []


@pytest.mark.parametrize(
    "weakened",
    [
        UNPLANNED,
        PLAIN_FENCES,
        "ALTER TABLE customers DISABLE ROW LEVEL SECURITY; ALTER TABLE users DISABLE ROW LEVEL SECURITY; "
        "ALTER TABLE todos DISABLE ROW LEVEL SECURITY",
    ],
    ids=[
        "policies are not planned first",
        "fences are equalities",
        "row-level security is missing on three tables",
    ],
)
def test_where_a_protection_is_missing_the_answers_differ(make_world: MakeWorld, weakened: str) -> None:
    with pair(make_world) as lent:
        lent.weaken(weakened)
        assert list(lent.differences(SEED, 6 * SAMPLE, most=1)) != []
