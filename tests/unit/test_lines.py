"""How long a resource is: as `docs/architecture.md` states, and under 200 lines."""

from __future__ import annotations

import re
from pathlib import Path

from tenantapp.config import ROOT
from tenantapp.discovery import modules_named
from tenantapp.http.resource import ResourceBlueprint

FILES = ("models.py", "repository.py", "schemas.py", "views.py")
ROW = re.compile(r"^\| `(\w+)` \| (\d+) \| (\d+) \|$", re.MULTILINE)
STATED = {
    package: (int(resources), int(lines))
    for package, resources, lines in ROW.findall((ROOT / "docs" / "architecture.md").read_text())
}
# What was there before them: the credentials of those who use the resources.
NOT_OF_A_TENANTS_WORK = {"identity"}


def measured() -> dict[str, tuple[int, int]]:
    """Return of each package how many resources it has and how many lines they take."""
    found = {}
    for views in modules_named("views"):
        resources = sum(isinstance(value, ResourceBlueprint) for value in vars(views).values())
        folder = Path(str(views.__file__)).parent
        if resources and folder.name not in NOT_OF_A_TENANTS_WORK:
            lines = sum(len((folder / name).read_text().splitlines()) for name in FILES)
            found[folder.name] = (resources, lines)
    return found


def test_what_is_stated_is_so() -> None:
    found = measured()
    assert {package: resources for package, (resources, _) in found.items()} == {
        package: resources for package, (resources, _) in STATED.items()
    }
    assert [package for package in found if abs(found[package][1] - STATED[package][1]) > 10] == []


def test_no_resource_takes_200_lines() -> None:
    assert [package for package, (resources, lines) in measured().items() if lines / resources >= 200] == []
