"""In development a changed module is served at once, and a broken one ends nothing."""

from __future__ import annotations

import shutil
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

from tenantapp.settings.context_key import PUBLISHED_CONTEXT_KEY
from tests.e2e.programs import GUNICORN, REPOSITORY, eventually, free_port, on_database, running
from tests.e2e.wire import call
from tests.support.databases import Server

ADDED = '\n\n@blueprint.route("/added")\n@permission(PUBLIC)\ndef added():\n    return "{}"\n'


def asked(port: int) -> int | None:
    # Between two workers a connection may be reset.
    with suppress(OSError, HTTPException):
        return call(port, "GET", "/added").status
    return None


def test_a_change_is_served_and_a_broken_module_is_waited_for(
    server: Server, shared_database: str, tmp_path: Path
) -> None:
    checkout = tmp_path / "checkout"
    for part in ("tenantapp", "migrations", "sql"):
        shutil.copytree(REPOSITORY / part, checkout / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "wsgi.py", checkout)
    port = free_port()
    told = on_database(server, shared_database, PORT=str(port), WEB_WORKERS="1")
    told |= {"APP_ENV": "development", "PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": "1"}
    told["CONTEXT_KEY"] = PUBLISHED_CONTEXT_KEY.written()
    module = checkout / "tenantapp" / "health" / "views.py"
    whole = module.read_text()

    def answers(status: int) -> bool:
        return eventually(lambda: asked(port) == status, 30)

    with running(GUNICORN, told, tmp_path / "served", checkout) as program:
        assert answers(404), program.errors
        module.write_text(whole + ADDED)
        assert answers(200), program.errors
        for broken, said in (("\nunknown()\n", "NameError: name 'unknown'"), ("\ndef (\n", "SyntaxError")):
            module.write_text(whole + broken)
            assert eventually(lambda said=said: said in program.errors, 30), program.errors
            assert program.process.poll() is None
        module.write_text(whole)
        assert answers(404), program.errors
