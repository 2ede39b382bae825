"""What hangs on the project's declarations: sensitive columns, names that are gone, the server's version."""

from __future__ import annotations

from tests.integration.rls.audit.story import Story

_EMAIL = "public.customers.email"
_SENSITIVE = {"sensitive_columns": (_EMAIL,)}
_NO_STATISTICS = "ALTER TABLE customers ALTER COLUMN email SET STATISTICS 0;"
_ROWS = """
    WITH t AS (INSERT INTO tenants (subdomain, name) VALUES ('story', 'Story') RETURNING id)
    INSERT INTO customers (tenant_id, name, email) SELECT id, 'Ada', 'ada@story.example' FROM t;
    ANALYZE customers;
"""

STORIES = (
    Story(
        check="0081_sensitive_column_granted",
        object=_EMAIL,
        broken=_NO_STATISTICS
        + "CREATE ROLE reader_for_a_story; GRANT SELECT (email) ON customers TO reader_for_a_story",
        also=frozenset({("0065_unexpected_grantee", "public.customers")}),
        declared=_SENSITIVE,
        afterwards="DROP OWNED BY reader_for_a_story; DROP ROLE reader_for_a_story",
    ),
    Story(check="0082_statistics_on_sensitive_column", object=_EMAIL, broken="SELECT 1", declared=_SENSITIVE),
    Story(check="0083_statistics_left", object=_EMAIL, broken=_ROWS + _NO_STATISTICS, declared=_SENSITIVE),
    Story(
        check="0084_extended_statistics",
        object=_EMAIL,
        broken=_NO_STATISTICS + "CREATE STATISTICS together ON name, email FROM customers",
        declared=_SENSITIVE,
    ),
    Story(
        check="0085_declaration_unmatched",
        object="public.gone",
        broken="SELECT 1",
        declared={"sensitive_columns": ("public.gone",)},
        repaired_declaration=True,
    ),
    Story(
        check="0086_server_version",
        object="PostgreSQL {version}",
        broken="SELECT 1",
        declared={"minimum_versions": tuple(f"{major}.99" for major in range(15, 30))},
        repaired_declaration=True,
    ),
)
