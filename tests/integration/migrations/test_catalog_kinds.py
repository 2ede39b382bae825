"""Each kind of thing in the catalog is compared by `flask db check`, or the book says that it is not.


A kind of a new release is found by its catalog, and has to be put in here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.migrations.database import Migrations

BOOK = (Path(__file__).parents[3] / "docs" / "migrations.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Kind:
    """One kind of object: what makes one more of it, and how the book calls it where it is not compared."""

    sql: str
    listed: str = ""


AS_OWNER = "SET ROLE {owner}; "
KINDS: dict[str, Kind] = {
    "pg_class: a table": Kind("CREATE TABLE public.stray (a int)"),
    "pg_class: a view": Kind("CREATE VIEW public.stray AS SELECT 1 AS a"),
    "pg_class: a sequence": Kind("CREATE SEQUENCE public.stray", "sequences"),
    "pg_class: a materialized view": Kind(
        "CREATE MATERIALIZED VIEW public.stray AS SELECT 1 AS a", "materialized views"
    ),
    "pg_class: a foreign table": Kind("", "foreign tables"),
    "pg_class: a reloption": Kind("ALTER TABLE customers SET (fillfactor = 70)", "storage parameters"),
    "pg_class: row-level security": Kind("ALTER TABLE customers NO FORCE ROW LEVEL SECURITY"),
    "pg_class: a grant": Kind("GRANT TRUNCATE ON customers TO {app}"),
    "pg_class: a grant option": Kind("GRANT SELECT ON customers TO {app} WITH GRANT OPTION", "grant options"),
    "pg_attribute: a column": Kind("ALTER TABLE customers ADD stray int"),
    "pg_attribute: a type": Kind("ALTER TABLE customers ALTER phone TYPE varchar(99)"),
    "pg_attribute: a collation": Kind('ALTER TABLE customers ALTER phone TYPE varchar(50) COLLATE "C"'),
    "pg_attribute: NOT NULL": Kind("ALTER TABLE customers ALTER phone SET NOT NULL"),
    "pg_attribute: a grant": Kind("GRANT UPDATE (status) ON tenants TO {app}"),
    "pg_attribute: storage": Kind(
        "ALTER TABLE customers ALTER notes SET STORAGE EXTERNAL", "storage parameters"
    ),
    "pg_attrdef: a default": Kind("ALTER TABLE customers ALTER status SET DEFAULT 'inactive'"),
    "pg_attrdef: a default more": Kind("ALTER TABLE customers ALTER phone SET DEFAULT '1'"),
    "pg_attrdef: no default": Kind("ALTER TABLE customers ALTER status DROP DEFAULT"),
    "pg_attrdef: a kept column": Kind("ALTER TABLE todos ALTER completed DROP EXPRESSION"),
    "pg_constraint: a check": Kind("ALTER TABLE customers ADD CONSTRAINT stray CHECK (name <> 'x')"),
    "pg_constraint: no check": Kind("ALTER TABLE customers DROP CONSTRAINT chk_customers_status"),
    "pg_constraint: another check": Kind(
        "ALTER TABLE customers DROP CONSTRAINT chk_customers_status, "
        "ADD CONSTRAINT chk_customers_status CHECK (status <> 'x')"
    ),
    "pg_constraint: a check of new rows alone": Kind(
        "ALTER TABLE customers DROP CONSTRAINT chk_customers_email_normalised, "
        "ADD CONSTRAINT chk_customers_email_normalised CHECK (email = lower(email)) NOT VALID"
    ),
    "pg_constraint: a foreign key": Kind("ALTER TABLE customers DROP CONSTRAINT fk_customers_tenants"),
    "pg_constraint: a primary key": Kind(
        "ALTER TABLE todos DROP CONSTRAINT todos_pkey, ADD CONSTRAINT todos_pkey PRIMARY KEY (id, tenant_id)"
    ),
    "pg_constraint: a unique key": Kind(
        "ALTER TABLE customers ADD CONSTRAINT stray UNIQUE (tenant_id, phone)"
    ),
    "pg_constraint: an exclusion": Kind(
        "ALTER TABLE customers ADD CONSTRAINT stray EXCLUDE USING btree (id WITH =)", "exclusion constraints"
    ),
    "pg_index: an index": Kind("CREATE INDEX stray ON customers (tenant_id, phone)"),
    "pg_index: no index": Kind("DROP INDEX idx_customers_tenant_id_status"),
    "pg_index: another predicate": Kind(
        "DROP INDEX uniq_customers_tenant_id_email; "
        "CREATE UNIQUE INDEX uniq_customers_tenant_id_email ON customers (tenant_id, email)"
    ),
    "pg_index: another order": Kind(
        "DROP INDEX idx_customers_tenant_id_status; "
        "CREATE INDEX idx_customers_tenant_id_status ON customers (tenant_id, status DESC)"
    ),
    "pg_index: another class": Kind(
        "DROP INDEX idx_customers_tenant_id_status; "
        "CREATE INDEX idx_customers_tenant_id_status ON customers (tenant_id, status varchar_pattern_ops)"
    ),
    "pg_index: one that is not valid": Kind(
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_customers_tenant_id_status'::regclass"
    ),
    "pg_policy": Kind("ALTER POLICY customers_tenant_fence ON customers USING (true)"),
    "pg_proc: a function": Kind("CREATE FUNCTION tenancy.stray() RETURNS int RETURN 1"),
    "pg_proc: elsewhere": Kind("CREATE FUNCTION public.stray() RETURNS int RETURN 1", "functions outside"),
    "pg_proc: a procedure": Kind("CREATE PROCEDURE tenancy.stray() LANGUAGE sql AS 'SELECT 1'", "procedures"),
    "pg_proc: an aggregate": Kind(
        "CREATE AGGREGATE public.stray (int) (sfunc = int4pl, stype = int)", "aggregates"
    ),
    "pg_trigger": Kind(
        "CREATE TRIGGER stray BEFORE UPDATE ON customers FOR EACH ROW "
        "EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "triggers",
    ),
    "pg_rewrite": Kind("CREATE RULE stray AS ON DELETE TO customers DO INSTEAD NOTHING", "rules"),
    "pg_type: an enumeration": Kind("CREATE TYPE public.stray AS ENUM ('a')", "types"),
    "pg_type: a domain": Kind("CREATE DOMAIN public.stray AS int", "types"),
    "pg_type: a composite": Kind("CREATE TYPE public.stray AS (a int)", "types"),
    "pg_description: of a table": Kind("COMMENT ON TABLE customers IS 'stray'"),
    "pg_description: of a column": Kind("COMMENT ON COLUMN customers.name IS 'stray'"),
    "pg_description: of another object": Kind(
        "COMMENT ON CONSTRAINT chk_customers_status ON customers IS 'stray'", "comments on other objects"
    ),
    "pg_statistic_ext": Kind(
        "CREATE STATISTICS public.stray ON tenant_id, status FROM customers", "statistics"
    ),
    "pg_inherits": Kind("", "partitions"),
    "pg_operator": Kind(
        "CREATE OPERATOR public.=== (leftarg = int, rightarg = int, function = int4eq)", "operators"
    ),
    "pg_collation": Kind('CREATE COLLATION public.stray FROM "C"', "collations"),
    "pg_conversion": Kind("", "conversions"),
    "pg_ts_config": Kind("CREATE TEXT SEARCH CONFIGURATION public.stray (COPY = simple)", "text search"),
}
# Of a database or server rather than of our schemas, or of what is above.
OTHER_CATALOGS = """
    pg_aggregate pg_am pg_amop pg_amproc pg_auth_members pg_authid pg_cast pg_database
    pg_db_role_setting pg_default_acl pg_depend pg_enum pg_event_trigger pg_extension
    pg_foreign_data_wrapper pg_foreign_server pg_foreign_table pg_init_privs pg_language pg_largeobject
    pg_largeobject_metadata pg_namespace pg_opclass pg_opfamily pg_parameter_acl pg_partitioned_table
    pg_publication pg_publication_namespace pg_publication_rel pg_range pg_replication_origin
    pg_seclabel pg_sequence pg_shdepend pg_shdescription pg_shseclabel pg_statistic
    pg_statistic_ext_data pg_subscription pg_subscription_rel pg_tablespace pg_transform
    pg_ts_config_map pg_ts_dict pg_ts_parser pg_ts_template pg_user_mapping
"""


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS.values() if kind.sql], ids=[name for name in KINDS if KINDS[name].sql]
)
@pytest.mark.slow
def test_one_more_is_named_or_the_book_says_that_it_is_not(newest: Migrations, kind: Kind) -> None:
    newest.as_superuser(kind.sql)
    assert (newest.drift() == "") == bool(kind.listed)


@pytest.mark.parametrize("listed", sorted({kind.listed for kind in KINDS.values() if kind.listed}))
def test_the_book_lists_what_is_not_compared(listed: str) -> None:
    section = BOOK.partition("### What is not compared")[2].partition("\n## ")[0]
    assert listed in section


def test_no_catalog_is_forgotten(newest: Migrations) -> None:
    with newest.owner.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT relname FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r'"
        )
        catalogs = set(found.scalars())
    assert catalogs - set(OTHER_CATALOGS.split()) == {name.partition(":")[0] for name in KINDS}
