"""Imports over HTTP: files that are right, wrong in every way that files are, and cut off."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

import pytest
from flask import Flask

from tests.support.customers import assert_problem
from tests.support.tenants import TenantUnderTest

IMPORT = "/api/v1/customers/import"
HEAD = "name,email\n"
TWO = HEAD + "Ada,ada@a.example\nBruno,bruno@b.example\n"


def send(
    tenant: TenantUnderTest, file: str | bytes, mode: str = "all", kind: str = "text/csv", **options: Any
) -> Any:
    data = file.encode() if isinstance(file, str) else file
    path = f"{IMPORT}?mode={mode}"
    return tenant.request("POST", path, data=data, content_type=kind, **options)


def names(tenant: TenantUnderTest) -> list[str]:
    return [row["name"] for row in tenant.request("GET", "/api/v1/customers?sort=name").json["items"]]


def test_a_csv_file_becomes_rows_with_what_is_not_given_as_its_default(tenant: TenantUnderTest) -> None:
    file = (
        '\ufeffemail,name,tags,status,phone\r\nADA@A.example," Ada ","[""B"",""a""]",,\'+49 30\r\n'
        '\r\nbruno@b.example,Bruno,,prospect,"1\n2"\r\n'
    )
    answer = send(tenant, file)
    assert answer.json == {"imported": 2, "refused": 0, "errors": {}}, answer.get_data(as_text=True)
    ada, bruno = tenant.request("GET", "/api/v1/customers?sort=name").json["items"]
    assert [ada[key] for key in ("email", "name", "tags", "status", "phone", "notes")] == [
        "ada@a.example",
        "Ada",
        ["a", "b"],
        "active",
        "+49 30",
        None,
    ]
    assert (bruno["tags"], bruno["status"], bruno["phone"]) == ([], "prospect", "1\n2")


def test_ndjson_becomes_rows(tenant: TenantUnderTest) -> None:
    rows = [{"name": "Ada", "email": "a@a.example", "tags": ["x"]}, {"name": "B", "email": "b@b.example"}]
    file = "\n\n".join(map(json.dumps, rows))
    assert send(tenant, file, kind="application/x-ndjson; charset=utf-8").json["imported"] == 2
    assert names(tenant) == ["Ada", "B"]


def test_all_or_nothing_names_every_line_and_imports_none(tenant: TenantUnderTest) -> None:
    assert send(tenant, TWO).status_code == 200
    wrong = HEAD + "Carl,carl@c.example\nAda,ADA@a.example\nDora\nEmil,no address\nCarl,carl@c.example\n"
    first = assert_problem(send(tenant, wrong), 422, "rows-refused")
    # What the database refuses is not looked for once a line is known to be wrong.
    assert first["errors"].keys() == {"4", "5"}
    assert first["errors"]["4"] == {"_line": ["Has 1 cells; the header has 2."]}
    taken = HEAD + "Carl,carl@c.example\nAda,ADA@a.example\nEmil,emil@e.example\nCarl,carl@c.example\n"
    problem = assert_problem(send(tenant, taken), 422, "rows-refused")
    assert problem["errors"] == {line: {"email": ["Already taken."]} for line in ("3", "5")}
    assert names(tenant) == ["Ada", "Bruno"]


def test_partial_imports_what_can_be_and_reports_the_rest_by_line(tenant: TenantUnderTest) -> None:
    assert send(tenant, TWO).status_code == 200
    file = (
        HEAD + 'Carl,carl@c.example\nAda,ada@a.example\n"D\nora"\nEmil,nowhere\n,f@f.example\nG,g@g.example\n'
    )
    report = send(tenant, file, "partial").json
    assert (report["imported"], report["refused"]) == (2, 4)
    assert {line: [*errors] for line, errors in report["errors"].items()} == {
        "3": ["email"],
        "4": ["_line"],
        "6": ["email"],
        "7": ["name"],
    }
    assert names(tenant) == ["Ada", "Bruno", "Carl", "G"]
    again = assert_problem(send(tenant, TWO, "partial"), 422, "rows-refused")
    assert again["errors"].keys() == {"2", "3"}


def test_a_state_in_which_no_row_begins_is_told_by_its_line(tenant: TenantUnderTest) -> None:
    file = "name,status\nCheckout,operational\nOld,retired\n"
    answer = tenant.request("POST", "/api/v1/services/import", data=file, content_type="text/csv")
    assert assert_problem(answer, 422, "rows-refused")["errors"].keys() == {"3"}
    assert tenant.request("GET", "/api/v1/services").json["items"] == []


COMMAS = "separate them by commas."
UTF_16 = "Line 1: The file is UTF-16; save it as UTF-8 (Excel: CSV UTF-8)."
FORMS = {
    "": (1, "_line"),
    HEAD: (1, "_line"),
    "name,email,tenant_id\nA,a@a.example,1\n": (1, "tenant_id"),
    "name,email,id\nA,a@a.example,1\n": (1, "id"),
    "name,email,row_version\nA,a@a.example,1\n": (1, "row_version"),
    "name,email,password\nA,a@a.example,1\n": (1, "password"),
    "name,email,name\nA,a@a.example,B\n": (1, "name"),
    "name;email\nA;a@a.example\n": (1, "_line"),
    "name,,email\nA,,a@a.example\n": (1, "_line"),
    f"name,email{',x' * 200}\n": (1, "_line"),
    "name\nA\n": (1, "email"),
    TWO + "Carl,\x00c@c.example\n": (4, "_line"),
    TWO + f"{'x' * 300_000},c@c.example\n": (4, "_line"),
    TWO + '"Carl,c@c.example\n': (4, "_line"),
    TWO + '"Carl" Z,c@c.example\n': (4, "_line"),
}
BYTES = {
    TWO.encode() + "Jörg,j@j.example\n".encode("latin-1"): (4, "_line"),
    TWO.encode("utf-16"): (1, "_line"),
}


@pytest.mark.parametrize("mode", ["all", "partial"])
def test_a_file_that_is_broken_in_its_form_is_refused_by_its_line(tenant: TenantUnderTest, mode: str) -> None:
    files: dict[str | bytes, tuple[int, str]] = {**FORMS, **BYTES}
    for file, (line, field) in files.items():
        problem = assert_problem(send(tenant, file, mode), 422, "file-refused")
        assert problem["errors"].keys() == {str(line)}, (file[:80], problem)
        assert field in problem["errors"][str(line)], (file[:80], problem)
        assert problem["detail"].startswith(f"Line {line}: ")
    assert names(tenant) == []


def test_lines_that_are_no_objects_are_refused_as_lines(tenant: TenantUnderTest) -> None:
    lines = ["7", "[]", "{", '{"name": "A", "email": "a@a.example", "tenant_id": "1"}', "[" * 50, '"\\u0000"']
    answer = send(tenant, "\n".join(lines), kind="application/x-ndjson")
    problem = assert_problem(answer, 422, "rows-refused")
    assert problem["errors"].keys() == {"1", "2", "3", "4", "5", "6"}
    assert problem["errors"]["4"] == {"tenant_id": ["Unknown field."]}
    assert [problem["errors"][line].keys() for line in "12356"] == [{"_line"}] * 5


def test_a_file_says_what_is_wrong_in_words_for_who_sends_it(tenant: TenantUnderTest) -> None:
    said: dict[str | bytes, str] = {
        "name,email\rA,a@a.example\r": "Line 1: Not valid CSV: lines end with LF or CRLF, not with CR alone.",
        "name,tenant_id,extra\nA,1,2\n": (
            "Line 1: tenant_id: Unknown field. extra: Unknown field. email: Missing column."
        ),
        "name,,email\nA,,a@a.example\n": "Line 1: Column 2 has no name.",
        "name;email;;\nA;a@a.example;;\n": f"Line 1: The columns are separated by semicolons; {COMMAS}",
        '"name"\t"email"\nA\ta@a.example\n': f"Line 1: The columns are separated by tabs; {COMMAS}",
        TWO.encode("utf-16"): UTF_16,
        TWO.encode("utf-16-le"): UTF_16,
        TWO.encode("utf-16-be"): UTF_16,
        ("n" * 200_000).encode("utf-16-le"): UTF_16,
    }
    for file, detail in said.items():
        assert assert_problem(send(tenant, file), 422, "file-refused")["detail"] == detail


def test_rows_and_columns_that_a_spreadsheet_leaves_empty_are_left_out(tenant: TenantUnderTest) -> None:
    file = "name,email,phone,,\r\nAda,ada@a.example,,,\r\n,,,,\r\nB,b@b.example,1,,\r\n,,,,\r\n,,,,\r\n"
    assert send(tenant, file).json == {"imported": 2, "refused": 0, "errors": {}}
    assert names(tenant) == ["Ada", "B"]
    told = send(tenant, "name,email,,\nC,c@c.example,,surprise\n,,,\nD,d@d.example,,\n", "partial").json
    assert told["errors"] == {"2": {"_line": ["Has 4 cells; the header has 2."]}}
    assert names(tenant) == ["Ada", "B", "D"]


def test_a_file_of_empty_rows_holds_none(tenant: TenantUnderTest) -> None:
    problem = assert_problem(send(tenant, f"{HEAD}{',' * 5}\n,\n"), 422, "file-refused")
    assert problem["detail"] == "Line 1: The file holds no rows."


def test_a_compressed_file_is_refused_as_such(tenant: TenantUnderTest) -> None:
    refused = send(tenant, gzip.compress(TWO.encode()), headers={"Content-Encoding": "gzip"})
    problem = assert_problem(refused, 415, "unsupported-media-type")
    assert problem["detail"] == "Send the body without Content-Encoding."
    assert send(tenant, TWO, headers={"Content-Encoding": "identity"}).status_code == 200


def test_too_many_wrong_lines_end_the_work_and_undo_it(tenant: TenantUnderTest) -> None:
    file = TWO + "A,nowhere\n" * 2500
    problem = assert_problem(send(tenant, file, "partial"), 422, "rows-refused")
    assert len(problem["errors"]) == 100
    assert problem["detail"] == (
        "More than 1000 lines are refused; nothing was imported. 901 more errors are not listed."
    )
    assert names(tenant) == []


def test_size_and_kind_have_their_own_limits(app: Flask, tenant: TenantUnderTest) -> None:
    long = HEAD + "".join(f"{'x' * 200},c{n}@c.example\n" for n in range(6000))
    assert len(long) > 1024 * 1024
    assert send(tenant, long).json["imported"] == 6000
    before = dict(app.config)
    try:
        app.config.update(IMPORT_MAX_BYTES=20, IMPORT_MAX_ROWS=1)
        assert_problem(send(tenant, TWO), 413, "request-entity-too-large")
        app.config.update(IMPORT_MAX_BYTES=10_000)
        assert assert_problem(send(tenant, TWO), 422, "file-refused")["errors"].keys() == {"3"}
    finally:
        app.config.update(before)
    for kind in ("application/json", "", "application/vnd.ms-excel"):
        assert_problem(send(tenant, TWO, kind=kind), 415, "unsupported-media-type")
    keyed = send(tenant, TWO, headers={"Idempotency-Key": "once"})
    assert_problem(keyed, 400, "idempotency-key-refused")
    assert_problem(send(tenant, TWO, "half"), 422, "invalid-fields")


def test_a_connection_that_breaks_half_way_leaves_nothing(tenant: TenantUnderTest) -> None:
    file = HEAD + "".join(f"C,c{n}@c.example\n" for n in range(5000))

    class Gone(io.BytesIO):
        def readinto(self, _buffer: Any) -> int:
            raise ConnectionResetError

    for mode in ("all", "partial"):
        # Fewer bytes come than were announced.
        cut = send(tenant, file[:60_000], mode, environ_overrides={"CONTENT_LENGTH": str(len(file))})
        assert_problem(cut, 400, "bad-request")
        reset = {"wsgi.input": Gone(), "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
        assert_problem(send(tenant, "", mode, environ_overrides=reset), 400, "bad-request")
    assert names(tenant) == []
