"""Bulk: one verb for many rows in one unit of work, with a result for each, or all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from uuid import UUID

from marshmallow import Schema, fields, validate

from tenantapp.db.errors import RowNotFound
from tenantapp.db.repository import Repository
from tenantapp.db.unit_of_work import by_halves
from tenantapp.http.edge import request_id
from tenantapp.http.fields import ShortList, each_once
from tenantapp.http.pages import LONGEST
from tenantapp.http.problems import Problem, ProblemSchema, explain_refusal, problem_document
from tenantapp.models.errors import RowRefused
from tenantapp.models.scoped import Record

BulkWork = Callable[[Collection[UUID]], Collection[UUID]]


class ItemsRefused(Problem):
    """Raised when rows of a bulk request are refused, and nothing is done to any."""

    status = 422
    reason = "items_refused"


class BulkQuerySchema(Schema):
    """What a bulk request may be asked for."""

    mode = fields.String(
        load_default="all",
        validate=validate.OneOf(["all", "partial"]),
        metadata={"description": "`all`: all rows or none. `partial`: those that can be."},
    )


class BulkSchema(Schema):
    """The rows that a bulk request is about."""

    ids = ShortList(
        fields.UUID(),
        least=1,
        most=LONGEST,
        then=[each_once],
        required=True,
        metadata={"uniqueItems": True, "description": "Their ids, each once."},
    )


class RefusalSchema(ProblemSchema):
    """Why nothing was done to a row, as a request about it alone would have been answered."""

    class Meta:
        exclude = ("errors", "request_id")


class BulkResultSchema(Schema):
    """What came of one row."""

    id = fields.UUID(required=True)
    status = fields.Integer(
        required=True,
        metadata={
            "description": "What a request about it alone would have been answered.",
            "examples": [404],
        },
    )
    problem = fields.Nested(
        RefusalSchema,
        required=True,
        allow_none=True,
        metadata={
            "description": "Why nothing was done to it; null where it was.",
            "examples": [
                {
                    "type": "urn:tenantapp:problem:not-found",
                    "title": "Not Found",
                    "status": 404,
                    "detail": "There is no such row.",
                }
            ],
        },
    )


class BulkReportSchema(Schema):
    """What came of a bulk request."""

    done = fields.Integer(required=True, metadata={"description": "To how many rows it was done."})
    refused = fields.Integer(required=True, metadata={"description": "To how many it was not."})
    results = fields.List(
        fields.Nested(BulkResultSchema), required=True, metadata={"description": "In the order of the ids."}
    )


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What came of one row: what a request about it alone would have been answered."""

    id: UUID
    status: int
    problem: SimpleNamespace | None


@dataclass(frozen=True, slots=True)
class BulkReport:
    """What came of each row."""

    results: Sequence[BulkResult]

    @property
    def refused(self) -> int:
        """To how many rows nothing was done."""
        return sum(result.problem is not None for result in self.results)

    @property
    def done(self) -> int:
        """To how many rows it was done."""
        return len(self.results) - self.refused


def do_in_bulk(
    repository: Repository[Record], work: BulkWork, ids: Sequence[UUID], status: int, mode: str
) -> BulkReport:
    """Do something to the rows that are named.

    Args:
        repository: where they are.
        work: does it to those that there are, and returns their ids; a method of the repository.
        ids: which rows.
        status: what a request about one row would be answered.
        mode: `partial` where rows that are refused leave the others be, or `all`.

    Raises:
        ItemsRefused: rows are refused, and it is all or nothing.
    """
    done: set[UUID] = set()
    refused: dict[UUID, RowRefused] = {}
    by_halves(
        repository.connection,
        ids,
        lambda some: done.update(work(some)),
        refused.__setitem__,
        RowRefused,
    )
    absent = RowNotFound(repository.model.__tablename__)
    results = [
        BulkResult(row_id, status, None) if row_id in done else _refusal(row_id, refused.get(row_id, absent))
        for row_id in ids
    ]
    report = BulkReport(results)
    if report.refused and mode == "all":
        raise _all_refused(report)
    return report


def _refusal(row_id: UUID, error: RowRefused) -> BulkResult:
    found = explain_refusal(error)
    # Which step, or which rule, is said by field, and a result has no fields.
    detail = " ".join(text for texts in found.errors.values() for text in texts) or found.detail
    told = problem_document(found.status, found.reason, detail, errors=None, request_id=request_id())
    return BulkResult(row_id, found.status, SimpleNamespace(**told))


def _all_refused(report: BulkReport) -> ItemsRefused:
    errors = {
        place: [result.problem.detail]
        for place, result in enumerate(report.results)
        if result.problem is not None
    }
    return ItemsRefused(f"Rows refused: {report.refused}. Nothing was done.", errors={"ids": errors})
