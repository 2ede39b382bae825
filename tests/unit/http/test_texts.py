"""Texts are measured in the form in which they are kept, and cost no more than their length allows."""

from __future__ import annotations

import sys
import time
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError, fields

from tenantapp.http.bulk import BulkSchema
from tenantapp.http.fields import Email, LowerCaseText, Tags, Text
from tenantapp.http.texts import LONGEST_DECOMPOSITION, MOST_MARKS, compose
from tenantapp.models.columns import LONGEST_TAG, MOST_TAGS

EVERY = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
# What becomes another number of characters on its way.
CHANGED = [c for c in EVERY if len(nfc := unicodedata.normalize("NFC", c)) > 1 or len(nfc.lower()) > 1]
SHRINKING = [d for c in EVERY if len(d := unicodedata.normalize("NFD", c)) > 2]
MARKED = st.text(st.sampled_from("hHtTiI\u0130wJ\u0307\u0308\u030a\u0331\u0345\u0f73"), max_size=9)
TEXT = st.text(st.sampled_from([*CHANGED, "a", " "]), max_size=9) | MARKED | st.text(max_size=9)


def kept(field: fields.Field[Any], value: Any) -> Any:
    """Return what a field makes of a value, or None where it refuses it."""
    try:
        return field.deserialize(value)
    except ValidationError:
        return None


@pytest.mark.parametrize("make", [Text, LowerCaseText])
def test_a_text_is_as_long_as_it_may_be_in_the_form_in_which_it_is_kept(make: Callable[[int], Text]) -> None:
    field = make(4)
    assert len(CHANGED) > 60
    for character in CHANGED:
        for times in range(1, 5):
            whole = unicodedata.normalize("NFC", character * times)
            whole = unicodedata.normalize("NFC", whole.lower()) if make is LowerCaseText else whole
            assert kept(field, character * times) == (whole if len(whole) <= 4 else None)


@given(TEXT)
@example("H\u0331")
@example("\u0130" * 3)
def test_what_is_kept_would_be_kept_as_it_is(text: str) -> None:
    for field in (Text(5), LowerCaseText(5)):
        once = kept(field, text)
        if once is not None:
            assert 1 <= len(once) <= 5
            assert kept(field, once) == once
            assert unicodedata.is_normalized("NFC", once)
    lower = kept(LowerCaseText(5), text)
    assert lower is None or lower == lower.lower()


def test_a_text_that_is_short_enough_when_composed_is_taken() -> None:
    assert max(map(len, SHRINKING)) == LONGEST_DECOMPOSITION
    for parted in SHRINKING:
        whole = unicodedata.normalize("NFC", parted)
        if len(whole) == 1:
            assert kept(Text(3), f" {parted * 3} ") == whole * 3
            assert kept(Text(3), parted * 4) is None


def test_tags_that_become_too_long_are_refused_and_not_cut() -> None:
    dotted = "\u0130"
    with pytest.raises(ValidationError, match="between 1 and 50"):
        Tags().deserialize([dotted * 26])
    assert Tags().deserialize([dotted * 25]) == ["i\u0307" * 25]
    assert Tags().deserialize(["H\u0331", "h\u0331", "\u1e96"]) == ["\u1e96"]


def test_an_address_is_measured_in_lower_case() -> None:
    with pytest.raises(ValidationError, match="between 1 and 254"):
        Email().deserialize("\u0130" * 122 + "@example.com")


def test_marks_in_a_row_are_counted_whatever_they_look_like() -> None:
    hidden = [
        c
        for c in EVERY
        if not unicodedata.combining(c) and unicodedata.combining(unicodedata.normalize("NFD", c)[0])
    ]
    marks = [c for c in EVERY if unicodedata.combining(c)]
    assert len(hidden) == 3
    assert len(marks) > 800
    for mark in [*hidden, *marks]:
        assert compose("a" + mark * MOST_MARKS)
        with pytest.raises(ValidationError, match="combining marks"):
            compose("a" + mark * (MOST_MARKS + 1))


MARKS = "\u0301\u0327"


@pytest.mark.parametrize("length", [255, 10_000])
@pytest.mark.parametrize("unit", [MARKS, "\u0f73", "a" + MARKS * 15, "\u0390", "\U0001d160", " "])
def test_the_worst_text_is_refused_or_kept_in_no_time(length: int, unit: str) -> None:
    for times in (4 * length // len(unit), 1_000_000 // len(unit)):
        began = time.thread_time()
        kept(Text(length), unit * times)
        kept(LowerCaseText(length), unit * times)
        assert time.thread_time() - began < 0.2


def test_a_list_is_counted_before_its_items_are_looked_at() -> None:
    class Lists(Schema):
        tags = Tags()

    for schema, name, most in ((Lists(), "tags", MOST_TAGS), (BulkSchema(), "ids", 200)):
        with pytest.raises(ValidationError) as refused:
            schema.load({name: [1] * (most + 1)})
        assert [*refused.value.messages_dict[name]] == refused.value.messages_dict[name]
        assert len(refused.value.messages_dict[name]) == 1
        with pytest.raises(ValidationError) as refused:
            schema.load({name: [1] * most})
        assert len(refused.value.messages_dict[name]) == most


def test_a_tag_has_50_characters_at_most() -> None:
    assert kept(Tags(), ["x" * LONGEST_TAG]) == ["x" * LONGEST_TAG]
    assert kept(Tags(), ["x" * (LONGEST_TAG + 1)]) is None
