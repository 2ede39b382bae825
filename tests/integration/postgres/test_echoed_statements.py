"""SQL_ECHO shows each statement once, and none of its parameters."""

from __future__ import annotations

import subprocess
import sys

from tests.support.databases import Server

SCRIPT = """
import sys
import sqlalchemy as sa
from tenantapp.observability import logs
from tenantapp.postgres.sealing import sealer_for, sealing_engine
from tests.support.described import described_settings

settings = described_settings("development")
logs.configure(settings)
url = sa.make_url(sys.argv[1])
engine = sealing_engine(url, sealer_for(settings, url), echo=True)
with engine.connect() as connection:
    connection.execute(sa.text("SELECT CAST(:value AS text)"), {"value": "canary-4711"})
"""


def test_a_statement_is_echoed_once_without_its_parameters(server: Server, shared_database: str) -> None:
    address = server.address("app", shared_database).render_as_string(hide_password=False)
    done = subprocess.run([sys.executable, "-c", SCRIPT, address], capture_output=True, text=True, check=True)
    assert done.stderr.count("SELECT CAST(") == 1
    assert "canary-4711" not in done.stderr
    assert done.stdout == ""
