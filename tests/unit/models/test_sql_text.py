"""Names and words as SQL writes them; SQL as `text()` takes it, whatever is in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from tenantapp.models.sql_text import escaped, listed, literal, quoted

PLAIN = postgresql.dialect(paramstyle="named")


@given(st.text(st.sampled_from("ab:\\' %ä1_.\"(){}\n"), max_size=12))
def test_what_is_escaped_is_taken_as_it_was(sql: str) -> None:
    assert str(text(escaped(sql)).compile(dialect=PLAIN)) == sql


@pytest.mark.parametrize("name", ["order", "user", "desc", "public.order"])
def test_a_keyword_stands_in_quotes(name: str) -> None:
    assert quoted(name).endswith(f'"{name.rpartition(".")[2]}"')


def test_an_apostrophe_is_doubled() -> None:
    assert literal("won't fix") == "'won''t fix'"
    assert listed(("a", "it's")) == "'a', 'it''s'"
