-- One database with every fault that a database can have by itself, on top of the migrations. The tests put the
-- roles' names in where they stand in braces. Faults of roles and of the server are told by stories alone.

-- Tables that are not kept, or not wholly.
ALTER TABLE idempotency_keys DISABLE ROW LEVEL SECURITY;
ALTER TABLE api_keys NO FORCE ROW LEVEL SECURITY;
CREATE POLICY everyone ON control.directory USING (true);
CREATE TABLE countries (code text PRIMARY KEY);
GRANT SELECT ON countries TO {app};
GRANT SELECT, INSERT ON control.directory TO {app};
ALTER TABLE idempotency_keys OWNER TO CURRENT_USER;
CREATE TABLE silent (tenant_id uuid NOT NULL REFERENCES tenants (id), id uuid, PRIMARY KEY (tenant_id, id));
ALTER TABLE silent OWNER TO {owner}, ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE TABLE walled (tenant_id uuid NOT NULL REFERENCES tenants (id), id uuid, PRIMARY KEY (tenant_id, id));
ALTER TABLE walled OWNER TO {owner}, ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY walled_tenant_fence ON walled AS RESTRICTIVE USING (true);

-- Policies, each saying something else than the tenant's predicate.
CREATE TABLE notes (tenant_id uuid REFERENCES tenants (id), id bigserial PRIMARY KEY, owner_id uuid,
                    slug text UNIQUE, body text, shared boolean);
CREATE INDEX notes_body ON notes (body);
ALTER TABLE notes OWNER TO {owner}, ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_of_it ON notes FOR SELECT USING (true);
CREATE POLICY or_true ON notes USING (tenant_id = (SELECT tenancy.current_tenant_id()) OR true);
CREATE POLICY nobody ON notes FOR DELETE USING (false);
CREATE POLICY no_context ON notes FOR SELECT
    USING (current_setting('tenancy.context', true) IS NULL OR tenant_id = (SELECT tenancy.current_tenant_id()));
CREATE POLICY common ON notes FOR SELECT
    USING (tenant_id = (SELECT tenancy.current_tenant_id()) OR tenant_id IS NULL);
CREATE POLICY plain_setting ON notes FOR SELECT USING (tenant_id = current_setting('app.tenant_id')::uuid);
CREATE POLICY bare_setting ON notes FOR SELECT USING (tenant_id::text = current_setting('tenant'));
CREATE POLICY by_name ON notes FOR SELECT USING (slug = CURRENT_USER);
CREATE POLICY casting ON notes FOR SELECT
    USING (tenant_id::text = (SELECT tenancy.current_tenant_id()::text));
CREATE POLICY by_row ON notes FOR SELECT USING (tenant_id = tenancy.current_tenant_id());
CREATE POLICY one_tenant ON notes FOR SELECT USING (tenant_id = '00000000-0000-0000-0000-000000000001');
CREATE POLICY columnless ON notes FOR SELECT USING ((SELECT tenancy.current_tenant_id()) IS NOT NULL);
CREATE POLICY drifted ON notes FOR SELECT
    USING (tenant_id = (SELECT tenancy.current_tenant_id()) AND shared OR body = 'public');
CREATE POLICY lowered ON notes FOR SELECT
    USING (tenant_id = (SELECT tenancy.current_tenant_id()) AND lower(slug) = 'mine');
CREATE POLICY alike ON notes FOR SELECT USING (slug LIKE current_setting('app.user', true) || '%');
CREATE POLICY planted ON notes FOR INSERT WITH CHECK (true);
CREATE POLICY moved ON notes FOR UPDATE USING (tenant_id = (SELECT tenancy.current_tenant_id())) WITH CHECK (true);
CREATE POLICY unchecked ON notes FOR UPDATE USING (tenant_id = (SELECT tenancy.current_tenant_id()));
CREATE POLICY widened ON notes FOR UPDATE USING (tenant_id = (SELECT tenancy.current_tenant_id()) AND shared)
    WITH CHECK (tenant_id = (SELECT tenancy.current_tenant_id()));
CREATE POLICY dropped ON notes FOR UPDATE USING (tenant_id = (SELECT tenancy.current_tenant_id())) WITH CHECK (shared);
CREATE POLICY to_app ON notes FOR SELECT TO {app} USING (tenant_id = (SELECT tenancy.current_tenant_id()));
CREATE POLICY policy1 ON notes FOR SELECT USING (tenant_id = (SELECT tenancy.current_tenant_id()));
CREATE POLICY policy2 ON notes FOR SELECT USING (tenant_id = (SELECT tenancy.current_tenant_id()));
CREATE TABLE members (tenant_id text NOT NULL, email text);
CREATE POLICY by_list ON notes FOR SELECT
    USING (tenant_id = (SELECT tenancy.current_tenant_id()) AND slug IN (SELECT m.email FROM members m));

-- Functions.
ALTER FUNCTION tenancy.current_actor_id() LEAKPROOF;
ALTER FUNCTION tenancy.current_context() IMMUTABLE;
CREATE FUNCTION tenancy.fixed_tenant() RETURNS uuid LANGUAGE sql IMMUTABLE
    AS 'SELECT current_setting(''app.tenant_id'')::uuid';
CREATE FUNCTION tenancy.wavering() RETURNS boolean LANGUAGE plpgsql VOLATILE AS 'BEGIN RETURN true; END';
CREATE POLICY wavering ON notes FOR SELECT
    USING (tenant_id = (SELECT tenancy.current_tenant_id()) AND tenancy.wavering());
CREATE POLICY fixed ON notes FOR SELECT USING (tenant_id = tenancy.fixed_tenant());
CREATE FUNCTION tenancy.everyone() RETURNS SETOF customers SECURITY DEFINER LANGUAGE sql
    AS 'SELECT * FROM public.customers';
CREATE FUNCTION tenancy.spy() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER spy BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION tenancy.spy();
ALTER TABLE api_keys DISABLE TRIGGER ALL;
CREATE RULE kept AS ON DELETE TO members DO INSTEAD NOTHING;

-- Keys that leave the tenant out.
ALTER TABLE customers ADD CONSTRAINT uniq_customers_id UNIQUE (id);
CREATE TABLE orders (tenant_id uuid NOT NULL, id uuid, customer_id uuid, parent_id uuid, gone_id uuid, late_id uuid,
                     PRIMARY KEY (id, tenant_id), UNIQUE (tenant_id, id),
                     FOREIGN KEY (customer_id) REFERENCES customers (id),
                     FOREIGN KEY (parent_id) REFERENCES customers (id) ON DELETE CASCADE,
                     FOREIGN KEY (tenant_id, gone_id) REFERENCES customers (tenant_id, id) ON DELETE SET NULL);
ALTER TABLE orders ADD FOREIGN KEY (tenant_id, late_id) REFERENCES customers (tenant_id, id) NOT VALID;
ALTER TABLE orders OWNER TO {owner}, ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY orders_tenant_isolation ON orders USING (tenant_id = (SELECT tenancy.current_tenant_id()));
CREATE POLICY by_role ON orders AS RESTRICTIVE FOR SELECT USING (pg_has_role('pg_monitor', 'MEMBER'));
GRANT SELECT, INSERT ON orders TO {app}, PUBLIC;

-- Privileges.
GRANT CREATE ON SCHEMA public TO {app};
GRANT USAGE ON SCHEMA public TO PUBLIC;
DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO PUBLIC', current_database()); END $$;
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET row_security = off', current_database()); END $$;
GRANT USAGE ON LANGUAGE plpgsql TO {app};
GRANT TRUNCATE ON customers TO {app};
GRANT SELECT ON customers TO {app} WITH GRANT OPTION;
GRANT SELECT ON customers TO {platform};
GRANT SELECT (email) ON customers TO PUBLIC;
GRANT INSERT, DELETE ON tenants TO {app};
GRANT USAGE ON SEQUENCE notes_id_seq TO {app};
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC;
GRANT EXECUTE ON FUNCTION lo_get(oid), pg_notify(text, text) TO {app};
GRANT SELECT ON pg_catalog.pg_stat_activity TO {app};
SELECT lo_create(0);
CREATE VIEW owned AS SELECT 1 AS one;
ALTER VIEW owned OWNER TO {app};

-- Copies and ways around.
CREATE VIEW lively AS SELECT * FROM customers WHERE deleted_at IS NULL;
CREATE VIEW everyones AS SELECT * FROM tenancy.everyone();
CREATE MATERIALIZED VIEW kept AS SELECT * FROM customers;
CREATE MATERIALIZED VIEW shown AS SELECT * FROM api_keys;
GRANT SELECT ON lively, shown TO {app}, PUBLIC;
CREATE TABLE events (tenant_id uuid NOT NULL REFERENCES tenants (id), id uuid, PRIMARY KEY (tenant_id, id))
    PARTITION BY HASH (tenant_id);
ALTER TABLE events OWNER TO {owner}, ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY events_tenant_isolation ON events USING (tenant_id = (SELECT tenancy.current_tenant_id()));
CREATE TABLE events_0 PARTITION OF events FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE events_1 PARTITION OF events FOR VALUES WITH (MODULUS 2, REMAINDER 1);
GRANT SELECT ON events_0 TO {app};
CREATE TABLE orders_archive () INHERITS (orders);
CREATE FOREIGN DATA WRAPPER nothing;
CREATE SERVER nowhere FOREIGN DATA WRAPPER nothing;
CREATE FOREIGN TABLE elsewhere (tenant_id uuid) SERVER nowhere;
GRANT SELECT ON elsewhere TO {app}, PUBLIC;
GRANT USAGE ON FOREIGN SERVER nowhere TO {app};
CREATE PUBLICATION outbound FOR TABLE customers;

-- Statistics on the column that the test declares to be sensitive: customers.email, customers.phone.
INSERT INTO tenants (id, subdomain, name) VALUES ('00000000-0000-0000-0000-000000000001', 'broken', 'Broken');
INSERT INTO customers (tenant_id, name, email) VALUES ('00000000-0000-0000-0000-000000000001', 'Ada', 'a@b.c');
ANALYZE customers;
CREATE STATISTICS together ON name, email FROM customers;

-- What contexts are verified with and by.
GRANT SELECT ON tenancy.context_keys TO {app};
ALTER FUNCTION tenancy.verified_context() PARALLEL SAFE;

-- What comes before a policy.
ALTER FUNCTION tenancy.plan_policies_first() STABLE;

-- What no time-out ends.
GRANT EXECUTE ON FUNCTION arrayoverlap(anyarray, anyarray) TO {app};
