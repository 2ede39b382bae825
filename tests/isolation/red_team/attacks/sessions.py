"""What is left to the next borrower, and what all share used up."""

from __future__ import annotations

import pytest

from tenantapp.postgres import cleaning
from tests.isolation.red_team.attack import Attack, unsafe
from tests.support.databases import LIMITS

LIMITED = f"ALTER ROLE {{app}} SET temp_file_limit = '{LIMITS.temp_file_mb}MB'"
# More than the tests' roles may: 14 bytes a row, and as many for the sort.
SPILL = "SELECT count(*) FROM (SELECT n FROM generate_series(1, 1500000) AS g (n) ORDER BY -n OFFSET 0) AS s"


def uncleaned(patched: pytest.MonkeyPatch) -> None:
    """Let connections be lent as they come back."""
    patched.setattr(
        cleaning, "_CLEAN", b"SELECT 0, count(*) FROM pg_catalog.pg_prepared_statements WHERE NOT from_sql"
    )


ATTACKS = (
    Attack(
        "a temporary table in a table's place",
        ("CREATE TEMPORARY TABLE customers AS SELECT * FROM public.customers",),
        "GRANT TEMPORARY ON DATABASE {database} TO {app}",
        patch=unsafe,
    ),
    Attack("a statement prepared by SQL", ("PREPARE planted AS SELECT 1",), patch=uncleaned),
    Attack(
        "a cursor held over the end",
        ("DECLARE kept CURSOR WITH HOLD FOR SELECT * FROM customers",),
        patch=uncleaned,
    ),
    Attack("a LISTEN", ("LISTEN anything",), patch=uncleaned),
    Attack(
        "settings of the session",
        ("SET SESSION statement_timeout = 0", "SET SESSION work_mem = '1GB'"),
        patch=uncleaned,
    ),
    Attack(
        "the server's disk filled",
        (SPILL,),
        "ALTER ROLE {app} RESET temp_file_limit",
        LIMITED,
        wins="accepted",
    ),
    Attack(
        "the limit on temporary files lifted",
        ("SET LOCAL temp_file_limit = -1",),
        "GRANT SET ON PARAMETER temp_file_limit TO {app}",
        "REVOKE SET ON PARAMETER temp_file_limit FROM {app}",
        wins="accepted",
    ),
    Attack(
        "the limit on temporary files lifted for later sessions",
        ("ALTER ROLE CURRENT_USER RESET temp_file_limit",),
        "GRANT SET ON PARAMETER temp_file_limit TO {app}",
        f"REVOKE SET ON PARAMETER temp_file_limit FROM {{app}}; {LIMITED}",
        wins="accepted",
    ),
)
