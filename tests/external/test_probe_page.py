"""The probe's page in real Chromium: it shows the matrix, tells what was tried, and asks no host."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tenantapp.rls.probe import ProbeReport
from tenantapp.rls.probe.page import as_html
from tests.integration.rls.probe.conftest import execute, run_probe  # noqa: F401 - fixtures
from tests.integration.rls.probe.targets import TARGETS
from tests.support.browser import complaints, requested

pytestmark = pytest.mark.services

BROKEN = ("a policy that is true", "a definer function of a superuser's")


@pytest.fixture
def report(run_probe, execute, database: str) -> ProbeReport:  # type: ignore[no-untyped-def] # noqa: F811
    """A report with leaks, and with texts that could end an element."""
    for target in TARGETS:
        if target.name in BROKEN:
            execute(target.do)
    execute("COMMENT ON TABLE customers IS 'harmless'")
    execute('CREATE TABLE "</script><b>" (tenant_id uuid NOT NULL, id uuid PRIMARY KEY)')
    return run_probe(database)


@pytest.fixture
def page(report: ProbeReport, browser: webdriver.Chrome, tmp_path: Path) -> Iterator[webdriver.Chrome]:
    path = tmp_path / "probe.html"
    path.write_text(as_html(report), encoding="utf-8")
    browser.get(path.as_uri())
    yield browser
    assert [url for url in requested(browser) if url != path.as_uri()] == []
    assert complaints(browser) == []


def texts(page: webdriver.Chrome, selector: str) -> list[str]:
    return [each.text for each in page.find_elements(By.CSS_SELECTOR, selector)]


def test_the_page_shows_every_cell(page: webdriver.Chrome, report: ProbeReport) -> None:
    assert page.find_element(By.TAG_NAME, "h1").text == f"{report.counts()['LEAK']} leaks between tenants"
    cells = page.find_elements(By.CSS_SELECTOR, ".cell")
    assert len(cells) == sum(len(subject.cells) for subject in report.subjects)
    assert len(page.find_elements(By.CSS_SELECTOR, ".cell.leak")) == report.counts()["LEAK"]
    assert "public.</script><b>" in texts(page, "tbody th")
    assert page.find_elements(By.TAG_NAME, "b") != []
    assert "public.customers" in texts(page, "tbody th.leak")


def test_a_click_tells_what_was_tried_and_escape_closes_it(page: webdriver.Chrome) -> None:
    cell = page.find_element(By.CSS_SELECTOR, '[aria-label="public.customers, read: leak"]')
    cell.click()
    detail = page.find_element(By.ID, "detail")
    assert detail.is_displayed()
    assert 'SELECT "tenant_id" FROM "public"."customers"' in detail.text
    assert "1 row: ca11a121-0000-4000-8000-00000000000b" in detail.text
    page.find_element(By.TAG_NAME, "body").send_keys(Keys.ESCAPE)
    assert not detail.is_displayed()


def test_hovering_tells_the_answer(page: webdriver.Chrome) -> None:
    cell = page.find_element(By.CSS_SELECTOR, '[aria-label="public.customers, insert: leak"]')
    webdriver.ActionChains(page).move_to_element(cell).perform()
    hint = page.find_element(By.ID, "hint")
    assert hint.is_displayed()
    assert "it was not refused" in hint.text


def test_leaks_alone_can_be_shown(page: webdriver.Chrome) -> None:
    page.find_element(By.CSS_SELECTOR, "[data-outcome=LEAK]").click()
    assert texts(page, "tbody th") == ["public.customers", "tenancy.everyone()"]
    page.find_element(By.ID, "search").send_keys("everyone")
    assert texts(page, "tbody th") == ["tenancy.everyone()"]
    page.find_element(By.ID, "search").send_keys("?")
    assert page.find_element(By.ID, "empty").text == "Nothing matches the filter."


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
def test_the_page_is_readable_light_and_dark_wide_and_narrow(
    page: webdriver.Chrome, scheme: str, width: int
) -> None:
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    page.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    style = "return getComputedStyle(document.body)"
    ground = page.execute_script(f"{style}.backgroundColor")
    assert ground == {"light": "rgb(246, 247, 249)", "dark": "rgb(15, 20, 27)"}[scheme]
    assert page.execute_script("return document.documentElement.scrollWidth") <= width
