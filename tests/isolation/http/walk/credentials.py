"""B's key at A, in every place in which a key could be looked for: unknown, like one that nobody has."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Callable
from typing import Any

from tenantapp.testing.walk import every_ask
from tests.isolation.http.walk.scene import observed, remembered
from tests.isolation.world import World

HEADER = "X-Tenant-Subdomain"
BARE = "http://localhost"
Place = Callable[[World, str], dict[str, Any]]


def bs_key_at_a_is_unknown(world: World) -> None:
    """The status, the body, the headers and the work are those of an unknown key."""
    remembered(world)
    unknown = f"tk_{secrets.token_hex(6)}_{secrets.token_urlsafe(32)}"
    for ask in every_ask(world, world.a):
        for place, (status, options) in PLACES.items():
            seen = observed(world, ask, options(world, world.b.token))
            none = observed(world, ask, options(world, unknown))
            assert seen.status == status, f"{ask.method} {ask.rule}: B's key {place}: {seen}"
            assert seen == none, f"{ask.method} {ask.rule}: B's key {place} is not like an unknown one"


def _alone(name: str, value: str) -> Place:
    """Return how a key is sent in one header, and nowhere else."""

    def options(_world: World, token: str) -> dict[str, Any]:
        return {"headers": {"Authorization": "", name: value.format(token)}}

    return options


def _basic(form: str) -> Place:
    def options(_world: World, token: str) -> dict[str, Any]:
        encoded = b64encode(form.format(token).encode()).decode()
        return {"headers": {"Authorization": f"Basic {encoded}"}}

    return options


def _query(name: str) -> Place:
    def options(_world: World, token: str) -> dict[str, Any]:
        return {"headers": {"Authorization": ""}, "query_string": {name: token}}

    return options


def _at(host: str | None, header: str | None) -> Place:
    """Return how a key is sent to the Host and with the tenant header of `a`, of `b` or of none."""

    def options(world: World, token: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        if header:
            headers[HEADER] = getattr(world, header).subdomain
        base_url = f"http://{getattr(world, host).subdomain}.localhost" if host else BARE
        return {"headers": headers, "base_url": base_url}

    return options


PLACES: dict[str, tuple[int, Place]] = {
    "as bearer token": (401, _alone("Authorization", "Bearer {}")),
    "as bearer token in small letters": (401, _alone("Authorization", "bearer {}")),
    "as bearer token in capitals": (401, _alone("Authorization", "BEARER {}")),
    "as another kind of token": (401, _alone("Authorization", "Token {}")),
    "without a kind": (401, _alone("Authorization", "{}")),
    "twice": (401, _alone("Authorization", "Bearer {0}, Bearer {0}")),
    "with spaces": (401, _alone("Authorization", "Bearer   {}  ")),
    "as user": (401, _basic("{}:")),
    "as password": (401, _basic("key:{}")),
    "in X-API-Key": (401, _alone("X-API-Key", "{}")),
    "in X-Authorization": (401, _alone("X-Authorization", "Bearer {}")),
    "in Proxy-Authorization": (401, _alone("Proxy-Authorization", "Bearer {}")),
    "in X-Forwarded-Authorization": (401, _alone("X-Forwarded-Authorization", "Bearer {}")),
    "in a cookie": (401, _alone("Cookie", "session={0}; token={0}; api_key={0}")),
    "in ?token": (401, _query("token")),
    "in ?api_key": (401, _query("api_key")),
    "in ?access_token": (401, _query("access_token")),
    "with A's header on the bare host": (401, _at(None, "a")),
    "with A's header on A's host": (401, _at("a", "a")),
    "with B's header on A's host": (400, _at("a", "b")),
    "with A's header on B's host": (400, _at("b", "a")),
    "on the bare host": (400, _at(None, None)),
}
