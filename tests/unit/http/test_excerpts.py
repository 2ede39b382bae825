"""At most a hundred errors are told, in their order, and the rest is counted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantapp.http.excerpts import count_errors, first_errors, with_the_rest

ERRORS = st.recursive(
    st.lists(st.text(max_size=3), min_size=1, max_size=3),
    lambda inner: st.dictionaries(st.text(max_size=5) | st.integers(), inner, min_size=1, max_size=4),
    max_leaves=20,
)


@given(ERRORS, st.integers(0, 12))
def test_what_is_told_and_the_rest_are_all(errors: Any, most: int) -> None:
    kept, left = first_errors(errors, most)
    assert count_errors(kept) == min(most, count_errors(errors))
    assert count_errors(kept) + left == count_errors(errors)


@given(ERRORS)
def test_few_errors_are_told_as_they_are(errors: Any) -> None:
    assert first_errors(errors, 1000) == (errors, 0)


@pytest.mark.parametrize(
    ("errors", "kept", "left"),
    [
        ({"a": ["1", "2"], "b": ["3"], "c": ["4"]}, {"a": ["1", "2"], "b": ["3"]}, 1),
        ({"a": ["1", "2"], "b": ["3", "4"]}, {"a": ["1", "2"], "b": ["3"]}, 1),
        ({"a": {0: ["1"], 5: ["2"], 7: ["3", "4"]}}, {"a": {0: ["1"], 5: ["2"], 7: ["3"]}}, 1),
        ({"_schema": ["1", "2", "3", "4", "5"]}, {"_schema": ["1", "2", "3"]}, 2),
        ({"k" * 101: ["1"]}, {"k" * 100 + "…": ["1"]}, 0),
    ],
)
def test_the_first_are_told(errors: Any, kept: Any, left: int) -> None:
    assert first_errors(errors, 3) == (kept, left)


def test_the_rest_is_told_where_there_is_one() -> None:
    assert with_the_rest("Wrong.", 0) == "Wrong."
    assert with_the_rest("Wrong.", 7) == "Wrong. 7 more errors are not listed."
