"""The server's settings: a file of our own, included by postgresql.conf, written anew at each start."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

HOST: Final = "127.0.0.1"
SETTINGS_FILE: Final = "embedded.conf"
DEFAULTS: Final = {
    "listen_addresses": HOST,
    "log_timezone": "UTC",
    "max_connections": "200",
    "password_encryption": "scram-sha-256",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "wal_level": "logical",
}


def render_settings(settings: Mapping[str, str], *, port: int, sockets: Path) -> str:
    """Render the defaults, `settings` over them, and where the server listens, as a configuration file."""
    # The folder is an item of a list, which has quotes of its own.
    folder = str(sockets).replace('"', '""')
    listening = {"port": str(port), "unix_socket_directories": f'"{folder}"'}
    chosen = {**DEFAULTS, **settings, **listening}
    return "".join(f"{name} = '{_escape(value)}'\n" for name, value in chosen.items())


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")
