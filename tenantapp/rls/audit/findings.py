"""What an audit finds, and how that becomes JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Args:
        check: the number and name of the check, as its file is called.
        severity: an error lets rows out, or will with one ordinary step; a warning is a second line missing.
        object: what is wrong, by its qualified name.
        detail: in which way.
        repair: SQL that puts it right, or a comment where no SQL does.
        waived_because: why it is lived with, where the configuration says so.
    """

    check: str
    severity: Severity
    object: str
    detail: str
    repair: str
    waived_because: str | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """A check whose catalogs the role may not read."""

    check: str
    reason: str


@dataclass(frozen=True, slots=True)
class Audit:
    """Everything that one run found.

    Args:
        role: as which role it was read.
        database: which database.
        server: the version of PostgreSQL.
        findings: the worst first, waived ones too.
        unread: what could not be looked at.
        complaints: what is wrong with waivers: expired, or of nothing that was found.
        checks: how many checks there are.
    """

    role: str
    database: str
    server: str
    checks: int
    findings: tuple[Finding, ...] = ()
    unread: tuple[Unread, ...] = ()
    complaints: tuple[Finding, ...] = field(default=())

    @property
    def open(self) -> tuple[Finding, ...]:
        """What is not waived, complaints on waivers included."""
        found = [finding for finding in self.findings if finding.waived_because is None]
        return tuple(sorted([*found, *self.complaints], key=_worst_first))

    @property
    def failed(self) -> bool:
        """Whether an error is among them."""
        return any(finding.severity == "error" for finding in self.open)

    def as_json(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        return {
            "role": self.role,
            "database": self.database,
            "server": self.server,
            "checks": self.checks,
            "failed": self.failed,
            "findings": [asdict(finding) for finding in self.open],
            "waived": [asdict(finding) for finding in self.findings if finding.waived_because is not None],
            "unread": [asdict(unread) for unread in self.unread],
        }


def _worst_first(finding: Finding) -> tuple[int, str, str]:
    return SEVERITIES.index(finding.severity), finding.check, finding.object
