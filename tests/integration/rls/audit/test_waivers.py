"""What is lived with: by check, object, reason and date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tenantapp.rls.audit.configuration import Waiver
from tenantapp.rls.audit.errors import AuditConfigurationError
from tenantapp.rls.audit.findings import Audit
from tenantapp.rls.audit.run import audit
from tests.integration.rls.audit.story import PROJECT, execute
from tests.support.databases import Server

TODAY = date(2027, 1, 15)
CHECK = "0002_rls_not_forced"
Audited = Callable[..., Audit]


def waiver(name: str = "public.customers", check: str = CHECK, expires: date = TODAY) -> Waiver:
    return Waiver(check=check, object=name, reason="a move is under way", expires=expires)


@pytest.fixture
def audited_with(server: Server, database: str) -> Audited:
    execute(server, database, "ALTER TABLE customers NO FORCE ROW LEVEL SECURITY")

    def run(*waivers: Waiver) -> Audit:
        with server.connect("owner", database) as connection:
            return audit(connection, server.names, replace(PROJECT, waivers=waivers), today=TODAY)

    return run


def test_without_a_waiver_an_error_fails(audited_with: Audited) -> None:
    assert audited_with().failed


def test_a_waiver_holds_on_its_last_day(audited_with: Audited) -> None:
    result = audited_with(waiver())
    assert (result.failed, result.open) == (False, ())
    assert result.as_json()["waived"][0]["waived_because"] == "a move is under way"


def test_a_waiver_that_has_expired_fails(audited_with: Audited) -> None:
    result = audited_with(waiver(expires=TODAY - timedelta(days=1)))
    assert result.failed
    assert [(finding.check, finding.object) for finding in result.open] == [
        ("waivers", f"{CHECK}: public.customers")
    ]
    assert "expired on 2027-01-14" in result.open[0].detail


def test_a_waiver_that_has_expired_fails_though_nothing_is_found(audited_with: Audited) -> None:
    stale = waiver("public.gone", expires=TODAY - timedelta(days=1))
    assert [finding.severity for finding in audited_with(waiver(), stale).open] == ["error"]


def test_a_waiver_of_nothing_is_told(audited_with: Audited) -> None:
    result = audited_with(waiver(), waiver("public.api_keys"))
    assert not result.failed
    assert [finding.detail for finding in result.open] == ["waives nothing that was found"]


def test_a_waiver_of_what_could_not_be_read_is_not_told(audited_with: Audited) -> None:
    assert audited_with(waiver(), waiver("*", check="0083_statistics_left")).open == ()


def test_a_waiver_is_of_its_check_alone(audited_with: Audited) -> None:
    assert audited_with(waiver(check="0001_rls_disabled")).failed


@pytest.mark.parametrize(
    ("pattern", "covered"), [("public.*", True), ("*", True), ("public.c", False), ("x*", False)]
)
def test_a_star_stands_for_anything(audited_with: Audited, pattern: str, covered: bool) -> None:
    assert audited_with(waiver(pattern)).failed is not covered


def test_other_signs_of_patterns_stand_for_themselves() -> None:
    assert waiver("f(text[])").covers(CHECK, "f(text[])")
    assert not waiver("public.c?stomers").covers(CHECK, "public.customers")


def test_a_waiver_of_no_check_is_refused(audited_with: Audited) -> None:
    with pytest.raises(AuditConfigurationError, match="there is no check '0999_unheard_of'"):
        audited_with(waiver(check="0999_unheard_of"))
