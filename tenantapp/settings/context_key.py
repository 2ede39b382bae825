"""The key that contexts are sealed with: what it is, and how it is written in a setting."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field

KEY_BYTES = 32
_FORM = re.compile(r"(?P<id>[a-z0-9][a-z0-9_-]{0,31}):(?P<secret>[0-9a-f]{64})\Z")


@dataclass(frozen=True, slots=True)
class ContextKey:
    """One database's key.

    Args:
        id: up to 32 lower-case letters, digits, '-' and '_'; tokens carry it, commands name the key by it.
        secret: 32 bytes, which no repr shows.
    """

    id: str
    secret: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> ContextKey:
        """Read a key as a setting holds it: `<id>:<64 hexadecimal digits>`.

        Raises:
            ValueError: it is of another form; the error does not show it.
        """
        match = _FORM.match(text)
        if match is None:
            raise ValueError("not <id>:<64 hexadecimal digits>")
        return cls(match["id"], bytes.fromhex(match["secret"]))

    @classmethod
    def generate(cls) -> ContextKey:
        """Make a new key with an id of its own."""
        return cls(secrets.token_hex(4), secrets.token_bytes(KEY_BYTES))

    def written(self) -> str:
        """Return the key as a setting holds it: a secret."""
        return f"{self.id}:{self.secret.hex()}"


PUBLISHED_CONTEXT_KEY = ContextKey("published", b"for tests, published with source")
"""What tests seal with; refused elsewhere."""
