"""Keys, references, views and tables that are not as the rules say."""

from __future__ import annotations

from tests.isolation.checks import keys, reads, structure
from tests.isolation.mutation import Mutation

_REFERENCE = """
    CREATE TABLE scratch (tenant_id uuid NOT NULL DEFAULT tenancy.current_tenant_id() REFERENCES tenants (id),
                         id uuid NOT NULL DEFAULT gen_random_uuid(), customer_id uuid NOT NULL,
                         PRIMARY KEY (tenant_id, id));
    ALTER TABLE scratch OWNER TO {{owner}}, ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY scratch_tenant_isolation ON scratch
        USING (tenant_id = (SELECT tenancy.current_tenant_id()));
    GRANT SELECT, INSERT ON scratch TO {{app}};
    {}
"""
PLAIN_REFERENCE = _REFERENCE.format(
    "ALTER TABLE customers ADD UNIQUE (id); ALTER TABLE scratch ADD FOREIGN KEY (customer_id) "
    "REFERENCES customers (id);"
)
COMPOSITE_REFERENCE = _REFERENCE.format(
    "ALTER TABLE scratch ADD FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id);"
)

MUTATIONS = (
    Mutation(
        "a plain foreign key",
        (
            structure.every_reference_between_tenants_tables_holds_the_tenant,
            structure.every_key_begins_with_the_tenant,
            structure.every_table_is_known,
            keys.a_reference_to_bs_row_is_refused_like_one_to_nothing,
            keys.a_may_use_every_key_that_b_uses,
        ),
        PLAIN_REFERENCE,
    ),
    Mutation(
        "a unique key without the tenant",
        (keys.a_may_use_every_key_that_b_uses, structure.every_key_begins_with_the_tenant),
        "CREATE UNIQUE INDEX ON customers (email)",
    ),
    Mutation(
        "tenant_id that may be absent",
        (structure.tenant_id_is_a_uuid_that_is_always_there, structure.every_key_begins_with_the_tenant),
        """ALTER TABLE customers DROP CONSTRAINT customers_pkey CASCADE;
           ALTER TABLE customers ALTER tenant_id DROP NOT NULL""",
    ),
    Mutation(
        "a view of the owner's that does not ask with the caller's rights",
        (structure.views_ask_with_the_rights_of_who_asks,),
        """CREATE VIEW lively AS SELECT * FROM customers WHERE deleted_at IS NULL;
           ALTER VIEW lively OWNER TO {owner}; GRANT SELECT ON lively TO {app}""",
    ),
    Mutation(
        "a view of a superuser's",
        (structure.views_ask_with_the_rights_of_who_asks, reads.no_readable_relation_shows_b),
        "CREATE VIEW lively AS SELECT * FROM customers; GRANT SELECT ON lively TO {app}",
    ),
    Mutation(
        "a materialized view",
        (structure.views_ask_with_the_rights_of_who_asks, reads.no_readable_relation_shows_b),
        "CREATE MATERIALIZED VIEW kept AS SELECT * FROM customers; GRANT SELECT ON kept TO {app}",
    ),
    Mutation(
        "a table without a policy",
        (structure.every_table_is_known, reads.no_readable_relation_shows_b),
        "CREATE TABLE copied AS SELECT * FROM customers; GRANT SELECT ON copied TO {app}",
    ),
    Mutation(
        "a second function that runs as its owner",
        (structure.definer_functions_are_of_roles_without_a_login_with_a_pinned_path,),
        "CREATE FUNCTION tenancy.everyone() RETURNS SETOF customers SECURITY DEFINER LANGUAGE sql "
        "AS 'SELECT * FROM customers'",
    ),
)
