-- The views on other sessions, and the catalog of large objects (pg_dump reads it as the owner).
REVOKE SELECT ON pg_catalog.pg_stat_activity, pg_catalog.pg_locks, pg_catalog.pg_stat_replication,
    pg_catalog.pg_stat_ssl, pg_catalog.pg_stat_gssapi, pg_catalog.pg_largeobject_metadata
    FROM PUBLIC, {{app}};
GRANT SELECT ON pg_catalog.pg_stat_activity, pg_catalog.pg_locks, pg_catalog.pg_stat_replication,
    pg_catalog.pg_stat_ssl, pg_catalog.pg_stat_gssapi, pg_catalog.pg_largeobject_metadata
    TO {{owner}}, {{platform}}, pg_monitor;
GRANT SELECT ON pg_catalog.pg_stat_activity TO {{watchdog}};
