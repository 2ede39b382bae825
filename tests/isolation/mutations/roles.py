"""Roles that may too much."""

from __future__ import annotations

from tests.isolation.checks import contexts, reads, roles, structure, writes
from tests.isolation.mutation import Mutation
from tests.isolation.mutations.groups import LAST, READS, WRITES

_PAST_EVERY_POLICY = (
    *(check for check in READS if check is not reads.the_orm_shows_a_exactly_its_own_rows),
    *WRITES,
    contexts.without_a_context_every_table_raises,
    contexts.a_spoiled_context_raises,
    roles.the_application_accepts_its_role,
    roles.row_level_security_cannot_be_switched_off,
    roles.copy_from_is_refused,
)
MUTATIONS = (
    Mutation(
        "the application's role made a superuser",
        (
            *_PAST_EVERY_POLICY,
            roles.the_application_changes_no_table,
            roles.the_application_adds_nothing,
            roles.the_application_becomes_nobody_else,
            roles.the_application_cannot_read_the_control_schema,
            *LAST,
        ),
        "ALTER ROLE {app} SUPERUSER",
        "ALTER ROLE {app} NOSUPERUSER",
    ),
    Mutation(
        "the application's role given BYPASSRLS",
        (*_PAST_EVERY_POLICY, *LAST),
        "ALTER ROLE {app} BYPASSRLS",
        "ALTER ROLE {app} NOBYPASSRLS",
    ),
    Mutation(
        "the application's role made a member of the owner",
        (roles.the_application_accepts_its_role, roles.the_application_becomes_nobody_else),
        "GRANT {owner} TO {app}",
        "REVOKE {owner} FROM {app}",
    ),
    Mutation(
        "the owner's address given to the application",
        (
            roles.the_application_accepts_its_role,
            roles.the_application_owns_nothing,
            roles.the_application_changes_no_table,
            roles.the_application_adds_nothing,
            roles.the_application_cannot_empty_a_table,
            roles.the_application_becomes_nobody_else,
            roles.the_application_cannot_read_the_control_schema,
        ),
        app_role="owner",
    ),
    Mutation(
        "TRUNCATE granted",
        (
            roles.the_application_cannot_empty_a_table,
            roles.the_application_accepts_its_role,
            structure.grants_are_those_of_rows_alone,
        ),
        "GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {app}",
    ),
    Mutation(
        "tenants given to be deleted",
        (writes.a_cannot_delete_any_tenant,),
        "GRANT DELETE ON tenants TO {app}",
    ),
    Mutation(
        "business rows granted to the operator",
        (roles.the_operator_reads_no_business_rows, structure.grants_are_those_of_rows_alone),
        "GRANT SELECT ON customers TO {platform}",
    ),
    Mutation(
        "the control schema granted to the application",
        (roles.the_application_cannot_read_the_control_schema, reads.no_readable_relation_shows_b),
        "GRANT USAGE ON SCHEMA control TO {app}; GRANT SELECT ON ALL TABLES IN SCHEMA control TO {app}",
    ),
)
