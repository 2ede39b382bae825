"""The kit's observation, of a world's application."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID

from werkzeug.test import TestResponse

from tenantapp.testing import observation
from tenantapp.testing.observation import Observation, Traffic
from tests.isolation.world import World

__all__ = ["Observation", "assert_no_canary", "observe", "traffic"]


def observe(world: World, send: Callable[[], TestResponse], *own: UUID | str | None) -> Observation:
    """Send a request and return what was observed of the world's application."""
    return observation.observe(world.app, send, *own)


def traffic(world: World) -> AbstractContextManager[Traffic]:
    """Watch what the world's application asks of PostgreSQL during a block."""
    return observation.traffic(world.app)


def assert_no_canary(world: World, answer: TestResponse, *own: object) -> None:
    """Look for what only B's rows hold in all of an answer.

    Args:
        world: whose B it is.
        answer: what A was answered.
        own: what A sent itself: an echo tells nothing.

    Raises:
        AssertionError: something of B's is in it.
    """
    text = f"{answer.status}{answer.headers}{answer.get_data(as_text=True)}"
    sent = " ".join(map(str, own))
    found = [canary for canary in world.secrets if canary in text and canary not in sent]
    assert not found, f"{answer.request.method} {answer.request.path} holds B's {found}"
