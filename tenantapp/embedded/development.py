"""Development without settings: a server of its own, the addresses of its roles, and a context key."""

from __future__ import annotations

import atexit
import sys
from dataclasses import replace
from pathlib import Path

from sqlalchemy import URL

from tenantapp.embedded import EmbeddedServer, EmbeddedServerError
from tenantapp.embedded.passwords import PasswordFile, create_once
from tenantapp.postgres.roles import RoleNames
from tenantapp.settings.context_key import ContextKey
from tenantapp.settings.load import Settings

DATABASE = "tenantapp"
CONTEXT_KEY_FILE = "context-key"


_embedded: list[EmbeddedServer] = []


def started_alone() -> bool:
    """Tell whether the embedded server was down until this program started it: it ends with this program."""
    return any(server.started_here for server in _embedded)


def stop_embedded() -> None:
    """Leave the embedded server, if this program uses one, before the program's end would."""
    for server in _embedded:
        server.stop()


def _start_embedded(root: Path) -> URL:
    server = EmbeddedServer(root).start()
    atexit.register(server.stop)
    _embedded.append(server)
    return server.superuser_url


def _context_key(folder: Path) -> ContextKey:
    path = folder / CONTEXT_KEY_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        create_once(path, ContextKey.generate().written())
    try:
        return ContextKey.parse(path.read_text(encoding="ascii", errors="replace").strip())
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
    try:
        return _completed(settings)
    except EmbeddedServerError as error:
        sys.exit(f"tenantapp: {error}")
    except OSError as error:
        sys.exit(
            f"tenantapp: INSTANCE_PATH: {error.filename or settings.instance_path}: {error.strerror}; "
            "give the folder to this user, or set INSTANCE_PATH to one of this user's"
        )


def _completed(settings: Settings) -> Settings:
    if settings.context_key is None:
        settings = replace(settings, context_key=_context_key(settings.instance_path))
    if settings.database_url is not None:
        return settings
    root = settings.instance_path / "postgresql"
    bootstrap = settings.bootstrap_database_url
    if bootstrap is None:
        bootstrap = _start_embedded(root)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    passwords = PasswordFile(root)
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
