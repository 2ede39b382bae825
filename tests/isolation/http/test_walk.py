"""Two tenants, every route, and nothing of the one in what the other is answered."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.isolation.http.walk import CHECKS
from tests.isolation.world import MakeWorld, World


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_walk_finds_nothing(make_world: MakeWorld, check: Callable[[World], None]) -> None:
    with make_world() as world:
        check(world)
