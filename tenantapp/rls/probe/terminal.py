"""The report for a terminal: the matrix in marks, then what leaked and what was not probed, in full."""

from __future__ import annotations

from collections.abc import Iterator

import click

from tenantapp.rls.probe.report import Outcome, ProbeReport

_MARKS = {Outcome.HELD: "·", Outcome.ACCEPTED: "o", Outcome.NOT_PROBED: "?", Outcome.LEAK: "X"}
_COLOURS = {Outcome.HELD: "green", Outcome.NOT_PROBED: "yellow", Outcome.LEAK: "red"}
_TABLE = "table"
_LONGEST = 400
_SHOWN = 2


def as_text(report: ProbeReport) -> str:
    """Return the report with colours, which `click.echo` leaves out where there is no terminal."""
    return "\n".join([*_matrix(report), *_others(report), *_details(report), "", *_summary(report)])


def _matrix(report: ProbeReport) -> Iterator[str]:
    """Yield the tables, the names of the attacks written downwards over their columns."""
    tables = [subject for subject in report.subjects if subject.kind == _TABLE]
    attacks = list(dict.fromkeys(cell.attack for table in tables for cell in table.cells))
    width = max((len(table.name) for table in tables), default=0)
    height = max(map(len, attacks), default=0)
    for level in range(height):
        letters = (attack.rjust(height)[level] for attack in attacks)
        yield f"{'':{width}}  {' '.join(letters)}".rstrip()
    for table in tables:
        marks = (table.cell(attack) for attack in attacks)
        yield f"{table.name:{width}}  " + " ".join(_mark(cell.outcome) if cell else " " for cell in marks)


def _others(report: ProbeReport) -> Iterator[str]:
    others = [subject for subject in report.subjects if subject.kind != _TABLE]
    width = max((len(subject.name) for subject in others), default=0)
    if others:
        yield ""
    for subject in others:
        cells = "  ".join(f"{cell.attack} {_mark(cell.outcome)}" for cell in subject.cells)
        yield f"{subject.name:{width}}  {cells}  ({subject.kind})"


def _details(report: ProbeReport) -> Iterator[str]:
    for outcome in (Outcome.NOT_PROBED, Outcome.LEAK):
        for subject, cell in report.cells(outcome):
            yield ""
            yield click.style(f"{outcome}: {subject.name}: {cell.attack}", fg=_COLOURS[outcome], bold=True)
            attempts = [attempt for attempt in cell.attempts if attempt.outcome == outcome]
            for attempt in attempts[:_SHOWN]:
                yield f"  {_shortened(attempt.statement)}"
                yield f"  -> {attempt.answer}"
            if len(attempts) > _SHOWN:
                yield f"  and {len(attempts) - _SHOWN} more: --json and --html tell all"


def _summary(report: ProbeReport) -> Iterator[str]:
    for trace in report.traces:
        yield click.style(f"left behind: {trace}", fg="red")
    counts = ", ".join(f"{count} {name}" for name, count in report.counts().items())
    legend = ", ".join(f"{mark} {outcome}" for outcome, mark in _MARKS.items())
    yield f"({legend})"
    yield (
        f"{report.attempts} statements on {report.database}, PostgreSQL {report.server}, as {report.role!r}, "
        f"in {report.seconds:.1f} s: {counts}"
    )


def _mark(outcome: Outcome) -> str:
    return click.style(_MARKS[outcome], fg=_COLOURS.get(outcome), bold=outcome is Outcome.LEAK)


def _shortened(statement: str) -> str:
    flat = " ".join(statement.split())
    if len(flat) <= _LONGEST:
        return flat
    # What a statement begins and ends with tells the most.
    return f"{flat[: _LONGEST // 2]} ... {flat[-_LONGEST // 2 :]}"
