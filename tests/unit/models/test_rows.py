"""Rows have whatever names a select or a model gives them, or are refused when they are declared."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sqlalchemy.exc import ArgumentError

from tenantapp.models.rows import row_maker, values_of
from tenantapp.settings.load import ROOT

DECLARED = """
from sqlalchemy.orm import Mapped, mapped_column
from tenantapp.models.scoped import Resource

class Thing(Resource):
    __tablename__ = "things"
    {attribute}: Mapped[int]{column}
print(*Thing.__table__.columns.keys())
"""


def test_a_row_has_the_names_of_keywords_and_of_methods() -> None:
    names = ("from", "def", "class", "_hidden", "count", "index", "match", "type", "name")
    row = row_maker(names)(range(len(names)))
    assert [getattr(row, name) for name in names] == list(range(len(names)))
    assert values_of(row) == dict(zip(names, range(len(names)), strict=True))
    assert tuple(row) == tuple(range(len(names)))  # type: ignore[arg-type]


@pytest.mark.parametrize("names", [("a", "a"), ("from", "from"), ("_asdict",), ("_fields",), ("__class__",)])
def test_names_that_a_row_cannot_have_are_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(ArgumentError, match=f"{names[-1]}: a row has something of this name already"):
        row_maker(names)


@pytest.mark.parametrize(
    ("attribute", "column", "said"),
    [
        ("from_", ' = mapped_column("from")', "from_"),
        ("count", "", "count"),
        ("_fields", "", "_fields: a row has something of this name already; choose another"),
    ],
)
def test_a_columns_attribute_names_it_in_rows_or_the_model_is_refused(
    attribute: str, column: str, said: str
) -> None:
    text = DECLARED.format(attribute=attribute, column=column)
    done = subprocess.run([sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True, check=False)
    assert said in (done.stdout or done.stderr.splitlines()[-1])
