"""One check is one file, one story and one paragraph, under one number."""

from __future__ import annotations

import re

from tenantapp.rls.audit.checks import all_checks
from tenantapp.settings.load import ROOT
from tests.integration.rls.audit.stories import STORIES

DOCUMENT = (ROOT / "docs" / "security" / "audits.md").read_text(encoding="utf-8")


def test_numbers_follow_one_another() -> None:
    assert [int(check.id[:4]) for check in all_checks()] == list(range(1, len(all_checks()) + 1))


def test_every_check_has_a_story() -> None:
    assert {story.check for story in STORIES} == {check.id for check in all_checks()}


def test_every_check_has_a_paragraph_that_says_what_it_says() -> None:
    paragraphs = re.findall(r"^### (\w+) \((\w+)\)\n\n(.+)\n", DOCUMENT, re.MULTILINE)
    assert [name for name, _, _ in paragraphs] == [check.id for check in all_checks()]
    for check, (_, severity, text) in zip(all_checks(), paragraphs, strict=True):
        assert severity == check.severity, check.id
        assert text.startswith(check.title), check.id
        assert "Repair: " in text, check.id


def test_every_number_that_the_document_names_is_a_check() -> None:
    known = {check.id[:4] for check in all_checks()}
    lines = [line for line in DOCUMENT.splitlines() if line.startswith("|")]
    answers = [cells[-3] for line in lines if (cells := line.split("|"))]
    named = {number for cell in answers for number in re.findall(r"\b\d{4}\b", cell)}
    assert named
    assert named <= known
