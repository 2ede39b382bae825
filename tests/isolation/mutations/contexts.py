"""Contexts that last too long, reach too far or are made up; functions that answer for another."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tenantapp.db import session
from tenantapp.http import guard
from tenantapp.identity import guards
from tenantapp.identity.api_keys.keys import SCOPES
from tenantapp.identity.credentials import Credential
from tenantapp.postgres import bound, cleaning
from tenantapp.tenancy import context
from tests.isolation.checks import contexts, http, reads, roles, structure
from tests.isolation.mutation import Mutation
from tests.isolation.red_team.attacks.conditions import UNPLANNED
from tests.support.unsealed import UNSEALED


def _keep_contexts_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the context where it outlives its application context."""
    lasting: dict[str, object] = {}
    for name in ("globals_here", "globals_if_any"):
        monkeypatch.setattr(context, name, lambda: lasting)


def _leave_contexts_open(monkeypatch: pytest.MonkeyPatch) -> None:
    _keep_contexts_for_all(monkeypatch)
    monkeypatch.setattr(guard, "close_context", lambda: None)


def _return_connections_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "_CLEAN", b"SELECT 0, 1000")


def _make_contexts_up(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (bound, session):
        monkeypatch.setattr(module, "current_context", lambda: context.TenantContext(uuid4()))


def _believe_every_credential(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Credential(uuid4(), frozenset(SCOPES), None)
    monkeypatch.setattr(guards, "_credential", lambda _asked, _context, *, anew: known)  # noqa: ARG005


_FOR_THE_SESSION = """
    CREATE OR REPLACE FUNCTION tenancy.bind_served(context text, credentials integer) RETURNS integer
    LANGUAGE sql AS $$ SELECT set_config('tenancy.context', context, false); SELECT 1 $$
"""
# Braces are placeholders here.
_WITHOUT_SEAL = UNSEALED.replace("{", "{{").replace("}", "}}")
MUTATIONS = (
    Mutation(
        "a directory that can be listed",
        (roles.the_directory_answers_one_subdomain_at_a_time,),
        """CREATE OR REPLACE FUNCTION tenancy.find_tenant(wanted text)
           RETURNS TABLE (tenant_id uuid, subdomain text, status text, database text, epoch integer)
           LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
           AS 'SELECT tenant_id, subdomain, status, null, epoch FROM control.directory
               WHERE subdomain LIKE wanted'""",
    ),
    Mutation(
        "a request's context bound to the session",
        (contexts.a_requests_context_ends_with_its_transaction,),
        _FOR_THE_SESSION,
    ),
    Mutation(
        "a context bound to the session",
        (contexts.a_context_ends_with_its_transaction,),
        """CREATE OR REPLACE FUNCTION tenancy.bind(context text) RETURNS text LANGUAGE sql
           AS $$ SELECT set_config('tenancy.context', context, false); SELECT 'active.1' $$""",
    ),
    Mutation(
        "a request's context bound to the session and not cleaned away",
        (
            contexts.a_requests_context_ends_with_its_transaction,
            contexts.the_next_borrower_of_a_connection_has_no_context,
        ),
        _FOR_THE_SESSION,
        patch=_return_connections_as_they_are,
    ),
    Mutation(
        "a context that a default fills in",
        (
            contexts.without_a_context_every_table_raises,
            contexts.a_spoiled_context_raises,
            contexts.the_next_borrower_of_a_connection_has_no_context,
            contexts.the_owner_without_a_context_fails_loudly,
        ),
        """CREATE OR REPLACE FUNCTION tenancy.current_tenant_id() RETURNS uuid LANGUAGE sql STABLE
           AS $$ SELECT (string_to_array(current_setting('tenancy.context', true), '.'))[2]::uuid $$""",
    ),
    Mutation(
        "a context without its seal",
        (contexts.a_spoiled_context_raises,),
        _WITHOUT_SEAL,
    ),
    Mutation(
        "an IMMUTABLE tenant function",
        (
            reads.a_plan_made_for_a_serves_b_its_own_rows,
            structure.what_policies_call_is_neither_immutable_nor_leakproof,
        ),
        "ALTER FUNCTION tenancy.current_tenant_id() IMMUTABLE",
    ),
    Mutation(
        "a planner that puts policies where they cost least",
        (reads.no_condition_goes_before_the_policy,),
        UNPLANNED,
    ),
    Mutation(
        "a tenant function that the planner does not replace by its text",
        (reads.no_condition_goes_before_the_policy,),
        "ALTER FUNCTION tenancy.current_tenant_id() SET work_mem = '4MB'",
    ),
    Mutation(
        "a LEAKPROOF tenant function",
        (structure.what_policies_call_is_neither_immutable_nor_leakproof,),
        "ALTER FUNCTION tenancy.current_tenant_id() LEAKPROOF",
    ),
    Mutation(
        "a context left in a thread",
        (contexts.a_request_leaves_no_context_behind,),
        patch=_leave_contexts_open,
    ),
    Mutation(
        "a context that threads share",
        (contexts.a_context_does_not_reach_another_thread,),
        patch=_keep_contexts_for_all,
    ),
    Mutation(
        "a missing context taken for anybody's",
        (contexts.without_a_context_the_orm_raises_before_any_sql,),
        patch=_make_contexts_up,
    ),
    Mutation(
        "a credential that is not looked up",
        (http.as_key_is_refused_at_bs_host, http.bs_host_without_a_key_tells_nothing),
        patch=_believe_every_credential,
    ),
)
