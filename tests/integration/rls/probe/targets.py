"""Protections removed in turn, and the cells in which that must show: the right ones, and no others."""

from __future__ import annotations

from dataclasses import dataclass

from tenantapp.rls.probe.attacks import ATTACKS
from tests.isolation.red_team.attacks.conditions import UNPLANNED
from tests.isolation.tables import models_by_table

ROW_READS = {"read", "count", "join", "exists", "before policy", "for update", "copy to"}
ROW_WRITES = {"insert", "update", "update into", "update out", "delete", "returning", "merge"}
UNSEEN = {"no context", "spoiled context"}
PAST_EVERY_POLICY = ROW_READS | ROW_WRITES | UNSEEN | {"plan", "copy from"}
EVERYTHING = {attack.name for attack in ATTACKS}

_SCOPED = """
    CREATE TABLE scratch (
        tenant_id uuid NOT NULL DEFAULT tenancy.current_tenant_id() REFERENCES tenants (id),
        id uuid NOT NULL DEFAULT gen_random_uuid(), customer_id uuid NOT NULL, PRIMARY KEY (tenant_id, id));
    ALTER TABLE scratch OWNER TO {owner}, ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY scratch_tenant_isolation ON scratch
        USING (tenant_id = (SELECT tenancy.current_tenant_id()));
    GRANT SELECT, INSERT, UPDATE, DELETE ON scratch TO {app};
    %s
"""
_EACH_OTHER = """
    CREATE TABLE spare (LIKE scratch INCLUDING ALL);
    ALTER TABLE spare OWNER TO {owner}, ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY spare_tenant_isolation ON spare USING (tenant_id = (SELECT tenancy.current_tenant_id()));
    GRANT SELECT, INSERT, UPDATE, DELETE ON spare TO {app};
    ALTER TABLE spare ADD FOREIGN KEY (tenant_id, customer_id) REFERENCES scratch (tenant_id, id);
    ALTER TABLE scratch ADD FOREIGN KEY (tenant_id, customer_id) REFERENCES spare (tenant_id, id);
"""
_MAY_BE_ALONE = "ALTER TABLE scratch ALTER customer_id DROP NOT NULL;"
_NO_FENCE = "DROP POLICY customers_tenant_fence ON customers;"
_NO_POLICY = "DROP POLICY customers_tenant_isolation ON customers;"
_VIEW = "CREATE VIEW lively AS SELECT * FROM customers; GRANT SELECT, UPDATE, DELETE ON lively TO {app}; %s"
_EVERYONE = (
    "CREATE FUNCTION tenancy.everyone() RETURNS SETOF customers STABLE SECURITY DEFINER LANGUAGE sql "
    "AS 'SELECT * FROM customers'; %s GRANT EXECUTE ON FUNCTION tenancy.everyone() TO {app};"
)
CUSTOMERS = "public.customers"


@dataclass(frozen=True)
class Target:
    """One protection removed.

    Args:
        name: which.
        do: SQL for a superuser.
        leaks: the cells that leak, by subject.
        not_probed: the cells of which nothing can be said, by subject.
    """

    name: str
    do: str
    leaks: dict[str, set[str]]
    not_probed: tuple[str, ...] = ()


TARGETS = (
    Target("the policy dropped and the fence left", _NO_POLICY, {}, (CUSTOMERS,)),
    Target("both policies dropped", _NO_POLICY + _NO_FENCE, {}, (CUSTOMERS,)),
    Target(
        "a policy that is true",
        _NO_FENCE + _NO_POLICY + "CREATE POLICY careless ON customers USING (true)",
        {CUSTOMERS: PAST_EVERY_POLICY - {"copy from"}},
    ),
    Target(
        "a second permissive policy and no fence",
        _NO_FENCE + "CREATE POLICY careless ON customers USING (true)",
        {CUSTOMERS: PAST_EVERY_POLICY - {"copy from"}},
    ),
    Target(
        "WITH CHECK (true) in policy and fence",
        "ALTER POLICY customers_tenant_isolation ON customers WITH CHECK (true);"
        "ALTER POLICY customers_tenant_fence ON customers WITH CHECK (true)",
        {CUSTOMERS: {"insert", "update into", "merge", "no context"}},
    ),
    Target(
        "a policy for UPDATE alone that is true",
        _NO_FENCE + "CREATE POLICY careless ON customers FOR UPDATE USING (true) WITH CHECK (false)",
        {CUSTOMERS: {"update", "no context"}},
    ),
    Target(
        "a policy for DELETE alone that is true",
        _NO_FENCE + "CREATE POLICY careless ON customers FOR DELETE USING (true)",
        {CUSTOMERS: {"delete", "no context"}},
    ),
    Target(
        "row-level security disabled",
        "ALTER TABLE customers DISABLE ROW LEVEL SECURITY",
        {CUSTOMERS: PAST_EVERY_POLICY},
    ),
    Target(
        "policies that are not planned first",
        UNPLANNED,
        {f"public.{name}": {"before policy"} for name in map(str, models_by_table())},
    ),
    Target("FORCE removed where no owner asks", "ALTER TABLE customers NO FORCE ROW LEVEL SECURITY", {}),
    Target(
        "FORCE removed under the owner's view",
        "ALTER TABLE customers NO FORCE ROW LEVEL SECURITY;" + _VIEW % ("ALTER VIEW lively OWNER TO {owner}"),
        {"public.lively": {"read", "update", "delete"}},
    ),
    Target(
        "a view of a superuser's, not security_invoker",
        _VIEW % (""),
        {"public.lively": {"read", "update", "delete"}},
    ),
    Target(
        "a view that tells a number alone",
        "CREATE VIEW volume AS SELECT count(*) FROM customers; GRANT SELECT ON volume TO {app}",
        {"public.volume": {"read"}},
    ),
    Target(
        "a materialized view",
        "CREATE MATERIALIZED VIEW kept AS SELECT * FROM customers; GRANT SELECT ON kept TO {app}",
        {"public.kept": {"read"}},
    ),
    Target(
        "a definer function of a superuser's",
        _EVERYONE % (""),
        {"tenancy.everyone()": {"call"}},
    ),
    Target(
        "FORCE removed under the owner's definer function",
        "ALTER TABLE customers NO FORCE ROW LEVEL SECURITY;"
        + _EVERYONE % ("ALTER FUNCTION tenancy.everyone() OWNER TO {owner};"),
        {"tenancy.everyone()": {"call"}},
    ),
    Target(
        "a function that tells whether an email is taken",
        "CREATE FUNCTION tenancy.is_taken(wanted text) RETURNS boolean STABLE SECURITY DEFINER LANGUAGE sql "
        "AS 'SELECT EXISTS (SELECT FROM customers WHERE email = wanted)';"
        "GRANT EXECUTE ON FUNCTION tenancy.is_taken(text) TO {app}",
        {"tenancy.is_taken(text)": {"call"}},
    ),
    Target(
        "a plain foreign key",
        _SCOPED
        % (
            "ALTER TABLE customers ADD UNIQUE (id); ALTER TABLE scratch ADD FOREIGN KEY (customer_id) "
            "REFERENCES customers (id);"
        ),
        # It needs a unique key without the tenant, which tells of B's ids by itself.
        {"public.scratch": {"reference"}, CUSTOMERS: {"upsert"}},
    ),
    Target(
        "a composite foreign key",
        _SCOPED
        % (
            "ALTER TABLE scratch ADD FOREIGN KEY (tenant_id, customer_id) "
            "REFERENCES customers (tenant_id, id);"
        ),
        {},
    ),
    Target("tables that refer to each other", _SCOPED % (_EACH_OTHER + _MAY_BE_ALONE), {}),
    Target(
        "tables of which neither can be first",
        _SCOPED % _EACH_OTHER,
        {},
        ("public.scratch", "public.spare"),
    ),
    Target(
        "a unique key without the tenant",
        "CREATE UNIQUE INDEX ON customers (email)",
        {CUSTOMERS: {"upsert"}},
    ),
    Target(
        "a unique key without the tenant over an expression of live rows",
        "CREATE UNIQUE INDEX ON customers (lower(email)) WHERE deleted_at IS NULL",
        {CUSTOMERS: {"upsert"}},
    ),
    Target("TRUNCATE granted", "GRANT TRUNCATE ON customers TO {app}", {CUSTOMERS: {"truncate", "lock"}}),
    Target("TRIGGER granted", "GRANT TRIGGER ON customers TO {app}", {CUSTOMERS: {"own"}}),
    Target(
        "a shared table given to be written",
        "GRANT UPDATE ON alembic_version TO {app}",
        {"public.alembic_version": {"update"}},
    ),
    Target(
        "a table without a policy",
        "CREATE TABLE copied AS SELECT * FROM customers;"
        "GRANT SELECT, INSERT, UPDATE, DELETE ON copied TO {app}",
        {"public.copied": PAST_EVERY_POLICY},
    ),
)
