"""Forged hosts and headers on every route of a tenant's, with valid keys.

What each form is answered in words is in tests/integration/tenancy; here, that no route is an exception.
"""

from __future__ import annotations

import pytest

from tenantapp.testing.observation import traffic
from tenantapp.testing.walk import every_ask
from tests.isolation.world import World

A, B = "{a}.localhost", "{b}.localhost"
HEADER = "HTTP_X_TENANT_SUBDOMAIN"
REFUSED = {
    "an empty host": {"HTTP_HOST": "", HEADER: "{b}"},
    "a suffix": {"HTTP_HOST": "{b}.localhost.evil.test"},
    "a suffix without its dot": {"HTTP_HOST": "{b}localhost"},
    "B below A": {"HTTP_HOST": "{b}.{a}.localhost"},
    "A as B's user": {"HTTP_HOST": "{a}.localhost@{b}.localhost"},
    "two hosts": {"HTTP_HOST": "{a}.localhost,{b}.localhost"},
    "two hosts with a space": {"HTTP_HOST": "{a}.localhost {b}.localhost"},
    "B as A's port": {"HTTP_HOST": "{a}.localhost:{b}"},
    "a look-alike dot": {"HTTP_HOST": "{b}\u3002localhost"},
    "a NUL": {"HTTP_HOST": "{b}.localhost\0.{a}.localhost"},
    "A's host and B's header": {"HTTP_HOST": A, HEADER: "{b}"},
    "B's host and A's header": {"HTTP_HOST": B, HEADER: "{a}"},
    "two headers": {"HTTP_HOST": "localhost", HEADER: "{a},{b}"},
    "a header that is a host": {"HTTP_HOST": "localhost", HEADER: B},
    "an address and two headers": {"HTTP_HOST": "127.0.0.1", HEADER: "{b}, {a}"},
    "a request line to B": {"HTTP_HOST": A, "RAW_URI": "http://{b}.localhost/"},
    "a request line with A as user": {"HTTP_HOST": A, "RAW_URI": "http://{a}.localhost@{b}.localhost/"},
    "nobody but a forwarded host": {"HTTP_HOST": "localhost", "HTTP_X_FORWARDED_HOST": B},
    "nobody but the server's name": {"HTTP_HOST": "", "SERVER_NAME": B},
}
OVERRIDES = {
    "HTTP_FORWARDED": "host={b}.localhost",
    "HTTP_X_FORWARDED_HOST": B,
    "HTTP_X_FORWARDED_SERVER": B,
    "HTTP_X_HOST": B,
    "HTTP_X_ORIGINAL_HOST": B,
    "HTTP_X_HTTP_HOST_OVERRIDE": B,
    "HTTP_X_ORIGINAL_URL": "http://{b}.localhost/api/v1/tenant",
    "HTTP_X_REWRITE_URL": "/api/v1/tenant",
    "HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE",
    "HTTP_X_TENANT": "{b}",
    "HTTP_X_TENANT_ID": "{b_id}",
    "HTTP_TENANT": "{b}",
    "HTTP_ORIGIN": "http://{b}.localhost",
    "HTTP_REFERER": "http://{b}.localhost/",
    "HTTP_COOKIE": "tenant={b}; tenant_id={b_id}",
    "SERVER_NAME": B,
    "REMOTE_USER": "{b}",
}


def fill(environ: dict[str, str], world: World) -> dict[str, str]:
    """Put the two tenants into a form of environment."""
    names = {"a": world.a.subdomain, "b": world.b.subdomain, "b_id": str(world.b.id)}
    return {key: value.format(**names) for key, value in environ.items()}


@pytest.mark.parametrize("form", REFUSED.values(), ids=REFUSED)
def test_a_forged_host_is_refused_on_every_route_before_anything_is_asked(
    world: World, form: dict[str, str]
) -> None:
    forged = fill(form, world)
    for ask in every_ask(world, world.b):
        for tenant in (world.a, world.b):
            with traffic(world.app) as seen:
                answer = ask.send(world, tenant, environ_overrides=forged)
            assert answer.status_code == 400, f"{ask.method} {ask.rule}: {answer.get_data(as_text=True)}"
            assert (seen.statements, seen.round_trips) == ([], 0)
            assert answer.mimetype == "application/problem+json"
            world.assert_no_secret(answer, ask.path)


def test_no_further_header_names_another_tenant(world: World) -> None:
    """The Host is A's: A's key reads A's rows, B's key opens nothing, and no method becomes another."""
    overrides = fill(OVERRIDES, world)
    for ask in every_ask(world, world.a):
        if ask.method == "GET":
            plain = ask.send(world, world.a)
            overridden = ask.send(world, world.a, environ_overrides=overrides)
            assert (overridden.status_code, overridden.json) == (plain.status_code, plain.json)
            assert plain.status_code == 200
        bearer = {"Authorization": f"Bearer {world.b.token}"}
        refused = ask.send(world, world.a, environ_overrides=overrides, headers=bearer)
        assert refused.status_code == 401, f"{ask.method} {ask.rule} with B's key"
        world.assert_no_secret(refused, overrides, ask.path)
