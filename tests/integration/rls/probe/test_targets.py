"""Each protection that is removed shows in its own cells."""

from __future__ import annotations

import pytest

from tenantapp.rls.probe import Outcome, ProbeReport
from tests.integration.rls.probe.conftest import Break, Probe
from tests.integration.rls.probe.targets import TARGETS, Target


def cells(report: ProbeReport, outcome: Outcome) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for subject, cell in report.cells(outcome):
        found.setdefault(subject.name, set()).add(cell.attack)
    return found


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_removed_protection_shows_in_its_cells_alone(
    run_probe: Probe, execute: Break, database: str, target: Target
) -> None:
    execute(target.do)
    report = run_probe(database)
    assert cells(report, Outcome.LEAK) == target.leaks
    assert tuple(cells(report, Outcome.NOT_PROBED)) == target.not_probed
    assert report.exit_code == (1 if target.leaks else 3 if target.not_probed else 0)
