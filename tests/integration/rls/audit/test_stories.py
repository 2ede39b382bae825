"""Each check tells of its fault, and nothing else does; its hint repairs it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest

from tenantapp.rls.audit.findings import Finding
from tests.integration.rls.audit.stories import STORIES
from tests.integration.rls.audit.story import PROJECT, Story, audited, execute, told
from tests.support.databases import Server, undisturbed


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.check)
def test_a_fault_is_told_and_its_hint_repairs_it(server: Server, database: str, story: Story) -> None:
    version = _version(server)
    if story.since > version[0]:
        pytest.skip(f"PostgreSQL {version[0]} does not know it")
    if story.extension and not _has(server, story.extension):
        pytest.skip(f"this server has no {story.extension}")
    places = {**server.names.as_values(), "database": database, "version": "{}.{}".format(*version)}
    expected = (story.check, story.object.format(**places))
    declared = replace(PROJECT, **story.declared)
    with broken(server, database, story):
        result = audited(server, database, declared)
        shared = story.check == "0072_maintenance_databases"
        assert told(server, result, shared=shared) == {expected, *story.also}
        found = [finding for finding in result.findings if finding.check == story.check]
        assert any(story.detail in finding.detail for finding in found), found
        ours = [one for one in result.findings if (one.check, one.object) in {expected, *story.also}]
        for repair in _repairs(ours, story):
            execute(server, database, repair.replace("{database}", database))
        after = audited(server, database, PROJECT if story.repaired_declaration else declared)
        assert told(server, after, shared=shared) == set()


def _repairs(findings: Iterable[Finding], story: Story) -> Iterator[str]:
    """Yield what is to be executed: the check's own hints first, unless they are comments."""
    for finding in sorted(findings, key=lambda finding: finding.check != story.check):
        if finding.check == story.check:
            is_comment = finding.repair.startswith("-- ")
            assert is_comment == (story.repair is not None or story.repaired_declaration), finding
        if story.repair is None and not story.repaired_declaration:
            yield finding.repair
    if story.repair is not None:
        yield story.repair


@contextmanager
def broken(server: Server, database: str, story: Story) -> Iterator[None]:
    """Break a database for a block; what outlives it on the server is undone."""
    with ExitStack() as stack:
        if story.afterwards:
            others = stack.enter_context(server.connect("bootstrap", "postgres"))
            stack.enter_context(undisturbed(others, alone=True))
            stack.callback(execute, server, database, story.afterwards)
        execute(server, database, story.broken.replace("{database}", database))
        yield


def _version(server: Server) -> tuple[int, int]:
    with server.connect("bootstrap", "postgres") as connection:
        return divmod(connection.info.server_version, 10_000)


def _has(server: Server, extension: str) -> bool:
    with server.connect("bootstrap", "postgres") as connection:
        query = "SELECT FROM pg_catalog.pg_available_extensions WHERE name = %s"
        return connection.execute(query, [extension]).fetchone() is not None
