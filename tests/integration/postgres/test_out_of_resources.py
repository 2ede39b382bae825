"""A statement that takes more of the server than its role may have is a 503; the server lacks nothing."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import text
from structlog.testing import capture_logs

from tenantapp.db.session import db
from tests.support.probes import in_request
from tests.support.tenants import TenantUnderTest
from tests.support.wsgi import CUSTOMERS

# The tests' role may have 16 MB of temporary files.
_MUCH = (
    "SELECT count(*) FROM (SELECT repeat('x', 100) || n FROM generate_series(1, 400000) AS n ORDER BY 1) AS s"
)


def test_a_statement_over_the_limit_of_temporary_files_is_a_503(app: Flask, tenant: TenantUnderTest) -> None:
    with capture_logs() as entries:
        answer = in_request(tenant, lambda: [db.session.scalar(text(_MUCH))])
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert answer.headers["Retry-After"].isdecimal()
    assert len([entry for entry in entries if "request_id" in entry and entry["event"] != "request"]) == 1
    assert not any("exc_info" in entry for entry in entries)
    assert tenant.request("GET", CUSTOMERS).status_code == 200
    ready = app.test_client().get("/readyz", base_url="http://localhost")
    assert not any("resources" in problem for problem in ready.json["problems"])
