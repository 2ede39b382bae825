"""Audit pinned dependencies: a known vulnerability fails; that no advisories could be reached is said.

pip-audit 2.10 exits 1 for a finding, a dead network and an unreadable file alike, and 0 where the service
knows no package at all. What it prints tells them apart.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

COMMAND = (sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "--timeout", "10",
           "--progress-spinner", "off", "--format", "json")  # fmt: skip
UNREACHED = ("requests.exceptions.", "ServiceError", "your network may be blocking this service")
NOT_DONE = "the dependency audit could not reach any advisories: not done"


def audit(locks: list[str]) -> int:
    """Audit files of pinned requirements, print the outcome and return the exit code."""
    files = [word for lock in locks for word in ("--requirement", lock)]
    done = subprocess.run([*COMMAND, *files], check=False, capture_output=True, text=True)
    try:
        dependencies = json.loads(done.stdout)["dependencies"]
    except ValueError:
        if any(sign in done.stderr for sign in UNREACHED):
            return _say(NOT_DONE)
        return _say(done.stderr.strip(), code=1)
    findings = [found for dependency in dependencies for found in _findings(dependency)]
    if findings:
        return _say("\n".join(findings), code=1)
    unknown = [dependency["name"] for dependency in dependencies if "vulns" not in dependency]
    if len(unknown) == len(dependencies):
        return _say(NOT_DONE)
    _say(f"{len(dependencies) - len(unknown)} dependencies have no known vulnerability")
    return _say(f"not audited, for the advisories do not know them: {', '.join(unknown)}") if unknown else 0


def _findings(dependency: dict[str, Any]) -> list[str]:
    return [
        f"{dependency['name']} {dependency['version']}: {found['id']} "
        f"(fixed in {', '.join(found['fix_versions']) or 'no version yet'}): {found['description'][:200]}"
        for found in dependency.get("vulns", [])
    ]


def _say(text: str, code: int = 0) -> int:
    (sys.stderr if code else sys.stdout).write(f"{text}\n")
    return code


if __name__ == "__main__":
    sys.exit(audit(sys.argv[1:]))
