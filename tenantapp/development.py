"""Development without settings: a server of its own, the addresses of its roles, and a context key."""

from __future__ import annotations

import atexit
import sys
from dataclasses import replace
from pathlib import Path

from sqlalchemy import URL

from tenantapp.config import Settings
from tenantapp.context_key import ContextKey
from tenantapp.db.roles import RoleNames
from tenantapp.embedded import EmbeddedServer, EmbeddedServerError
from tenantapp.embedded.passwords import Passwords, create_once

DATABASE = "tenantapp"
CONTEXT_KEY_FILE = "context-key"


def _embedded(root: Path) -> URL:
    try:
        server = EmbeddedServer(root).start()
    except EmbeddedServerError as error:
        sys.exit(f"tenantapp: {error}")
    atexit.register(server.stop)
    return server.superuser_url


def _context_key(folder: Path) -> ContextKey:
    path = folder / CONTEXT_KEY_FILE
    try:
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            create_once(path, ContextKey.generate().written())
        return ContextKey.parse(path.read_text(encoding="ascii", errors="replace").strip())
    except OSError as error:
        sys.exit(
            f"tenantapp: INSTANCE_PATH: {error.filename}: {error.strerror}; give the folder to this user"
        )
    except ValueError as error:
        sys.exit(f"tenantapp: {path}: {error}; restore it, or set CONTEXT_KEY")


def complete(settings: Settings) -> Settings:
    """Return `settings` with every address and the context key, where development may leave them out.

    With `BOOTSTRAP_DATABASE_URL` the roles are that server's; without, an embedded PostgreSQL under the
    instance folder is started or joined. The roles' passwords and the key are made once and kept there too.

    Where the embedded server does not start, or the folder is not this user's, the program ends with one line
    that says why.
    """
    if settings.app_env != "development":
        return settings
    if settings.context_key is None:
        settings = replace(settings, context_key=_context_key(settings.instance_path))
    if settings.database_url is not None:
        return settings
    root = settings.instance_path / "postgresql"
    bootstrap = settings.bootstrap_database_url
    if bootstrap is None:
        bootstrap = _embedded(root)
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
