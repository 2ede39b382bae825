"""As whom PostgreSQL's programs run: they refuse root, and a user whom the system does not know."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tenantapp.embedded.errors import UnreachableFolderError, UnusableDataError

COPY: Final = "binaries"
OTHERS_MAY_ENTER: Final = 0o001


@dataclass(frozen=True)
class Account:
    """The user who runs PostgreSQL's programs, and owns the files that they write.

    Arguments:
        prefix: the command that their command lines are handed to.
        uid: the user to become, if it is another one.
        gid: that user's group.
    """

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    def run(self, command: Sequence[str | Path], *, folder: Path, inherit: Sequence[int]) -> tuple[int, str]:
        """Run a program in `folder` with the descriptors `inherit`, and give its exit code and output."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        # A file, not a pipe: the server would hold the pipe open for as long as it runs.
        with tempfile.TemporaryFile("w+", errors="replace") as output:
            done = subprocess.run(
                [*self.prefix, *command],
                check=False,
                cwd=folder,
                env=environment | {"LC_ALL": "C"},
                pass_fds=inherit,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                user=self.uid,
                group=self.gid,
                extra_groups=None if self.uid is None else [],
            )
            output.seek(0)
            return done.returncode, output.read()

    def own(self, path: Path) -> None:
        """Make the user the owner of a file or an empty folder."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def require_own(self, data: Path) -> None:
        """Check that the data folder, if there is one, is the user's, as PostgreSQL demands.

        Raises:
            UnusableDataError: it is another user's.
        """
        expected = os.geteuid() if self.uid is None else self.uid
        if data.exists() and data.stat().st_uid != expected:
            raise UnusableDataError(
                f"{data} belongs to user {_name(data.stat().st_uid)}, and PostgreSQL would run as "
                f"{_name(expected)}: run as that user, or set INSTANCE_PATH to another folder"
            )

    def open_folder(self, root: Path) -> None:
        """Let the user enter `root`, whose files stay closed.

        Raises:
            UnreachableFolderError: a folder above it is closed to the user.
        """
        if self.uid is None:
            return
        closed = _closed_to_others(root.parent)
        if closed is not None:
            raise UnreachableFolderError(
                f"PostgreSQL does not run as root, and user {self.uid}, as whom it would run, may not enter "
                f"{closed}: run as an ordinary user, or keep the server's folder elsewhere"
            )
        root.chmod(0o711)

    def reachable(self, installation: Path, root: Path) -> Path:
        """Give the folder of PostgreSQL's programs, or of a copy under `root` if the user may not enter."""
        if self.uid is None or _closed_to_others(installation / "bin" / "postgres") is None:
            return installation
        # The programs find their libraries by the path from one folder to the other.
        site, copy = installation.parents[1], root / COPY
        shutil.rmtree(copy, ignore_errors=True)
        for part in (installation.relative_to(site), Path(f"{installation.parent.name}.libs")):
            if (site / part).exists():
                shutil.copytree(site / part, copy / part, ignore=shutil.ignore_patterns("include", "*.a"))
        for path in (copy, *copy.rglob("*")):
            self.own(path)
        return copy / installation.relative_to(site)


def choose_account() -> Account:
    """Choose this user, this user under another number, or (for root) the user nobody, in this order."""
    if os.geteuid() != 0 and _is_known(os.geteuid()):
        return Account()
    namespace = _namespace()
    if _works(namespace):
        return Account(prefix=namespace)
    if os.geteuid() != 0:
        return Account()
    nobody = pwd.getpwnam("nobody")
    return Account(uid=nobody.pw_uid, gid=nobody.pw_gid)


def _is_known(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _name(uid: int) -> str:
    return pwd.getpwuid(uid).pw_name if _is_known(uid) else str(uid)


def _namespace() -> tuple[str, ...]:
    # In a user namespace the files stay the caller's; initdb wants a number that has a name.
    uid = next((user.pw_uid for user in pwd.getpwall() if user.pw_uid != 0), 1000)
    return ("unshare", "--user", f"--map-user={uid}", f"--map-group={uid}", "--")


def _works(prefix: Sequence[str]) -> bool:
    # A container may forbid namespaces, and a system may lack the command or its newer options.
    try:
        return subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def _closed_to_others(path: Path) -> Path | None:
    closed = (step for step in (path, *path.parents) if not step.stat().st_mode & OTHERS_MAY_ENTER)
    return next(closed, None)
