"""What a real server's errors mean, where their code alone does not tell."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tenantapp.http.sqlstates import OUTDATED, VALUE_REFUSED, Meaning, meaning_of
from tenantapp.postgres.error_text import error_text
from tests.support.databases import Server

RAISED = "DO $$ BEGIN RAISE program_limit_exceeded USING MESSAGE = 'canary'; END $$"
LONG = f"INSERT INTO pages VALUES ('{secrets.token_hex(2000)}')"


@pytest.fixture
def connection(server: Server, shared_database: str) -> Iterator[psycopg.Connection[Any]]:
    """A superuser with a table of its session's own, and a statement prepared on it."""
    with server.connect("bootstrap", shared_database) as connected:
        connected.execute("CREATE TEMPORARY TABLE pages (address varchar(4000) UNIQUE)")
        connected.execute("PREPARE shown AS SELECT * FROM pages")
        yield connected


@pytest.mark.parametrize(
    ("statement", "meaning"),
    [
        (LONG, VALUE_REFUSED),
        (RAISED, None),
        ("ALTER TABLE pages ALTER address TYPE text; EXECUTE shown", OUTDATED),
        ("CREATE TABLE other (PRIMARY KEY (x) WITHOUT OVERLAPS)", None),
    ],
    ids=["an index row too long", "the same raised by a function", "a stale plan", "what is no SQL"],
)
def test_an_error_is_told_by_where_it_comes_from(
    connection: psycopg.Connection[Any], statement: str, meaning: Meaning | None
) -> None:
    with pytest.raises(psycopg.Error) as refused:
        connection.execute(statement)
    assert meaning_of(refused.value) == meaning
    assert "canary" not in str(error_text(refused.value))
