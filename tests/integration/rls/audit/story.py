"""What a check's story is told with: a fault, what reports it, and the hint that ends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psycopg import sql

from tenantapp.postgres.roles import RoleNames
from tenantapp.rls.audit.configuration import AuditConfiguration, load_configuration
from tenantapp.rls.audit.findings import Audit
from tenantapp.rls.audit.run import audit
from tenantapp.settings.load import ROOT
from tests.support.databases import Server

_MAINTENANCE = ("0072_maintenance_databases", "database template1")
BROKEN = Path(__file__).parent / "broken.sql"
PROJECT = load_configuration(ROOT / "pyproject.toml")

# A further tenants' table without a fault; what a story adds to it goes before the closing parenthesis.
SCRATCH = """
    CREATE TABLE public.scratch (tenant_id uuid NOT NULL REFERENCES tenants (id), id uuid NOT NULL,
                                 PRIMARY KEY (tenant_id, id){columns});
    ALTER TABLE scratch OWNER TO {{owner}}, ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY scratch_tenant_isolation ON scratch USING (tenant_id = (SELECT tenancy.current_tenant_id()))
        WITH CHECK (tenant_id = (SELECT tenancy.current_tenant_id()));
    CREATE POLICY scratch_tenant_fence ON scratch AS RESTRICTIVE
        USING (coalesce(tenant_id = (SELECT tenancy.current_tenant_id()), false))
        WITH CHECK (coalesce(tenant_id = (SELECT tenancy.current_tenant_id()), false));
"""


@dataclass(frozen=True, kw_only=True)
class Story:
    """One fault, from the break to the repair.

    Args:
        check: the check that tells of it, and alone does.
        object: what it names; `{app}` and the like stand for the roles' names.
        broken: the SQL that makes the fault, as a superuser.
        detail: what the finding says, in part.
        declared: what the project declares beside what it does.
        repair: the SQL that repairs it where the hint is a comment.
        repaired_declaration: it is the declaration that was at fault.
        since: the first major version that knows this.
        extension: what the server must have to tell it.
        also: what tells of it besides, and is repaired by the same hint.
        afterwards: undoes on the server what outlives the database.
    """

    check: str
    object: str
    broken: str
    detail: str = ""
    declared: Mapping[str, Any] = field(default_factory=dict)
    repair: str | None = None
    repaired_declaration: bool = False
    since: int = 15
    extension: str | None = None
    also: frozenset[tuple[str, str]] = frozenset()
    afterwards: str = ""

    @property
    def number(self) -> str:
        """The check's number alone."""
        return self.check.partition("_")[0]


def scratch(columns: str = "", then: str = "") -> str:
    """Return the SQL of a tenants' table with further columns or keys, and what is done to it."""
    return SCRATCH.format(columns=f", {columns}" if columns else "") + then


def execute(server: Server, database: str, statements: str) -> None:
    """Execute SQL as a superuser; roles' names are put in for `{app}` and the like."""
    names = {purpose: sql.Identifier(name) for purpose, name in server.names.as_values().items()}
    with server.connect("bootstrap", database) as connection:
        connection.execute(sql.SQL(statements).format(**names), prepare=False)


def audited(
    server: Server,
    database: str,
    configuration: AuditConfiguration = PROJECT,
    *,
    role: str = "bootstrap",
    names: RoleNames | None = None,
) -> Audit:
    """Audit a database as a role."""
    with server.connect(role, database) as connection:
        return audit(connection, names or server.names, configuration)


def told(server: Server, result: Audit, *, shared: bool = False) -> set[tuple[str, str]]:
    """Return which checks told of which objects.

    Args:
        server: whose roles count: those of other tests, at work on the same server, do not.
        result: what was found.
        shared: whether other databases count as well, which other tests are at work on.
    """
    found = {(finding.check, finding.object) for finding in result.findings}
    others = {
        one for one in found if one[1].startswith("test_") and not one[1].startswith(server.names.prefix)
    }
    return found - others - (set() if shared else {_MAINTENANCE})
