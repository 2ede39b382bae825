"""The walk: each of its checks goes over every route of a tenant's, and so over those of tomorrow."""

from __future__ import annotations

from tests.isolation.http.walk.answers import a_is_answered_nothing_of_bs, what_is_public_shows_nobodys_rows
from tests.isolation.http.walk.assignments import a_writes_as_itself_alone
from tests.isolation.http.walk.credentials import bs_key_at_a_is_unknown
from tests.isolation.http.walk.cursors import bs_cursors_are_nobodys
from tests.isolation.http.walk.declarations import (
    each_route_wants_the_scope_it_declares,
    every_route_is_asked,
)
from tests.isolation.http.walk.identifiers import bs_identifiers_are_nobodys
from tests.isolation.http.walk.repeats import bs_idempotency_keys_are_new

CHECKS = (
    every_route_is_asked,
    each_route_wants_the_scope_it_declares,
    bs_key_at_a_is_unknown,
    bs_identifiers_are_nobodys,
    bs_cursors_are_nobodys,
    bs_idempotency_keys_are_new,
    a_writes_as_itself_alone,
    a_is_answered_nothing_of_bs,
    what_is_public_shows_nobodys_rows,
)
__all__ = [
    "CHECKS",
    "a_is_answered_nothing_of_bs",
    "a_writes_as_itself_alone",
    "bs_cursors_are_nobodys",
    "bs_idempotency_keys_are_new",
    "bs_identifiers_are_nobodys",
    "bs_key_at_a_is_unknown",
    "each_route_wants_the_scope_it_declares",
    "every_route_is_asked",
    "what_is_public_shows_nobodys_rows",
]
