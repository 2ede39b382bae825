"""Passwords of the embedded server's roles: generated once, kept in a file that only its owner may read."""

import json
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from tenantapp.embedded.errors import UnusableDataError

FILE: Final = "passwords.json"
NAMES: Final = ("superuser", "owner", "app", "platform")


class PasswordFile:
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
            UnusableDataError: the file does not hold what was written into it.
        """
        if not self.exist():
            self._generate()
        try:
            passwords = {known: str(kept) for known, kept in json.loads(self._file.read_text()).items()}
        except (AttributeError, ValueError) as error:
            raise UnusableDataError(
                f"{self._file} is not as it was written: restore it, or remove {self._file.parent}"
            ) from error
        return passwords[name]

    def _generate(self) -> None:
        create_once(self._file, json.dumps({name: secrets.token_urlsafe(24) for name in NAMES}))


def create_once(path: Path, text: str) -> None:
    """Write a file that only its owner may read, unless it exists: of two programs, the first one's stays.

    Arguments:
        path: the file; its folder must exist.
        text: what it holds.
    """
    # mkstemp's file is 0600, and a link shows it whole or not at all, to the first of two programs only.
    handle, partial = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(handle)
        with suppress(FileExistsError):
            path.hardlink_to(partial)
    finally:
        Path(partial).unlink()
