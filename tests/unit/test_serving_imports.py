"""What serves requests does not carry what only commands and migrations need."""

from __future__ import annotations

import os
import subprocess
import sys


def test_the_application_does_not_import_what_audits_and_attacks() -> None:
    """The commands' files name `tenantapp.rls`, and import it when they are run: the linter cannot tell."""
    program = (
        "import sys, tenantapp.application, tenantapp.server;"
        "sys.exit([name for name in sys.modules if name.startswith('tenantapp.rls')] or 0)"
    )
    settings = {**os.environ, "APP_ENV": "testing"}
    subprocess.run([sys.executable, "-c", program], check=True, env=settings)
