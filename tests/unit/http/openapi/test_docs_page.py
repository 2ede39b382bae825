"""The docs page as it is sent; tests/external shows it in a browser."""

from __future__ import annotations

import re

import pytest
from flask import Flask


@pytest.mark.parametrize(
    "host", ["localhost", "acme.localhost", "nobody.localhost", "evil.example", "a b", ""]
)
def test_the_root_leads_to_it_on_every_host_and_names_none(described: Flask, host: str) -> None:
    answer = described.test_client().get("/", environ_overrides={"HTTP_HOST": host, "SERVER_NAME": "evil"})
    assert (answer.status_code, answer.headers["Location"], answer.data) == (302, "/docs", b"")
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_root_takes_no_other_method(described: Flask) -> None:
    assert described.test_client().post("/").status_code == 405


def test_the_page_names_no_other_host(described: Flask) -> None:
    html = described.test_client().get("/docs").get_data(as_text=True)
    addresses = re.findall(r'(?:src|href)="([^"]*)"', html)
    assert len(addresses) == 4
    assert all(re.match(r"/[^/]", address) for address in addresses)


def test_the_page_runs_one_script_of_its_own_by_a_nonce_that_is_new_each_time(described: Flask) -> None:
    client = described.test_client()
    nonces = []
    for page in (client.get("/docs"), client.get("/docs")):
        policy = page.headers["Content-Security-Policy"]
        nonce = re.search(r"script-src 'self' 'nonce-([\w-]{20,})';", policy)
        assert nonce
        assert re.findall(r"<script(?! src)([^>]*)>", page.get_data(as_text=True)) == [f' nonce="{nonce[1]}"']
        assert "unsafe" not in policy
        assert policy.startswith("default-src 'none';")
        assert page.headers.getlist("Content-Security-Policy") == [policy]
        assert page.headers["Cache-Control"] == "no-store"
        nonces.append(nonce[1])
    assert nonces[0] != nonces[1]


@pytest.mark.parametrize("name", ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"])
def test_its_files_are_cached(described: Flask, name: str) -> None:
    client = described.test_client()
    first = client.get(f"/docs/assets/{name}")
    assert first.status_code == 200
    assert len(first.data) > 500
    assert first.headers["Cache-Control"] == "public, max-age=86400"
    again = client.get(f"/docs/assets/{name}", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["oauth2-redirect.html", "../__init__.py", "%2e%2e/LICENSE", "index.css"])
def test_no_other_file_is_served(described: Flask, name: str) -> None:
    assert described.test_client().get(f"/docs/assets/{name}").status_code == 404
