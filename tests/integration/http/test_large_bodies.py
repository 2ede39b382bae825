"""Large and hostile bodies are answered at once and in few words; `tests/growth` tries many more."""

from __future__ import annotations

import gc
import json
import time
import tracemalloc
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from tests.support.customers import CUSTOMERS, ada, assert_problem, errors_of
from tests.support.tenants import TenantUnderTest

MIB = 1024 * 1024
SECONDS = 0.3
LONGEST_ANSWER = 64 * 1024
MARKS = "\u0301\u0327"
IMPORT = f"{CUSTOMERS}/import"
UNKNOWN = "/api/v1/todos/bulk-delete"


def ask(
    tenant: TenantUnderTest, path: str, data: bytes, content_type: str = "application/json"
) -> TestResponse:
    """Send a body, and hold the answer to be quick and short."""
    began = time.thread_time()
    answer = tenant.request("POST", path, data=data, content_type=content_type)
    took = time.thread_time() - began
    assert took < SECONDS * max(1.0, len(data) / MIB)
    assert len(answer.data) < LONGEST_ANSWER
    return answer


def many(item: str, count: int) -> bytes:
    return f"[{','.join([item] * count)}]".encode()


@pytest.mark.parametrize("field", ["name", "email", "notes", "tags"])
@pytest.mark.parametrize("unit", [MARKS, "\u0f73", "\u0130", "\U0001d160", "x"], ids=ascii)
def test_a_text_that_is_far_too_long_is_refused_at_once(
    tenant: TenantUnderTest, field: str, unit: str
) -> None:
    text = unit * (900_000 // len(unit.encode()))
    body = json.dumps(ada(**{field: [text] if field == "tags" else text}), ensure_ascii=False)
    assert errors_of(ask(tenant, CUSTOMERS, body.encode())).keys() == {field}


@pytest.mark.parametrize(
    ("path", "body", "content_type", "status"),
    [
        (CUSTOMERS, b'{"name": "%b"}' % (b"x" * MIB)[:-64], "application/json", 422),
        (CUSTOMERS, b'"%b"' % (b"x" * MIB)[:-64], "application/json", 422),
        (CUSTOMERS, b'"%b' % (b"x" * MIB)[:-64], "application/json", 400),
        (IMPORT, b'{"name": "%b"}\n' % (b"x" * 200_000) * 5, "application/x-ndjson", 422),
        (
            CUSTOMERS,
            b'{"name": "A", "email": "same@a.example"%b}' % (b" " * MIB)[:-64],
            "application/json",
            409,
        ),
    ],
    ids=["a field", "the whole", "no JSON", "lines", "a row"],
)
def test_nothing_of_a_refused_body_is_kept_until_python_looks_for_cycles(
    tenant: TenantUnderTest, path: str, body: bytes, content_type: str, status: int
) -> None:
    assert tenant.request("POST", CUSTOMERS, json=ada(email="same@a.example")).status_code == 201
    tracemalloc.start()
    try:
        for attempt in range(2):
            gc.collect()
            gc.disable()
            before = tracemalloc.get_traced_memory()[0]
            assert tenant.request("POST", path, data=body, content_type=content_type).status_code == status
            kept = tracemalloc.get_traced_memory()[0] - before
            gc.enable()
            # What is made at first use is not the body's.
            assert attempt == 0 or kept < MIB // 10
    finally:
        gc.enable()
        tracemalloc.stop()


def test_no_error_about_a_refused_row_is_kept_until_python_looks_for_cycles(tenant: TenantUnderTest) -> None:
    lines = b'{"name": "A", "email": "same@a.example"}\n' * 50
    gc.collect()
    # Another test may hold one of its own.
    others = {id(found) for found in gc.get_objects() if isinstance(found, IntegrityError)}
    gc.disable()
    try:
        answer = tenant.request("POST", IMPORT, data=lines, content_type="application/x-ndjson")
        errors = [found for found in gc.get_objects() if isinstance(found, IntegrityError)]
        kept = [found for found in errors if id(found) not in others]
    finally:
        gc.enable()
    assert answer.status_code == 422
    assert kept == []


def test_marks_without_end_on_one_letter_are_refused(tenant: TenantUnderTest) -> None:
    for name, status in (("a" + "\u0301" * 30, 201), ("a" + MARKS * 16, 422)):
        answer = ask(tenant, CUSTOMERS, json.dumps(ada(name=name)).encode())
        assert answer.status_code == status
    assert errors_of(answer) == {"name": ["Must not hold more than 30 combining marks in a row."]}


def test_a_list_that_is_too_long_is_told_so_and_nothing_of_its_items(tenant: TenantUnderTest) -> None:
    fields = {"name": "A", "email": "a@a.example"}
    body = json.dumps({**fields, "tags": [1] * 15_000}).encode()
    assert errors_of(ask(tenant, CUSTOMERS, body)) == {"tags": ["Longer than maximum length 20."]}
    ids = b'{"ids": ' + many('"x"', 15_000) + b"}"
    assert errors_of(ask(tenant, UNKNOWN, ids)) == {"ids": ["Length must be between 1 and 200."]}


@pytest.mark.parametrize("item", ["1", '"x"', "[]", "{}", '{"a":1}', "null", "1.5", "[[[0]]]"])
def test_a_body_of_more_than_20_000_values_is_refused(tenant: TenantUnderTest, item: str) -> None:
    count = MIB // (len(item) + 1) - 100
    for path, name in ((CUSTOMERS, "tags"), (UNKNOWN, "ids")):
        body = b'{"%s": ' % name.encode() + many(item, count) + b"}"
        problem = assert_problem(ask(tenant, path, body), 400, "malformed-body")
        assert problem["detail"] == "The body holds more than 20000 values."


@pytest.mark.parametrize("notes", ["," * 10_000, "[{" * 5_000, '\\",' * 3_000, "\\\\," * 5_000])
def test_what_stands_in_a_text_is_no_further_value(tenant: TenantUnderTest, notes: str) -> None:
    further = ",".join(f'"k{n}": "{notes}"' for n in range(5))
    body = f'{{"name": "A", "email": "a@a.example", {further}}}'
    assert errors_of(ask(tenant, CUSTOMERS, body.encode())).keys() == {f"k{n}" for n in range(5)}


def test_a_hundred_errors_are_told_and_the_rest_is_counted(tenant: TenantUnderTest) -> None:
    body: dict[str, Any] = {f"k{n:04}": 1 for n in range(5_000)} | {"x" * 500_000: 1}
    problem = assert_problem(ask(tenant, CUSTOMERS, json.dumps(body).encode()), 422, "invalid-fields")
    assert len(problem["errors"]) == 100
    # A name and an address are missing too.
    assert problem["detail"] == "Some fields are invalid. 4903 more errors are not listed."


def test_a_long_name_of_a_field_is_told_by_its_beginning(tenant: TenantUnderTest) -> None:
    body = json.dumps(ada(**{"k" * 500_000: 1})).encode()
    assert errors_of(ask(tenant, CUSTOMERS, body)) == {"k" * 100 + "…": ["Unknown field."]}


def test_all_rows_of_a_bulk_request_may_be_refused(tenant: TenantUnderTest) -> None:
    ids = [f"00000000-0000-0000-0000-{n:012}" for n in range(200)]
    problem = assert_problem(ask(tenant, UNKNOWN, json.dumps({"ids": ids}).encode()), 422, "items-refused")
    assert [*problem["errors"]["ids"]] == [str(place) for place in range(100)]
    assert problem["detail"] == "Rows refused: 200. Nothing was done. 100 more errors are not listed."


@pytest.mark.parametrize(
    "line", [many("1", 100_000), b'{"tags": ' + many("1", 100_000) + b"}", MARKS.encode() * 50_000]
)
def test_lines_of_a_file_are_refused_in_few_words(tenant: TenantUnderTest, line: bytes) -> None:
    answer = ask(tenant, f"{CUSTOMERS}/import", (line + b"\n") * 20, "application/x-ndjson")
    assert len(assert_problem(answer, 422, "rows-refused")["errors"]) == 20


def test_errors_of_a_file_are_told_as_far_as_a_hundred(tenant: TenantUnderTest) -> None:
    line = json.dumps({f"k{n:03}": 1 for n in range(60)}).encode() + b"\n"
    problem = assert_problem(
        ask(tenant, f"{CUSTOMERS}/import?mode=partial", line * 50, "application/x-ndjson"), 422
    )
    # Each line lacks a name and an address too.
    assert [len(said) for said in problem["errors"].values()] == [62, 38]
    assert problem["detail"] == "Lines refused: 50. Nothing was imported. 3000 more errors are not listed."


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("," * 262_000, "The file is empty"),
        (f"name,email{',' * 260_000}", "The file holds no rows."),
        ("name," * 52_000, "Has 52000 columns; there are 7."),
        (",".join(f"c{n}" for n in range(30_000)), "Has 30000 columns; there are 7."),
        (f"{',' * 260_000}name", "Has 260001 columns; there are 7."),
        (f"name,email\n{chr(34)}x\n{chr(34)}," + '"x\n",' * 60_000, "quotation mark"),
    ],
    ids=range(6),
)
def test_a_header_or_a_row_without_end_is_refused_at_once(
    tenant: TenantUnderTest, header: str, said: str
) -> None:
    answer = ask(tenant, f"{CUSTOMERS}/import", f"{header}\n".encode(), "text/csv")
    assert said in assert_problem(answer, 422, "file-refused")["detail"]
