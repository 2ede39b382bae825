"""What comes of an import: how many rows there are, and what is wrong with the lines that are refused."""

from __future__ import annotations

from dataclasses import dataclass, field

from marshmallow import Schema, fields

from tenantapp.http.excerpts import MOST_ERRORS, count_errors, first_errors, with_the_rest
from tenantapp.http.files.lines import Errors
from tenantapp.http.problems import Problem

MOST_REFUSED = 1000


class RowsRefused(Problem):
    """Raised when lines of a file are refused, and nothing of it is imported."""

    status = 422
    reason = "rows_refused"


class ImportReportSchema(Schema):
    """What came of an import."""

    imported = fields.Integer(required=True, metadata={"description": "How many rows were created."})
    refused = fields.Integer(required=True, metadata={"description": "How many lines were not."})
    errors = fields.Dict(
        keys=fields.String(),
        required=True,
        metadata={
            "description": "What is wrong, by line and field; the first 100 errors.",
            "examples": [{"7": {"email": ["Not a valid email address."]}}],
        },
    )


@dataclass(slots=True)
class ImportReport:
    """What has come of an import so far."""

    partial: bool
    imported: int = 0
    refused: int = 0
    errors: dict[int, Errors] = field(default_factory=dict)
    unlisted: int = 0

    def refuse(self, number: int, errors: Errors) -> None:
        """Note what is wrong with a line.

        Raises:
            RowsRefused: there are too many such lines to go on.
        """
        self.refused += 1
        listed = count_errors(self.errors)
        some, left = first_errors(errors, MOST_ERRORS - listed)
        if some:
            self.errors[number] = some
        self.unlisted += left
        if self.refused > MOST_REFUSED:
            raise self.refusal(f"More than {MOST_REFUSED} lines are refused; nothing was imported.")

    def refusal(self, detail: str) -> RowsRefused:
        """Return the refusal of the whole file."""
        return RowsRefused(with_the_rest(detail, self.unlisted), errors=self.by_line())

    def by_line(self) -> dict[str, Errors]:
        """Return what is wrong, in the order of the file."""
        return {str(number): self.errors[number] for number in sorted(self.errors)}
