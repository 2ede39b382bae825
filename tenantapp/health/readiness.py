"""Whether this program may serve from its database: what start-up refuses on and `/readyz` reports."""

from __future__ import annotations

import psycopg
from alembic.script import ScriptDirectory

from tenantapp.config import ROOT, Settings
from tenantapp.db.roles import RoleNames
from tenantapp.db.safety import Problem, check_connection_limit, find_problems
from tenantapp.db.sealing import sealer_for


def problems(settings: Settings) -> list[Problem]:
    """Ask the database by a short connection of the application's role; return all that is wrong."""
    url = settings.require("database_url", "the application").set(drivername="postgresql")
    scripts = ScriptDirectory(str(ROOT / "migrations"))
    try:
        with psycopg.connect(
            url.render_as_string(hide_password=False),
            autocommit=True,
            connect_timeout=settings.connect_timeout,
        ) as connection:
            found = find_problems(
                connection,
                RoleNames(settings.role_prefix),
                sealer_for(settings, url),
                heads=scripts.get_heads(),
                revisions=[script.revision for script in scripts.walk_revisions()],
                development=settings.app_env == "development",
            )
            return found + check_connection_limit(connection, settings.web_workers * settings.pool_max_size)
    except psycopg.OperationalError:
        return [Problem("connection", "the database does not answer", "error")]
