"""Debian's Chromium, without a window, and what it asked the network for."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from werkzeug.serving import WSGIRequestHandler, make_server

CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
_OPTIONS = (
    "--headless=new",
    # A sandbox within root's own is refused.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    # What a browser asks on its own account is none of the page's.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--window-size=1280,1600",
)
# The browser's own pages and what is written in the page itself.
_NOT_THE_NETWORK = ("chrome:", "data:", "blob:", "about:")


@contextmanager
def chromium(profile: Path) -> Iterator[webdriver.Chrome]:
    """Lend a browser with an empty profile.

    Raises:
        FileNotFoundError: Chromium or its driver is not installed.
    """
    if not (CHROMIUM.exists() and DRIVER.exists()):
        raise FileNotFoundError("missing: Chromium; on Debian: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for option in (*_OPTIONS, f"--user-data-dir={profile}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    try:
        yield driver
    finally:
        driver.quit()


def requested(driver: webdriver.Chrome) -> list[str]:
    """Return the addresses that were asked for since the last call."""
    events = [json.loads(entry["message"])["message"] for entry in _log(driver, "performance")]
    sent = ("Network.requestWillBeSent", "Network.webSocketCreated")
    params = [event["params"] for event in events if event["method"] in sent]
    urls = [str(said["request"]["url"] if "request" in said else said["url"]) for said in params]
    return [url for url in urls if not url.startswith(_NOT_THE_NETWORK)]


def complaints(driver: webdriver.Chrome) -> list[str]:
    """Return what the console has shown since the last call."""
    return [str(entry["message"]) for entry in _log(driver, "browser")]


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve `app` on 127.0.0.1; lend the address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Print nothing."""


def _log(driver: webdriver.Chrome, kind: str) -> list[dict[str, Any]]:
    return list(driver.get_log(kind))  # type: ignore[no-untyped-call]
