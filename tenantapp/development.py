"""Development without settings: a server of its own, and the addresses of its roles."""

from __future__ import annotations

import atexit
from dataclasses import replace

from sqlalchemy import URL

from tenantapp.config import Settings
from tenantapp.db.roles import RoleNames
from tenantapp.embedded import EmbeddedServer
from tenantapp.embedded.passwords import Passwords

DATABASE = "tenantapp"


def complete(settings: Settings) -> Settings:
    """Return `settings` with every address, where development is allowed to leave them out.

    With `BOOTSTRAP_DATABASE_URL` the roles are that server's; without, an embedded PostgreSQL under the
    instance folder is started or joined. The roles' passwords are made once and kept there too.

    Raises:
        EmbeddedServerError: the embedded server does not start; it says why.
    """
    if settings.database_url is not None or settings.app_env != "development":
        return settings
    root = settings.instance_path / "postgresql"
    bootstrap = settings.bootstrap_database_url
    if bootstrap is None:
        server = EmbeddedServer(root).start()
        atexit.register(server.stop)
        bootstrap = server.superuser_url
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    passwords = Passwords(root)
    names = RoleNames(settings.role_prefix)

    def address(role: str) -> URL:
        return bootstrap.set(
            username=getattr(names, role), password=passwords.password_of(role), database=DATABASE
        )

    return replace(
        settings,
        bootstrap_database_url=bootstrap,
        database_url=address("app"),
        migration_database_url=address("owner"),
        platform_database_url=address("platform"),
    )
