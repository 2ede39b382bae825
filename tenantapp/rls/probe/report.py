"""What came of the attacks: a matrix of what was attacked and how."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What an attack came to."""

    HELD = "held"
    """Nothing was got: no row, or a refusal."""
    ACCEPTED = "accepted"
    """It is possible, discloses nothing, and PostgreSQL has no privilege against it."""
    NOT_PROBED = "not probed"
    """Nothing can be said, and why."""
    LEAK = "LEAK"
    """Something of the other tenant's was got."""


_WORST_LAST = tuple(Outcome)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One statement that was tried, and what the server answered."""

    statement: str
    answer: str
    outcome: Outcome

    def as_json(self) -> dict[str, Any]:
        """Return it for a machine."""
        return {"statement": self.statement, "answer": self.answer, "outcome": self.outcome}


@dataclass(frozen=True, slots=True)
class Cell:
    """One attack on one subject: as bad as the worst of its attempts."""

    attack: str
    attempts: tuple[Attempt, ...]

    @property
    def outcome(self) -> Outcome:
        """The worst outcome."""
        return max((attempt.outcome for attempt in self.attempts), key=_WORST_LAST.index)

    def as_json(self) -> dict[str, Any]:
        """Return it for a machine."""
        attempts = [attempt.as_json() for attempt in self.attempts]
        return {"attack": self.attack, "outcome": self.outcome, "attempts": attempts}


@dataclass(frozen=True, slots=True)
class Subject:
    """What was attacked.

    Args:
        kind: `table`, `shared table`, `view`, `materialized view`, `foreign table`, or `function`.
        name: its name with schema.
        cells: the attacks that apply to it.
    """

    kind: str
    name: str
    cells: tuple[Cell, ...]

    def cell(self, attack: str) -> Cell | None:
        """Return the cell of an attack, or None where it does not apply."""
        return next((cell for cell in self.cells if cell.attack == attack), None)

    def as_json(self) -> dict[str, Any]:
        """Return it for a machine."""
        return {"kind": self.kind, "name": self.name, "cells": [cell.as_json() for cell in self.cells]}


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """All of one run.

    Args:
        database: where, without passwords.
        server: the server's version.
        role: who attacked.
        started: when, as ISO 8601.
        seconds: how long it took.
        subjects: what was attacked.
        traces: what was found left behind, which is nothing.
    """

    database: str
    server: str
    role: str
    started: str
    seconds: float
    subjects: tuple[Subject, ...]
    traces: tuple[str, ...] = field(default=())

    def cells(self, outcome: Outcome) -> list[tuple[Subject, Cell]]:
        """Return the cells with an outcome."""
        return [(s, cell) for s in self.subjects for cell in s.cells if cell.outcome == outcome]

    def counts(self) -> dict[str, int]:
        """Return how many cells came to each outcome."""
        counted = Counter(cell.outcome for subject in self.subjects for cell in subject.cells)
        return {outcome.value: counted[outcome] for outcome in Outcome}

    @property
    def attempts(self) -> int:
        """How many statements were tried."""
        return sum(len(cell.attempts) for subject in self.subjects for cell in subject.cells)

    @property
    def exit_code(self) -> int:
        """1 on a leak or a trace, 3 where something could not be probed, otherwise 0."""
        if self.cells(Outcome.LEAK) or self.traces:
            return 1
        return 3 if self.cells(Outcome.NOT_PROBED) or not self.subjects else 0

    def as_json(self) -> dict[str, Any]:
        """Return it for a machine."""
        return {
            "database": self.database,
            "server": self.server,
            "role": self.role,
            "started": self.started,
            "seconds": round(self.seconds, 3),
            "attempts": self.attempts,
            "counts": self.counts(),
            "exit_code": self.exit_code,
            "traces": list(self.traces),
            "subjects": [subject.as_json() for subject in self.subjects],
        }
