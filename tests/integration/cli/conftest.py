"""The commands as an operator types them, on the database that tests share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.support.commands import Refusal, Run


@pytest.fixture
def run(app: Flask) -> Run:
    """Run a command on the shared database."""
    return lambda *arguments, **options: app.test_cli_runner().invoke(args=list(arguments), **options)


@pytest.fixture
def refused(run: Run) -> Callable[..., Refusal]:
    """Run a command that is to be refused."""
    return lambda *arguments: Refusal(run(*arguments))
