"""Worlds: the one that every check finds in order, and copies to break."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from tenantapp.testing.canaries import settle
from tests.isolation.world import World
from tests.support.databases import Server

MakeWorld = Callable[..., AbstractContextManager[World]]


@pytest.fixture(scope="session")
def make_world(server: Server, template: str) -> Iterator[MakeWorld]:
    """Give a function that lends a world of its own, cloned from one that was settled once."""
    with server.clone(template) as settled:
        with server.application(settled) as app:
            a, b = settle(app), settle(app)

        @contextmanager
        def lend(*, app_role: str = "app") -> Iterator[World]:
            with server.clone(settled) as database:
                world = World(server, database, a, b, app_role=app_role)
                try:
                    yield world
                finally:
                    world.close()

        yield lend


@pytest.fixture(scope="session")
def world(make_world: MakeWorld) -> Iterator[World]:
    """A world that no test changes."""
    with make_world() as world:
        yield world
