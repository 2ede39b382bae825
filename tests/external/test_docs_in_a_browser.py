"""The docs page in real Chromium: it shows the operations, tries them out, and asks no other host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.support import browser as browsers
from tests.support.browser import complaints, requested, served
from tests.support.described import document_of, operations
from tests.support.tenants import TenantUnderTest

pytestmark = pytest.mark.services


def all_of(browser: webdriver.Chrome, selector: str) -> list[WebElement]:
    """Wait until there is something that the selector finds, and return it all."""
    found: Callable[[Any], Any] = lambda driver: driver.find_elements(By.CSS_SELECTOR, selector)  # noqa: E731
    return list(WebDriverWait(browser, 20).until(found, f"nothing is {selector!r}"))


def test_the_page_shows_every_operation_and_asks_its_own_host_alone(
    app: Flask, browser: webdriver.Chrome
) -> None:
    with served(app) as address:
        browser.get(f"{address}/docs")
        all_of(browser, ".opblock")
        for operation in browser.find_elements(By.CSS_SELECTOR, ".opblock-summary-control"):
            operation.click()
            all_of(browser, ".opblock.is-open .responses-table")
            # All open at once, each further one takes the page longer.
            operation.click()
        shown = {
            (each.find_element(By.CSS_SELECTOR, ".opblock-summary-method").text.lower(), path)
            for each in all_of(browser, ".opblock-summary")
            if (
                path := each.find_element(By.CSS_SELECTOR, ".opblock-summary-path").get_attribute("data-path")
            )
        }
        asked = requested(browser)
    assert shown == {(method, path) for path, method, _ in operations(document_of(app))}
    assert f"{address}/api/v1/openapi.json" in asked
    assert [url for url in asked if not url.startswith(f"{address}/")] == []
    assert complaints(browser) == []


def test_a_person_lists_customers_on_it(
    app: Flask, tenant: TenantUnderTest, browser: webdriver.Chrome
) -> None:
    tenant.create("/api/v1/customers", name="Ada Albrecht", email="ada@albrecht.example")
    with served(app) as address:
        browser.get(f"{address}/docs")
        all_of(browser, ".btn.authorize")[0].click()
        all_of(browser, ".auth-container input")[0].send_keys(tenant.token)
        all_of(browser, ".auth-btn-wrapper .authorize")[0].click()
        all_of(browser, ".auth-btn-wrapper .btn-done")[0].click()
        all_of(browser, "#operations-customers-customers_list .opblock-summary-control")[0].click()
        all_of(browser, ".try-out__btn")[0].click()
        all_of(browser, "[data-param-name=X-Tenant-Subdomain] input")[0].send_keys(tenant.subdomain)
        all_of(browser, ".btn.execute")[0].click()
        answer = all_of(browser, ".live-responses-table .response")[0]
        assert answer.find_element(By.CSS_SELECTOR, ".response-col_status").text.startswith("200")
        assert "Ada Albrecht" in answer.text
        assert [url for url in requested(browser) if not url.startswith(f"{address}/")] == []
    assert complaints(browser) == []


def test_the_policy_lets_the_page_ask_no_other_host(app: Flask, browser: webdriver.Chrome) -> None:
    with served(app) as address:
        browser.get(f"{address}/docs")
        browser.execute_script("fetch('http://127.0.0.2:9/elsewhere').catch(() => {})")
        told = WebDriverWait(browser, 20).until(lambda _: complaints(browser))
    assert "Content Security Policy" in told[0]


def test_a_page_that_asks_another_host_would_be_noticed(browser: webdriver.Chrome) -> None:
    careless = Flask("careless")
    careless.add_url_rule("/", view_func=lambda: '<link rel="icon" href="data:,"><img src="//127.0.0.2:9/x">')
    with served(careless) as address:
        browser.get(f"{address}/")
        assert requested(browser) == [f"{address}/", "http://127.0.0.2:9/x"]
    assert complaints(browser) != []


def test_a_missing_browser_is_named_with_what_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setattr(browsers, "CHROMIUM", tmp_path / "chromium")
    with (
        pytest.raises(FileNotFoundError, match="apt-get install chromium chromium-driver"),
        browsers.chromium(tmp_path),
    ):
        pass
