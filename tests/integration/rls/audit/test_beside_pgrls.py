"""What pgrls finds, ours finds: on the same broken database, and on a fresh one."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tenantapp.rls.audit.findings import Finding
from tests.integration.rls.audit.story import PROJECT, audited
from tests.integration.rls.audit.test_conventions import DOCUMENT
from tests.support.databases import Server

_ROW = re.compile(
    r"^\| ((?:SEC|PERF|HYG|VIEW)\d{3}) \| .+ \| (yes|no) \| ([\d, -]+) \| (.*) \|$", re.MULTILINE
)
_ROWS = {
    rule: (seen == "yes", re.findall(r"\d{4}", ours), note)
    for rule, seen, ours, note in _ROW.findall(DOCUMENT)
}
_ON_A_FRESH_DATABASE = {"SEC001", "SEC003", "SEC014", "SEC027"}
_NAMED_BY_THE_FUNCTION = {"SEC046", "VIEW004"}
Violation = dict[str, Any]


def test_every_rule_is_in_the_table(tmp_path: Path) -> None:
    listed = subprocess.run([_program(), "explain"], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert set(re.findall(r"^([A-Z]+\d{3}) ", listed.stdout, re.MULTILINE)) == _ROWS.keys()


def test_a_rule_without_an_answer_has_a_reason() -> None:
    assert [rule for rule, (_, ours, note) in _ROWS.items() if not ours and not note] == []


def test_what_it_finds_in_the_broken_database_ours_finds(
    server: Server, broken_database: str, tmp_path: Path
) -> None:
    declared = replace(PROJECT, sensitive_columns=("public.customers.email",))
    ours = audited(server, broken_database, declared).findings
    theirs = _lint(server, broken_database, tmp_path)
    assert {rule for rule, (seen, _, _) in _ROWS.items() if seen} == {one["rule_id"] for one in theirs}
    answered = [one for one in theirs if _ROWS[one["rule_id"]][1] and not _is_as_declared(one)]
    missed = [one for one in answered if not any(_answers(finding, one) for finding in ours)]
    assert missed == []


def test_what_it_finds_in_a_fresh_database_is_answered(server: Server, database: str, tmp_path: Path) -> None:
    found = _lint(server, database, tmp_path)
    assert {violation["rule_id"] for violation in found} == _ON_A_FRESH_DATABASE
    assert all(_ROWS[rule][2] for rule in _ON_A_FRESH_DATABASE)
    tables = {violation["location"] for violation in found if violation["rule_id"] == "SEC001"}
    assert tables == PROJECT.unscoped_tables.keys()


@pytest.mark.parametrize("mode", ["anon", "cross-tenant", "write"])
def test_it_proves_no_leak_in_a_fresh_database(
    server: Server, database: str, tmp_path: Path, mode: str
) -> None:
    arguments = ["verify", "--probe", "--mode", mode, "--auth-function", PROJECT.tenant_function]
    _pgrls(server, database, tmp_path, *arguments, expected=(0,))


def _answers(finding: Finding, violation: Violation) -> bool:
    """Tell whether a finding is of a rule's checks, and about the object that the rule named."""
    named = ".".join(violation["location"].split(" ")[0].split(".")[:2])
    rule = violation["rule_id"]
    about = rule in _NAMED_BY_THE_FUNCTION or named in f"{finding.object} {finding.detail}"
    return finding.check[:4] in _ROWS[rule][1] and about


def _is_as_declared(violation: Violation) -> bool:
    """Tell whether the table's note answers this: policies are TO PUBLIC, and some things are declared."""
    functions = (signature.partition("(")[0] for signature in PROJECT.definer_functions)
    declared = {*PROJECT.unscoped_tables, *functions}
    return violation["rule_id"] == "SEC003" or (
        violation["rule_id"] in _ON_A_FRESH_DATABASE and violation["location"] in declared
    )


def _lint(server: Server, database: str, folder: Path) -> list[Violation]:
    output = _pgrls(
        server,
        database,
        folder,
        "lint",
        "--schemas",
        "public,tenancy,control",
        "--format",
        "json",
        expected=(0, 1),
    )
    found: list[Violation] = json.loads(output)["violations"]
    return found


def _pgrls(server: Server, database: str, folder: Path, *arguments: str, expected: tuple[int, ...]) -> str:
    url = server.address("bootstrap", database).set(drivername="postgresql")
    done = subprocess.run(
        [_program(), *arguments, "--database-url", url.render_as_string(hide_password=False)],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )
    assert done.returncode in expected, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def _program() -> str:
    return str(Path(sys.executable).with_name("pgrls"))
