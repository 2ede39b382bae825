"""The application where no database is asked, and its API document."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from flask import Flask

from tests.support.described import described_app, document_of


@pytest.fixture(scope="session")
def described() -> Flask:
    """The application, which warns of nothing when it is made."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return described_app()


@pytest.fixture(scope="session")
def document(described: Flask) -> dict[str, Any]:
    """The API document."""
    return document_of(described)
