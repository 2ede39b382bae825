"""A key for each tenant. A token is shown once, so it is kept beside the instance's other secrets."""

from __future__ import annotations

import json
import os
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenantapp.identity.api_keys.keys import SCOPES, issue_key, sha256
from tenantapp.identity.api_keys.models import ApiKey


class KeptTokens:
    """The tokens by subdomain, in a file that its owner alone can read.

    Args:
        path: the file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.tokens: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}

    def run(self, session: Session, subdomain: str) -> None:
        """Issue a key unless one that is kept is known to the database: it may be another one than before."""
        usable = ApiKey.revoked_at.is_(None), ApiKey.secret_sha256 == sha256(self.tokens.get(subdomain, ""))
        if session.scalar(select(ApiKey.id).where(*usable)) is None:
            issued = issue_key("seed", SCOPES)
            session.add(ApiKey(**issued.values))
            self.tokens[subdomain] = issued.token

    def keep(self) -> None:
        """Write the file."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(self.tokens, file)
