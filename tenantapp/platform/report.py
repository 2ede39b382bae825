"""What a preparation did, measure by measure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

Status = Literal["done", "already", "not possible"]


@dataclass(frozen=True, slots=True)
class MeasureOutcome:
    """One measure: whether it holds now, and if not, why."""

    measure: str
    status: Status
    reason: str = ""
    required: bool = False
    needs_superuser: bool = False

    def __str__(self) -> str:
        return f"{self.status}: {self.measure}" + (f" ({self.reason})" if self.reason else "")


@dataclass(frozen=True, slots=True)
class PreparationReport:
    """All measures of one run."""

    outcomes: tuple[MeasureOutcome, ...]

    @property
    def acceptable(self) -> bool:
        """Tell whether all the measures hold without which the application would refuse to start."""
        return all(outcome.status != "not possible" for outcome in self.outcomes if outcome.required)

    def with_status(self, status: Status) -> tuple[str, ...]:
        """Return the names of the measures that ended so."""
        return tuple(outcome.measure for outcome in self.outcomes if outcome.status == status)

    def adding(self, outcomes: Iterable[MeasureOutcome]) -> PreparationReport:
        """Return a report of these and further outcomes."""
        return PreparationReport((*self.outcomes, *outcomes))

    def as_json(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        return {"acceptable": self.acceptable, "measures": [asdict(outcome) for outcome in self.outcomes]}
