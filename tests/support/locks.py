"""What the locks pin, and releases that are newer than all of it."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[2]
PRODUCTION = REPOSITORY / "requirements.txt"
LOCKS = REPOSITORY / "requirements"
ALL = [PRODUCTION, *sorted(LOCKS.glob("*.txt"))]
PINNED = re.compile(r"^(?P<pin>\S+==[^\\\n]+) \\\n    --hash=sha256:", re.MULTILINE)


def pins(lock: Path) -> dict[str, Requirement]:
    """Return what a lock pins, by canonical name."""
    found = (Requirement(match["pin"]) for match in PINNED.finditer(lock.read_text()))
    return {canonicalize_name(requirement.name): requirement for requirement in found}


def release_newer(lock: Path, folder: Path) -> None:
    """Write a newer wheel of all that a lock pins, for `pip --find-links`.

    They are post-releases, which hardly any upper bound excludes.
    """
    for name, pin in pins(lock).items():
        version = f"{next(iter(pin.specifier)).version}.post9999"
        stem = f"{name.replace('-', '_')}-{version}"
        with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as wheel:
            wheel.writestr(
                f"{stem}.dist-info/METADATA",
                f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
            )
            wheel.writestr(
                f"{stem}.dist-info/WHEEL",
                "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            )
            wheel.writestr(f"{stem}.dist-info/RECORD", "")
