"""Roles that may more than they should; what is done to them is undone on the server."""

from __future__ import annotations

from tests.integration.rls.audit.story import Story
from tests.support.databases import LIMITS

_VISITOR = """
    DO $$ BEGIN EXECUTE 'CREATE ROLE visitor_of_' || current_database() || ' LOGIN'; END $$;
    DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO visitor_of_%s', current_database(),
                               current_database()); END $$;
"""
_VISITOR_LEAVES = """
    DO $$ BEGIN EXECUTE 'DROP OWNED BY visitor_of_' || current_database(); END $$;
    DO $$ BEGIN EXECUTE 'DROP ROLE visitor_of_' || current_database(); END $$;
"""


def _attribute(check: str, role: str, attribute: str) -> Story:
    return Story(
        check=check,
        object=role,
        broken=f"ALTER ROLE {role} {attribute}",
        detail=attribute if check == "0049_role_attributes" else "",
        afterwards=f"ALTER ROLE {role} NO{attribute}",
    )


def _visitor(check: str, then: str) -> Story:
    return Story(
        check=check,
        object="visitor_of_{database}",
        broken=_VISITOR + then,
        afterwards=_VISITOR_LEAVES,
    )


STORIES = (
    Story(
        check="0046_role_missing",
        object="{platform}",
        broken="ALTER ROLE {platform} RENAME TO renamed_for_a_story",
        also=frozenset({("0065_unexpected_grantee", "public.tenants")}),
        repair="ALTER ROLE renamed_for_a_story RENAME TO {platform}",
        afterwards="""DO $$ BEGIN ALTER ROLE renamed_for_a_story RENAME TO {platform};
                      EXCEPTION WHEN undefined_object THEN NULL; END $$""",
    ),
    _attribute("0047_role_superuser", "{app}", "SUPERUSER"),
    _attribute("0047_role_superuser", "{owner}", "SUPERUSER"),
    _attribute("0048_role_bypassrls", "{app}", "BYPASSRLS"),
    _attribute("0048_role_bypassrls", "{owner}", "BYPASSRLS"),
    _attribute("0049_role_attributes", "{app}", "CREATEROLE"),
    _attribute("0049_role_attributes", "{platform}", "CREATEDB"),
    _attribute("0049_role_attributes", "{app}", "REPLICATION"),
    _attribute("0049_role_attributes", "{directory}", "LOGIN"),
    Story(
        check="0050_role_membership",
        object="{app}",
        broken="GRANT {owner} TO {app}",
        afterwards="REVOKE {owner} FROM {app}",
    ),
    Story(
        check="0050_role_membership",
        object="{watchdog}",
        broken="GRANT pg_signal_backend TO {watchdog}",
        detail="is a member of pg_signal_backend",
        afterwards="REVOKE pg_signal_backend FROM {watchdog}",
    ),
    Story(
        check="0051_role_owns_objects",
        object="{app}",
        broken="CREATE VIEW answers AS SELECT 42; ALTER VIEW answers OWNER TO {app}",
    ),
    _visitor(
        "0052_other_role_bypasses_rls",
        "DO $$ BEGIN EXECUTE 'ALTER ROLE visitor_of_' || current_database() || ' BYPASSRLS'; END $$",
    ),
    _visitor(
        "0052_other_role_bypasses_rls",
        "DO $$ BEGIN EXECUTE format('GRANT %I TO visitor_of_%s', session_user, current_database()); END $$",
    ),
    _visitor(
        "0053_owner_members",
        "DO $$ BEGIN EXECUTE 'GRANT {owner} TO visitor_of_' || current_database(); END $$",
    ),
    _visitor(
        "0092_sealer_members",
        "DO $$ BEGIN EXECUTE 'GRANT {sealer} TO visitor_of_' || current_database(); END $$",
    ),
    Story(
        check="0091_context_keys_reachable",
        object="visitor_of_{database}",
        broken=_VISITOR
        + "DO $$ BEGIN EXECUTE 'GRANT pg_read_all_data TO visitor_of_' || current_database(); END $$",
        detail="reads everything",
        afterwards=_VISITOR_LEAVES,
    ),
    Story(
        check="0054_role_settings",
        object="{app}",
        broken="ALTER ROLE {app} SET search_path = elsewhere",
        detail="search_path=elsewhere",
        afterwards="ALTER ROLE {app} RESET search_path",
    ),
    Story(
        check="0094_connections_unlimited",
        object="{app}",
        broken="ALTER ROLE {app} CONNECTION LIMIT -1",
        afterwards=f"ALTER ROLE {{app}} CONNECTION LIMIT {LIMITS.app_connections}",
    ),
    Story(
        check="0095_temporary_files_unlimited",
        object="{platform}",
        broken="ALTER ROLE {platform} RESET temp_file_limit",
        afterwards=f"ALTER ROLE {{platform}} SET temp_file_limit = '{LIMITS.temp_file_mb}MB'",
    ),
    Story(
        check="0095_temporary_files_unlimited",
        object="{app}",
        broken="""DO $$ BEGIN EXECUTE format('ALTER ROLE {app} IN DATABASE %I SET temp_file_limit = -1',
                                          current_database()); END $$""",
    ),
    Story(
        check="0054_role_settings",
        object="database {database}",
        broken="""DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET row_security = off', current_database());
                  END $$""",
    ),
)
