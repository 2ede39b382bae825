"""What a route must declare before it can be trusted, or even asked."""

from __future__ import annotations

from tenantapp.http.permissions import methods_of
from tenantapp.identity.api_keys.keys import SCOPES
from tenantapp.testing.walk import every_ask, tenants_rules, unaskable, undeclared
from tests.isolation.world import World
from tests.support.tenants import issue


def every_route_is_asked(world: World) -> None:
    """A route declares who may ask it, and a request to it can be built."""
    assert undeclared(world.app) == [], "declare the permission of these routes"
    assert not (lacking := unaskable(world, world.a)), "\n".join(lacking)
    asked = {(ask.rule, ask.method) for ask in every_ask(world, world.a)}
    served = {(rule.rule, method) for rule, _ in tenants_rules(world.app) for method in methods_of(rule)}
    assert asked == served


def each_route_wants_the_scope_it_declares(world: World) -> None:
    """A key with every other scope is refused, and told which one is missing."""
    for ask in every_ask(world, world.a):
        assert ask.permission in SCOPES, f"{ask} needs {ask.permission!r}, which no key can have"
        others = [scope for scope in SCOPES if scope != ask.permission]
        token = issue(world.app, world.a.id, others)
        answer = ask.send(world, world.a, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 403, f"{ask} answers a key without its scope {answer.status}"
        assert repr(ask.permission) in answer.get_json()["detail"], answer.get_data()
