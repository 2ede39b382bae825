"""What a package has is found wherever the package is."""

from __future__ import annotations

from pathlib import Path

import pytest

import tenantapp
from tenantapp import discovery
from tenantapp.application import require_models
from tenantapp.models.errors import Undeclarable


def test_modules_are_found_at_any_depth_in_the_order_of_their_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in ("zoo/ants/models.py", "bees/models/__init__.py", "zoo/models.py", "models/base.py"):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    monkeypatch.setattr(tenantapp, "__file__", str(tmp_path / "__init__.py"))
    monkeypatch.setattr(discovery.importlib, "import_module", lambda name: name)
    found = [name.removeprefix("tenantapp.") for name in map(str, discovery.modules_named("models"))]
    assert found == ["zoo.ants.models", "bees.models", "zoo.models"]


def test_what_postgresql_enforces_is_never_imported_for_its_names() -> None:
    assert not [module for module in discovery.modules_named("views") if ".rls." in module.__name__]


def test_a_model_that_is_refused_is_told_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> None:
        raise Undeclarable("notes: too odd")

    monkeypatch.setattr(discovery, "import_models", refuse)
    with pytest.raises(SystemExit) as ended:
        require_models()
    assert ended.value.code == 2
    assert capsys.readouterr().err == "notes: too odd\n"
