"""The checks, as `sql/audits/` holds them: one numbered file a check.

A file's first line says how bad it is and what is wrong: `-- error: A tenants' table without ...`. Its query
gives one row a fault: object, detail, and the SQL that repairs it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import cast

from psycopg import sql

from tenantapp.postgres.roles import RoleNames
from tenantapp.postgres.server_versions import FAULTS
from tenantapp.postgres.sql_files import FOLDER, compose, compose_function_lists
from tenantapp.rls.audit.configuration import AuditConfiguration
from tenantapp.rls.audit.findings import Severity
from tenantapp.rls.operations.functions import function_text, newest_version

_PLANS_FIRST = "tenancy.plan_policies_first()"
_FIRST_LINE = re.compile(r"-- (error|warning|info): (.+\.)\n")
# In the order in which they name each other.
_FRAGMENTS = (
    *("relations", "our_roles", "request_roles", "scoped_tables", "policy_clauses", "functions"),
    *("plain_references", "table_grants", "reading_views", "open_children", "reachable_functions"),
    "sensitive_columns",
)


@dataclass(frozen=True, slots=True)
class Check:
    """One check.

    Args:
        id: number and name: `0001_rls_disabled`.
        severity: how bad what it finds is.
        title: what it finds, as a sentence.
    """

    id: str
    severity: Severity
    title: str

    @property
    def path(self) -> str:
        """Return its file, from the folder `sql/` on."""
        return f"audits/{self.id}.sql"


@cache
def all_checks() -> tuple[Check, ...]:
    """Return every check, by number.

    Raises:
        ValueError: a file does not say what it finds.
    """
    return tuple(_read(path.stem) for path in sorted((FOLDER / "audits").glob("[0-9]*.sql")))


def _read(name: str) -> Check:
    match = _FIRST_LINE.match((FOLDER / "audits" / f"{name}.sql").read_text(encoding="utf-8"))
    if match is None:
        raise ValueError(
            f"sql/audits/{name}.sql: the first line must be `-- error|warning|info: a sentence.`"
        )
    return Check(name, cast("Severity", match[1]), match[2])


def parameters(names: RoleNames, configuration: AuditConfiguration) -> dict[str, str | sql.Composable]:
    """Return what the checks' files name, the fragments that several of them share included."""
    values: dict[str, str | sql.Composable] = {
        **names.as_values(),
        "tenant_column": configuration.tenant_column,
        "tenant_function": configuration.tenant_function,
        "unscoped_tables": _texts(configuration.unscoped_tables),
        "declared_columns": _texts(configuration.sensitive_columns),
        "definer_functions": _texts(configuration.definer_functions),
        "role_settings": _texts(
            f"{names.as_values().get(purpose, purpose)}: {setting}"
            for purpose, settings in configuration.role_settings.items()
            for setting in settings
        ),
        "known_faults": sql.SQL(", ").join(
            sql.SQL("({}, {})").format(fault.told, _texts(fault.mended_in)) for fault in FAULTS
        ),
        "minimum_versions": _texts(configuration.minimum_versions),
        "plan_policies_first": function_text(_PLANS_FIRST, newest_version(_PLANS_FIRST)).split("$body$")[1],
    }
    values.update(compose_function_lists(values))
    for name in _FRAGMENTS:
        values[name] = compose(f"audits/fragments/{name}.sql", values)
    return values


def _texts(values: object) -> sql.Composed:
    """Return an array of texts, which may be empty."""
    return sql.SQL("ARRAY[{}]::text[]").format(
        sql.SQL(", ").join(map(sql.Literal, cast("list[str]", values)))
    )
