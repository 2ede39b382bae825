"""Policies and row-level security gone wrong."""

from __future__ import annotations

from tests.isolation.checks import contexts, http, reads, roles, structure, writes
from tests.isolation.mutation import Mutation
from tests.isolation.mutations.groups import HTTP, LAST, READS, WRITES

_OPEN = "CREATE POLICY careless ON customers USING (true);"
_NO_FENCE = "DROP POLICY customers_tenant_fence ON customers;"
_NO_POLICY = "DROP POLICY customers_tenant_isolation ON customers;"
_CHECK_ALL = "ALTER POLICY {} ON customers WITH CHECK (true);"
MUTATIONS = (
    Mutation(
        "a policy dropped",
        (
            structure.each_table_has_its_policy_and_its_fence_alone,
            reads.plain_sql_shows_a_exactly_its_own_rows,
            writes.a_inserts_rows_of_its_own,
        ),
        _NO_POLICY,
    ),
    Mutation("the fence dropped", (structure.each_table_has_its_policy_and_its_fence_alone,), _NO_FENCE),
    Mutation(
        "a careless second policy with the fence in place",
        (structure.each_table_has_its_policy_and_its_fence_alone,),
        _OPEN,
    ),
    Mutation(
        "a careless second policy and no fence",
        (*READS, *WRITES, structure.each_table_has_its_policy_and_its_fence_alone, *HTTP, *LAST),
        _NO_FENCE + _OPEN,
    ),
    Mutation(
        "a policy that is true",
        (*READS, *WRITES, *HTTP, *LAST),
        _NO_FENCE + _NO_POLICY + _OPEN,
    ),
    Mutation(
        "row-level security not forced",
        (
            structure.row_level_security_is_enabled_and_forced,
            contexts.the_owner_without_a_context_fails_loudly,
            contexts.the_owner_in_as_context_sees_as_rows,
        ),
        "ALTER TABLE customers NO FORCE ROW LEVEL SECURITY",
    ),
    Mutation(
        "row-level security disabled",
        (
            *READS,
            *WRITES,
            structure.row_level_security_is_enabled_and_forced,
            contexts.without_a_context_every_table_raises,
            contexts.a_spoiled_context_raises,
            contexts.a_context_ends_with_its_transaction,
            contexts.the_next_borrower_of_a_connection_has_no_context,
            contexts.the_owner_without_a_context_fails_loudly,
            roles.row_level_security_cannot_be_switched_off,
            roles.copy_from_is_refused,
            *HTTP,
            *LAST,
        ),
        "ALTER TABLE customers DISABLE ROW LEVEL SECURITY",
    ),
    Mutation(
        "row-level security of the keys disabled",
        (http.as_key_is_refused_at_bs_host,),
        "ALTER TABLE api_keys DISABLE ROW LEVEL SECURITY",
    ),
    Mutation(
        "row-level security of the tenants disabled",
        (
            roles.the_operator_sees_a_tenant_in_its_context_alone,
            contexts.without_a_context_every_table_raises,
            reads.plain_sql_shows_a_exactly_its_own_rows,
        ),
        "ALTER TABLE tenants DISABLE ROW LEVEL SECURITY",
    ),
    Mutation(
        "WITH CHECK (true) in the policy alone",
        (structure.each_table_has_its_policy_and_its_fence_alone,),
        _CHECK_ALL.format("customers_tenant_isolation"),
    ),
    Mutation(
        "WITH CHECK (true) in policy and fence",
        (
            writes.a_cannot_insert_for_b,
            writes.a_cannot_move_a_row_to_b,
            structure.each_table_has_its_policy_and_its_fence_alone,
        ),
        _CHECK_ALL.format("customers_tenant_isolation") + _CHECK_ALL.format("customers_tenant_fence"),
    ),
)
