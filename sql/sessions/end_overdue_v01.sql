-- Ends the sessions of the application's role in this database whose transaction or statement began too long ago, and
-- tells of each. A statement may outlive a transaction: procedures may commit. Whoever locks a whole table, or waits for
-- that with everybody else behind, has less time: the application's own statements do neither.
-- MATERIALIZED, so that nothing is ended before all conditions were looked at.
WITH overdue AS MATERIALIZED (
    SELECT a.pid, a.backend_start, l.locks, host(a.client_addr) AS client, a.application_name AS application,
           a.state, extract(epoch FROM clock_timestamp() - b.began)::float8 AS seconds
    FROM pg_catalog.pg_stat_activity a
    CROSS JOIN LATERAL (
        SELECT least(a.xact_start, CASE a.state WHEN 'active' THEN a.query_start END) AS began) AS b
    CROSS JOIN LATERAL (
        SELECT EXISTS (
            SELECT FROM pg_catalog.pg_lock_status() k
            WHERE k.pid = a.pid AND k.locktype = 'relation'
              AND (k.mode NOT IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock', 'SIReadLock')
                   -- No session begins while what the role was left cannot be removed.
                   OR k.relation = 'pg_catalog.pg_db_role_setting'::regclass AND k.mode = 'RowExclusiveLock')
        ) AS locks
    ) AS l
    WHERE a.datname = current_database() AND a.usename = {{'app'}} AND a.backend_type = 'client backend'
      AND b.began < clock_timestamp()
                    - pg_catalog.make_interval(secs => CASE WHEN l.locks THEN {{locking_seconds}} ELSE {{seconds}} END)
)
SELECT o.pid, o.backend_start AS since, o.locks, o.client, o.application, o.state, o.seconds,
       pg_catalog.pg_terminate_backend(o.pid) AS ended
FROM overdue o
ORDER BY o.seconds DESC;
