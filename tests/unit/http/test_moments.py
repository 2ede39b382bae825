"""What is read as a moment is what the API document describes, and the reverse."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from tenantapp.http.fields import Moment, MomentBound
from tests.support.described import faults


def digits(low: int, high: int, width: int) -> st.SearchStrategy[str]:
    return st.integers(low, high).map(lambda number: f"{number:0{width}}")


OFFSETS = st.sampled_from(["Z", "z"]) | st.builds(
    "{}{}:{}".format, st.sampled_from("+-"), digits(0, 24, 2), digits(0, 60, 2)
)
# As RFC 3339 has them, a little beyond, and in the forms of ISO 8601 that it leaves out.
MOMENTS = st.builds(
    "{}-{}-{}{}{}:{}:{}{}{}".format,
    st.sampled_from(["0000", "0001", "9999", "10000"]) | digits(1900, 2100, 4),
    digits(0, 13, 2),
    digits(0, 32, 2),
    st.sampled_from(["T", "t", " ", ""]),
    digits(0, 24, 2),
    digits(0, 60, 2),
    digits(0, 61, 2),
    st.just("") | st.from_regex(r"[.,]?[0-9]{0,12}", fullmatch=True),
    OFFSETS | st.sampled_from(["", "+00", "+0000", "+00:00:00", "UTC", "Z "]),
)


def is_read(field: Moment, text: str) -> bool:
    try:
        return field.deserialize(text).utcoffset() is not None
    except ValidationError:
        return False


@settings(max_examples=3000, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@example(text="2026-03-01t09:30:00z")
@example(text="2026-03-01T09:30:00.123456789Z")
@example(text="2026-03-01T24:00:00Z")
@example(text="2026-06-30T23:59:60Z")
@example(text="2026-02-29T00:00:00Z")
@example(text="0001-01-01T00:00:00+00:01")
@example(text="9999-12-31T23:59:59-00:01")
@example(text="2026-03-01T09:30:00Z\n")
@example(text="\uff12026-03-01T09:30:00Z")
@given(text=MOMENTS)
def test_the_document_and_the_fields_agree(document: dict[str, Any], text: str) -> None:
    kept = document["components"]["schemas"]["Todo"]["properties"]["due_at"]
    parameters = document["paths"]["/api/v1/todos"]["get"]["parameters"]
    compared = next(each["schema"] for each in parameters if each.get("name") == "due_at_from")
    for field, said in ((Moment(), kept), (MomentBound(), compared)):
        assert said["format"] == "date-time"
        # RFC 3339 takes small letters; the checker of the format does not.
        described = re.search(said["pattern"], text) and not faults(document, said, text.upper())
        assert is_read(field, text) == (bool(described) and not text.endswith("\n")), field


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01t09:30:00z", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("2026-03-01T09:30:00.5Z", datetime(2026, 3, 1, 9, 30, 0, 500_000, tzinfo=UTC)),
        ("2026-03-01T09:30:00.1234569Z", datetime(2026, 3, 1, 9, 30, 0, 123_456, tzinfo=UTC)),
        ("2026-03-01T09:30:00-00:00", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("2026-03-01T09:30:00+23:59", datetime(2026, 2, 28, 9, 31, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59.999999+14:00", datetime(9999, 12, 31, 9, 59, 59, 999_999, tzinfo=UTC)),
    ],
)
def test_a_moment_is_kept_in_utc(text: str, moment: datetime) -> None:
    kept = Moment().deserialize(text)
    assert (kept, kept.tzinfo) == (moment, UTC)


ZONES = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@settings(max_examples=500, deadline=None, derandomize=True)
@given(moment=st.datetimes(timezones=st.none()), zone=ZONES)
def test_every_moment_as_python_writes_it_is_read(moment: datetime, zone: timezone) -> None:
    written = moment.replace(tzinfo=zone)
    assume(datetime(1, 1, 3) < moment < datetime(9999, 12, 29))  # noqa: DTZ001
    assert Moment().deserialize(written.isoformat()) == written


@pytest.mark.parametrize("value", [7, None, True, ["2026-03-01T09:30:00Z"], "soon", "", "2026-03-01"])
def test_what_is_no_moment_is_refused_with_an_example(value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        Moment(required=True).deserialize(value)
    assert value is None or "2026-03-01T09:30:00Z" in str(refused.value)
