-- System functions no tenant's session has a use for, by LIKE patterns, and who keeps them. `pg_monitor` and
-- `pg_signal_backend` are PostgreSQL's own roles for these purposes. Not here: set_config (the context is bound
-- with it), setseed (SET seed does the same), transaction ids and WAL positions (accepted: they tell how much
-- everyone writes, no more).
VALUES
    -- No row-level security on large objects.
    ('large_objects', ARRAY['lo\_%', 'loread', 'lowrite'], ARRAY[]::name[]),
    -- One namespace for all tenants: one blocks the others. Migrations hold one.
    ('advisory_locks', ARRAY['pg\_advisory\_%', 'pg\_try\_advisory\_%'], ARRAY[{{'owner'}}]),
    ('backend_signals', ARRAY['pg\_cancel\_backend', 'pg\_terminate\_backend'],
     ARRAY[{{'watchdog'}}, 'pg_signal_backend']),
    ('messages', ARRAY['pg\_notify', 'pg\_logical\_emit\_message'], ARRAY[]::name[]),
    -- These run a query given as text, so one SELECT is enough to run any other.
    ('query_texts', ARRAY['query\_to\_xml%', 'cursor\_to\_xml%', 'table\_to\_xml%', 'schema\_to\_xml%',
                          'database\_to\_xml%', 'ts\_stat', 'ts\_rewrite'], ARRAY[]::name[]),
    -- Since PostgreSQL 18: forged statistics ruin everyone's plans.
    ('planner_statistics', ARRAY['pg\_restore\_%\_stats', 'pg\_clear\_%\_stats'], ARRAY[{{'owner'}}]),
    -- pg_dump shares its snapshot with its workers.
    ('snapshots', ARRAY['pg\_export\_snapshot'], ARRAY[{{'owner'}}]),
    ('delays', ARRAY['pg\_sleep', 'pg\_sleep\_for', 'pg\_sleep\_until'], ARRAY[]::name[]),
    -- They look for no interrupts: neither a time-out nor a superuser ends them. Those that resources need are left
    -- (docs/security/endless.md).
    ('endless', ARRAY['normalize', 'is\_normalized', 'arrayoverlap', 'arraycontains', 'arraycontained',
                      'poly\_same', 'poly\_distance', 'path\_distance'], ARRAY[{{'owner'}}]),
    -- Follows a row's versions by address, past the policy.
    ('row_addresses', ARRAY['currtid2'], ARRAY[]::name[]),
    -- Other sessions of the same role, their queries and locks; counters of every table.
    ('activity', ARRAY['pg\_stat\_get\_%', 'pg\_lock\_status', 'pg\_prepared\_xact', 'pg\_blocking\_pids',
                       'pg\_safe\_snapshot\_blocking\_pids', 'pg\_isolation\_test\_session\_is\_blocked',
                       'pg\_get\_replication\_slots'],
     ARRAY[{{'owner'}}, {{'platform'}}, {{'watchdog'}}, 'pg_monitor']),
    -- How much all tenants together hold and write.
    ('volume', ARRAY['pg\_relation\_size', 'pg\_table\_size', 'pg\_indexes\_size', 'pg\_total\_relation\_size',
                     'pg\_database\_size', 'pg\_tablespace\_size', 'pg\_available\_wal\_summaries',
                     'pg\_wal\_summary\_contents', 'pg\_get\_wal\_summarizer\_state'],
     ARRAY[{{'owner'}}, {{'platform'}}, 'pg_monitor']),
    -- Only superusers' by default; a grant made to PUBLIC is taken back.
    ('administration', ARRAY['pg\_ls\_%', 'pg\_read\_%', 'pg\_stat\_file', 'pg\_current\_logfile',
                             'pg\_stat\_reset%'], ARRAY[]::name[])
