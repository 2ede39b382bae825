"""The keys that a database verifies contexts with: installed, rotated and retired, as the owner."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import class_row

from tenantapp.platform.errors import ContextKeyRefused
from tenantapp.settings.context_key import KEY_BYTES, ContextKey

Connection = psycopg.Connection[Any]

VALID_AT_ONCE = 2
"""The key in use, and the one that takes its place."""

_BLOCK_BYTES = 64


class InstalledKey(NamedTuple):
    """A key that a database verifies with; its secret is told to nobody."""

    key_id: str
    created_at: datetime


def list_keys(connection: Connection) -> list[InstalledKey]:
    """Return the installed keys, the oldest first."""
    with connection.cursor(row_factory=class_row(InstalledKey)) as cursor:
        query = "SELECT key_id, created_at FROM tenancy.context_keys ORDER BY created_at, key_id"
        return cursor.execute(query).fetchall()


def install_key(connection: Connection, key: ContextKey) -> bool:
    """Let the database verify with `key`; tell whether it did not before.

    Raises:
        ContextKeyRefused: another key has that id, or two keys are installed already.
    """
    with connection.transaction():
        # One at a time, or two installations would each see room for one more.
        connection.execute("LOCK TABLE tenancy.context_keys IN SHARE ROW EXCLUSIVE MODE")
        row = connection.execute(
            "SELECT ipad, opad FROM tenancy.context_keys WHERE key_id = %s", (key.id,)
        ).fetchone()
        if row is not None:
            if tuple(map(bytes, row)) != _pads(key):
                told = f"another context key is installed under the id {key.id!r}: give yours another"
                raise ContextKeyRefused(told)
            return False
        installed = list_keys(connection)
        if len(installed) >= VALID_AT_ONCE:
            ids = ", ".join(repr(one.key_id) for one in installed)
            raise ContextKeyRefused(f"{ids} are installed already: run `flask keys retire` for one of them")
        connection.execute(
            "INSERT INTO tenancy.context_keys (key_id, ipad, opad, blind) VALUES (%s, %s, %s, %s)",
            (key.id, *_pads(key), secrets.token_bytes(KEY_BYTES)),
        )
    return True


def rotate_key(connection: Connection) -> ContextKey:
    """Make a new key and install it beside the one in use.

    Raises:
        ContextKeyRefused: two keys are installed already.
    """
    key = ContextKey.generate()
    install_key(connection, key)
    return key


def retire_key(connection: Connection, key_id: str, configured: ContextKey) -> None:
    """Let the database no longer verify with a key.

    Args:
        connection: the owner's, in autocommit mode.
        key_id: which.
        configured: the key that this program seals with.

    Raises:
        ContextKeyRefused: it is the configured one, or not installed.
    """
    if key_id == configured.id:
        raise ContextKeyRefused(f"{key_id!r} is the configured context key: configure another one first")
    deleted = connection.execute("DELETE FROM tenancy.context_keys WHERE key_id = %s", (key_id,))
    if not deleted.rowcount:
        raise ContextKeyRefused(f"no context key {key_id!r} is installed")


def _pads(key: ContextKey) -> tuple[bytes, bytes]:
    """Return the inner and the outer pad of HMAC (RFC 2104), so that SQL needs no more than `sha256`."""
    block = key.secret.ljust(_BLOCK_BYTES, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)
