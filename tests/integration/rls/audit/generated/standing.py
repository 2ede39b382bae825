"""What stands in the catalog beside objects: settings, memberships, default privileges, rights."""

from __future__ import annotations

from collections.abc import Iterator

from tests.integration.rls.audit.generated.hole import GRANTEES, Hole

SETTINGS = (
    *("role = 'postgres'", "session_authorization = 'postgres'", "session_replication_role = 'replica'"),
    *("search_path = '\"Odd one\"'", "row_security = off", "client_encoding = 'EUC_TW'", "work_mem = '1GB'"),
    *("transaction_read_only = on", "statement_timeout = 0", "plan_cache_mode = 'force_generic_plan'"),
)
WHOSE = {
    "the application": "ALTER ROLE {app} SET {setting}",
    "the application here": "ALTER ROLE {app} IN DATABASE {database} SET {setting}",
    "the operator": "ALTER ROLE {platform} SET {setting}",
    "the owner": "ALTER ROLE {owner} SET {setting}",
    "the watchdog": "ALTER ROLE {watchdog} SET {setting}",
    "every role": "ALTER ROLE ALL SET {setting}",
    "this database": "ALTER DATABASE {database} SET {setting}",
}
_OF_ROLES = ("role", "session_authorization")
MEMBERS = ("{app}", "{platform}", "{directory}", "{sealer}", "{watchdog}", "{owner}")
GROUPS = (
    *(
        "pg_read_all_data",
        "pg_write_all_data",
        "pg_monitor",
        "pg_execute_server_program",
        "pg_read_server_files",
    ),
    *("pg_write_server_files", "pg_signal_backend", "pg_checkpoint", "pg_database_owner"),
)
PARAMETERS = (
    *("session_replication_role", "log_statement", "lc_messages", "track_activities", "temp_file_limit"),
    *("session_preload_libraries", "zero_damaged_pages"),
)
KINDS = {
    "TABLES": "SELECT",
    "SEQUENCES": "USAGE",
    "FUNCTIONS": "EXECUTE",
    "TYPES": "USAGE",
    "SCHEMAS": "CREATE",
}
ON = {
    "CREATE on schema public": "GRANT CREATE ON SCHEMA public TO {grantee}",
    "CREATE on schema pg_catalog": "GRANT CREATE ON SCHEMA pg_catalog TO {grantee}",
    "CREATE on schema information_schema": "GRANT CREATE ON SCHEMA information_schema TO {grantee}",
    "USAGE on schema control": "GRANT USAGE ON SCHEMA control TO {grantee}",
    "USAGE on schema pg_toast": "GRANT USAGE ON SCHEMA pg_toast TO {grantee}",
    "TEMPORARY on the database": "GRANT TEMPORARY ON DATABASE {database} TO {grantee}",
    "CREATE on the database": "GRANT CREATE ON DATABASE {database} TO {grantee}",
    "USAGE on plpgsql": "GRANT USAGE ON LANGUAGE plpgsql TO {grantee}",
    "USAGE on sql": "GRANT USAGE ON LANGUAGE sql TO {grantee}",
    "CREATE on a tablespace": "GRANT CREATE ON TABLESPACE pg_default TO {grantee}",
}


def settings() -> Iterator[Hole]:
    """Yield what roles, and databases, start their sessions with."""
    for setting in SETTINGS:
        for whose, made in WHOSE.items():
            # A database has none of these, and not every role may become another.
            if setting.partition(" ")[0] not in _OF_ROLES or "database" not in whose:
                yield Hole(f"{setting.partition(' ')[0]} of {whose}", made.replace("{setting}", setting))


def memberships() -> Iterator[Hole]:
    """Yield roles that the program's belong to."""
    for member in MEMBERS:
        for group in GROUPS[:-1]:
            yield Hole(f"{member} in {group}", f"GRANT {group} TO {member}")
    for member in ("{app}", "{platform}", "{watchdog}"):
        yield Hole(f"{member} in the owner", f"GRANT {{owner}} TO {member}")
    yield Hole("the owner in the operator", "GRANT {platform} TO {owner}")
    for group in ("{app}", "{platform}", "{watchdog}"):
        yield Hole(f"a stranger in {group}", f"CREATE ROLE stranger; GRANT {group} TO stranger")


def default_privileges() -> Iterator[Hole]:
    """Yield what is given out when something is made."""
    for kind, privilege in KINDS.items():
        for grantee in GRANTEES:
            for whose in ("{owner}", "CURRENT_USER"):
                # Everyone has these anyway, of a role that nobody has taken them from.
                if grantee == "PUBLIC" and kind in ("FUNCTIONS", "TYPES"):
                    continue
                made = f"ALTER DEFAULT PRIVILEGES FOR ROLE {whose} GRANT {privilege} ON {kind} TO {grantee}"
                yield Hole(f"{privilege} on new {kind} of {whose} to {grantee}", made)


def rights() -> Iterator[Hole]:
    """Yield rights on the database, schemas, languages and parameters."""
    for name, made in ON.items():
        for grantee in GRANTEES:
            yield Hole(f"{name} to {grantee}", made.replace("{grantee}", grantee))
    for parameter in PARAMETERS:
        for grantee in GRANTEES:
            yield Hole(f"SET {parameter} by {grantee}", f"GRANT SET ON PARAMETER {parameter} TO {grantee}")
            yield Hole(
                f"ALTER SYSTEM {parameter} by {grantee}",
                f"GRANT ALTER SYSTEM ON PARAMETER {parameter} TO {grantee}",
            )
