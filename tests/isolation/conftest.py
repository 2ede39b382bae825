"""Worlds: the one that every check finds in order, and copies to break."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.isolation.world import MakeWorld, World, worlds
from tests.support.databases import Server


@pytest.fixture(scope="session")
def make_world(server: Server, template: str) -> Iterator[MakeWorld]:
    """Give a function that lends a world of its own, cloned from one that was settled once."""
    with worlds(server, template) as lend:
        yield lend


@pytest.fixture(scope="session")
def world(make_world: MakeWorld) -> Iterator[World]:
    """A world that no test changes."""
    with make_world() as world:
        yield world
