"""Columns, keys and indexes that leave the tenant out."""

from __future__ import annotations

from tests.integration.rls.audit.story import Story, scratch

_PLAIN = "customer_id uuid, CONSTRAINT fk_scratch FOREIGN KEY (customer_id) REFERENCES customers (id){}"
# Dropped with the hint: a plain reference needs a plain unique key to lead to.
_PLAIN_KEY = ("0039_unique_without_tenant", "public.uniq_plain on public.customers")


def _plain_reference(check: str, action: str = "") -> Story:
    return Story(
        check=check,
        object="fk_scratch on public.scratch",
        broken="ALTER TABLE customers ADD CONSTRAINT uniq_plain UNIQUE (id);"
        + scratch(_PLAIN.format(action)),
        also=frozenset({_PLAIN_KEY}),
    )


STORIES = (
    Story(
        check="0033_tenant_nullable",
        object="public.scratch.tenant_id",
        broken=scratch(
            then="""ALTER TABLE scratch DROP CONSTRAINT scratch_pkey, ADD UNIQUE (tenant_id, id);
                    ALTER TABLE scratch ALTER tenant_id DROP NOT NULL"""
        ),
        also=frozenset({("0037_no_primary_key", "public.scratch")}),
    ),
    Story(
        check="0034_tenant_type",
        object="public.scratch.tenant_id",
        broken="""CREATE TABLE scratch (tenant_id text NOT NULL, id uuid, PRIMARY KEY (tenant_id, id));
                  ALTER TABLE scratch OWNER TO {owner}, ENABLE ROW LEVEL SECURITY,
                  FORCE ROW LEVEL SECURITY""",
        also=frozenset(
            {
                ("0003_no_policy", "public.scratch"),
                ("0006_no_fence", "public.scratch"),
                ("0044_no_tenant_reference", "public.scratch"),
            }
        ),
    ),
    Story(
        check="0035_tenant_not_indexed",
        object="public.scratch",
        broken=scratch(
            then="ALTER TABLE scratch DROP CONSTRAINT scratch_pkey, ADD PRIMARY KEY (id, tenant_id)"
        ),
    ),
    Story(
        check="0035_tenant_not_indexed",
        object="public.scratch",
        broken=scratch(
            "deleted_at timestamptz",
            "ALTER TABLE scratch DROP CONSTRAINT scratch_pkey, ADD PRIMARY KEY (id, tenant_id);"
            "CREATE INDEX ON scratch (tenant_id) WHERE deleted_at IS NULL",
        ),
    ),
    Story(
        check="0036_index_without_tenant",
        object="public.idx_customers_status on public.customers",
        broken="CREATE INDEX idx_customers_status ON customers (status)",
    ),
    Story(
        check="0036_index_without_tenant",
        object="public.idx_customers_lower on public.customers",
        broken="CREATE INDEX idx_customers_lower ON customers (lower(name))",
    ),
    Story(
        check="0036_index_without_tenant",
        object="public.uniq_tenants_subdomain on public.tenants",
        broken="CREATE UNIQUE INDEX uniq_tenants_subdomain ON tenants (subdomain)",
    ),
    Story(
        check="0037_no_primary_key",
        object="public.scratch",
        broken=scratch(
            then="ALTER TABLE scratch DROP CONSTRAINT scratch_pkey; CREATE INDEX ON scratch (tenant_id)"
        ),
    ),
    Story(
        check="0038_primary_key_without_tenant",
        object="scratch_pkey on public.scratch",
        broken=scratch(
            then="""ALTER TABLE scratch DROP CONSTRAINT scratch_pkey, ADD PRIMARY KEY (id);
                    CREATE INDEX ON scratch (tenant_id)"""
        ),
    ),
    Story(
        check="0039_unique_without_tenant",
        object="public.uniq_email on public.customers",
        broken="CREATE UNIQUE INDEX uniq_email ON customers (email)",
    ),
    Story(
        check="0039_unique_without_tenant",
        object="public.uniq_email on public.customers",
        broken="CREATE UNIQUE INDEX uniq_email ON customers (email) INCLUDE (tenant_id)",
    ),
    Story(
        check="0039_unique_without_tenant",
        object="public.excluded on public.customers",
        broken="ALTER TABLE customers ADD CONSTRAINT excluded EXCLUDE USING btree (email WITH =)",
    ),
    _plain_reference("0040_foreign_key_without_tenant"),
    Story(
        check="0040_foreign_key_without_tenant",
        object="fk_scratch on public.scratch",
        broken="ALTER TABLE customers ADD CONSTRAINT crossed UNIQUE (tenant_id, id, row_version);"
        + scratch(
            "other uuid, n int, CONSTRAINT fk_scratch FOREIGN KEY (other, id, n) "
            "REFERENCES customers (tenant_id, id, row_version)"
        ),
    ),
    Story(
        check="0040_foreign_key_without_tenant",
        object="fk_scratch on public.scratch",
        broken=scratch(
            "partner_id uuid, CONSTRAINT fk_scratch FOREIGN KEY (partner_id) REFERENCES tenants (id)"
        ),
    ),
    _plain_reference("0041_cascade_across_tenants", " ON DELETE CASCADE"),
    _plain_reference("0041_cascade_across_tenants", " ON DELETE SET NULL"),
    _plain_reference("0041_cascade_across_tenants", " ON UPDATE CASCADE"),
    Story(
        check="0042_set_null_takes_tenant",
        object="fk_scratch on public.scratch",
        broken=scratch(
            "customer_id uuid, CONSTRAINT fk_scratch FOREIGN KEY (tenant_id, customer_id) "
            "REFERENCES customers (tenant_id, id) ON DELETE SET NULL"
        ),
    ),
    Story(
        check="0043_foreign_key_not_validated",
        object="fk_scratch on public.scratch",
        broken=scratch(
            "customer_id uuid",
            "ALTER TABLE scratch ADD CONSTRAINT fk_scratch FOREIGN KEY (tenant_id, customer_id) "
            "REFERENCES customers (tenant_id, id) NOT VALID",
        ),
    ),
    Story(
        check="0044_no_tenant_reference",
        object="public.customers",
        broken="ALTER TABLE customers DROP CONSTRAINT fk_customers_tenants",
    ),
)
