"""The data folder: made by initdb once, whole or not at all."""

import shutil
from pathlib import Path
from typing import Final

from tenantapp.embedded.errors import UnusableDataError
from tenantapp.embedded.failures import failure
from tenantapp.embedded.keeper import DATA
from tenantapp.embedded.passwords import FILE, PasswordFile
from tenantapp.embedded.privileges import Account
from tenantapp.embedded.settings import SETTINGS_FILE

PARTIAL: Final = "data.partial"
PWFILE: Final = "superuser.partial"
BUILTIN_LOCALE_SINCE: Final = 17


def check_cluster(root: Path, version: int) -> None:
    """Check that the data folder under `root`, if there is one, is of this major version.

    Raises:
        UnusableDataError: it is not, or is something else, or its passwords are gone.
    """
    data = root / DATA
    if not data.exists():
        return
    if not (data / "PG_VERSION").exists():
        raise UnusableDataError(f"{data} is not a data folder of PostgreSQL: move it away")
    found = (data / "PG_VERSION").read_text().strip()
    if found != str(version):
        raise UnusableDataError(
            f"{data} was made by PostgreSQL {found}, not {version}: "
            f"dump what you need with PostgreSQL {found}, then remove {root}"
        )
    if not PasswordFile(root).exist():
        raise UnusableDataError(f"the passwords of {data} are gone: restore {root / FILE}, or remove {root}")


def create_cluster(
    root: Path, version: int, programs: Path, account: Account, inherit: int, *, sync: bool
) -> None:
    """Make the data folder under `root` where there is none yet.

    Arguments:
        inherit: the descriptor that marks the processes of the server.
        sync: wait until the files are safely on disk.

    Raises:
        ServerFailedError: initdb failed.
    """
    partial, pwfile = root / PARTIAL, root / PWFILE
    shutil.rmtree(partial, ignore_errors=True)
    if (root / DATA).exists():
        return
    partial.mkdir(mode=0o700)
    account.own(partial)
    try:
        pwfile.touch(mode=0o600)
        pwfile.write_text(PasswordFile(root).password_of("superuser"))
        account.own(pwfile)
        command: list[str | Path] = [programs / "initdb", *_options(version, sync=sync)]
        code, output = account.run(command, folder=root, inherit=[inherit])
        if code != 0:
            raise failure("initdb", output, root)
        with (partial / "postgresql.conf").open("a") as configuration:
            configuration.write(f"include = '{SETTINGS_FILE}'\n")
        partial.rename(root / DATA)
    finally:
        pwfile.unlink(missing_ok=True)
        shutil.rmtree(partial, ignore_errors=True)


def _options(version: int, *, sync: bool) -> list[str]:
    builtin = (
        ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if version >= BUILTIN_LOCALE_SINCE else []
    )
    return [
        f"--pgdata={PARTIAL}",
        f"--pwfile={PWFILE}",
        "--username=postgres",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        *builtin,
        *([] if sync else ["--no-sync"]),
    ]
