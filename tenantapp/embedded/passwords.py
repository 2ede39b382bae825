"""Passwords of the embedded server's roles: generated once, kept in a file that only its owner may read."""

import json
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

FILE: Final = "passwords.json"
NAMES: Final = ("superuser", "owner", "app", "platform")


class Passwords:
    """The passwords kept under a folder, made at the first question.

    Arguments:
        root: the embedded server's folder, which must exist.
    """

    def __init__(self, root: Path) -> None:
        self._file = root / FILE

    def exist(self) -> bool:
        """Say whether the passwords were made already."""
        return self._file.exists()

    def password_of(self, name: str) -> str:
        """Give the password of `superuser`, `owner`, `app` or `platform`.

        Raises:
            KeyError: there is no password of that name.
        """
        if not self.exist():
            self._generate()
        passwords: dict[str, str] = json.loads(self._file.read_text())
        return passwords[name]

    def _generate(self) -> None:
        # mkstemp's file is 0600, and a link shows it whole or not at all, to the first of two programs only.
        handle, partial = tempfile.mkstemp(prefix=f".{FILE}.", dir=self._file.parent)
        try:
            with os.fdopen(handle, "w") as file:
                json.dump({name: secrets.token_urlsafe(24) for name in NAMES}, file)
                file.flush()
                os.fsync(handle)
            with suppress(FileExistsError):
                self._file.hardlink_to(partial)
        finally:
            Path(partial).unlink()
