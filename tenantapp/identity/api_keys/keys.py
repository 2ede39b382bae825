"""API keys: how one is made, and how one that is presented is told apart."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

SCOPES = ("read", "write", "admin")
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_PREFIX_LENGTH = 12


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """What a new key's row holds, and the token that shows the key: it cannot be had again."""

    values: dict[str, Any]
    token: str


def issue_key(name: str, scopes: Sequence[str], expires_at: datetime | None = None) -> IssuedKey:
    """Make a key with a random secret, of which the row holds only the hash.

    256 random bits need no slow hash: there is nothing to guess.
    """
    prefix = "".join(secrets.choice(_ALPHABET) for _ in range(_PREFIX_LENGTH))
    token = f"tk_{prefix}_{secrets.token_urlsafe(32)}"
    values = {
        "name": name,
        "prefix": prefix,
        "secret_sha256": sha256(token),
        "scopes": list(scopes),
        "expires_at": expires_at,
    }
    return IssuedKey(values, token)


def prefix_of(token: str) -> str | None:
    """Return the prefix that a token is looked up by, or None where it has not the form of one."""
    kind, _, rest = token.partition("_")
    prefix, _, secret = rest.partition("_")
    well_formed = len(prefix) == _PREFIX_LENGTH and prefix.isascii() and prefix.isalnum()
    return prefix if kind == "tk" and well_formed and secret else None


def sha256(token: str) -> bytes:
    """Return the hash that a key is kept by."""
    return hashlib.sha256(token.encode()).digest()
