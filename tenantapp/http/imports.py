"""Imports: many rows in one request and one unit of work, told apart by the lines of their file."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any, BinaryIO

from flask import Flask, current_app, request
from marshmallow import Schema, ValidationError, fields, validate
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import ClientDisconnected

from tenantapp.db.errors import IllegalStep
from tenantapp.db.models import Record
from tenantapp.db.repository import Repository
from tenantapp.db.unit_of_work import by_halves
from tenantapp.http.constraints import explain
from tenantapp.http.idempotency import HEADER as IDEMPOTENCY_KEY
from tenantapp.http.idempotency import IdempotencyKeyRefused
from tenantapp.http.parsing import UnsupportedBody, refuse_encoding
from tenantapp.http.problems import Problem
from tenantapp.http.tabular import CSV, LINE, NDJSON, Errors, FileRefused, Line, read_lines

BATCH = 1000
MOST_REFUSED = 1000
_BYTES, _ROWS = "IMPORT_MAX_BYTES", "IMPORT_MAX_ROWS"
_BUFFER = 64 * 1024

_NAMES = {"_schema": LINE}

Loaded = tuple[int, dict[str, Any]]


class RowsRefused(Problem):
    """Raised when lines of a file are refused, and nothing of it is imported."""

    status = 422
    reason = "rows_refused"


class ImportQuerySchema(Schema):
    """What an import may be asked for."""

    mode = fields.String(
        load_default="all",
        validate=validate.OneOf(["all", "partial"]),
        metadata={"description": "`all`: all rows or none. `partial`: those that can be, with a report."},
    )


class ImportReportSchema(Schema):
    """What came of an import."""

    imported = fields.Integer(required=True, metadata={"description": "How many rows were created."})
    refused = fields.Integer(required=True, metadata={"description": "How many lines were not."})
    errors = fields.Dict(
        keys=fields.String(),
        required=True,
        metadata={
            "description": "What is wrong, by line and field.",
            "examples": [{"7": {"email": ["Not a valid email address."]}}],
        },
    )


@dataclass(slots=True)
class Report:
    """What has come of an import so far."""

    partial: bool
    imported: int = 0
    errors: dict[int, Errors] = field(default_factory=dict)

    @property
    def refused(self) -> int:
        """How many lines were refused."""
        return len(self.errors)

    def refuse(self, number: int, errors: Errors) -> None:
        """Note what is wrong with a line.

        Raises:
            RowsRefused: there are too many such lines to go on.
        """
        self.errors[number] = errors
        if self.refused > MOST_REFUSED:
            raise self.refusal(f"More than {MOST_REFUSED} lines are refused; nothing was imported.")

    def refusal(self, detail: str) -> RowsRefused:
        """Return the refusal of the whole file."""
        return RowsRefused(detail, errors=self.by_line())

    def by_line(self) -> dict[str, Errors]:
        """Return what is wrong, in the order of the file."""
        return {str(number): self.errors[number] for number in sorted(self.errors)}


class _WholeBody(io.RawIOBase):
    """A request's body that must be as long as was announced: a server may take a cut for its end."""

    def __init__(self, stream: IO[bytes], announced: int | None) -> None:
        self._stream, self._missing = stream, announced

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what has come.

        Raises:
            ClientDisconnected: no more comes, but more was announced.
        """
        piece = self._stream.read(len(buffer))
        if self._missing is not None:
            self._missing -= len(piece)
            if not piece and self._missing > 0:
                raise ClientDisconnected
        buffer[: len(piece)] = piece
        return len(piece)


def init_app(app: Flask, *, max_bytes: int, max_rows: int) -> None:
    """Set how large the file of an import may be."""
    app.config.update({_BYTES: max_bytes, _ROWS: max_rows})


def open_file() -> tuple[BinaryIO, str]:
    """Return the request's body as a file that was not read yet, and what it is.

    Raises:
        UnsupportedBody: it is said to be neither CSV nor NDJSON, or compressed.
        IdempotencyKeyRefused: there is a key, under which no answer is kept.
    """
    refuse_encoding()
    if request.mimetype not in (CSV, NDJSON):
        raise UnsupportedBody(f"Send the file as {CSV} or {NDJSON}, in UTF-8.")
    if IDEMPOTENCY_KEY in request.headers:
        raise IdempotencyKeyRefused("An import takes none: its file is not kept for a second request.")
    request.max_content_length = current_app.config[_BYTES]
    return io.BufferedReader(_WholeBody(request.stream, request.content_length), _BUFFER), request.mimetype


def import_file(
    repository: Repository[Record], schema: Schema, belonging: Mapping[str, Any], *, partial: bool
) -> Report:
    """Create a row for each line of the request's file.

    Args:
        repository: where to; on a connection that has begun, for what is read of the file is not read again.
        schema: what a line is loaded by.
        belonging: values that all rows have, whatever the file says.
        partial: whether lines that are refused leave the others be.

    Raises:
        FileRefused: it is broken in its form.
        RowsRefused: lines are refused, and it is all or nothing, or they are all or too many.
        ClientDisconnected: the connection broke before its end.
    """
    file, content_type = open_file()
    report = Report(partial)
    try:
        for batch in _batches(_at_most(read_lines(file, content_type, schema), current_app.config[_ROWS])):
            loaded = list(_load(batch, schema, belonging, report))
            if partial or not report.errors:
                for rows in _alike(loaded):
                    _insert(repository, rows, report)
    except (FileRefused, RowsRefused):
        _drain(file)
        raise
    if report.errors and not (partial and report.imported):
        raise report.refusal(f"Lines refused: {report.refused}. Nothing was imported.")
    return report


def _at_most(lines: Iterable[Line], most: int) -> Iterator[Line]:
    count, line = 0, Line(1, None)
    for count, line in enumerate(lines, 1):
        if count > most:
            raise FileRefused(line.number, {LINE: [f"More than {most} rows; send several files."]})
        yield line
    if not count:
        raise FileRefused(line.number, {LINE: ["The file holds no rows."]})


def _batches(lines: Iterator[Line]) -> Iterator[list[Line]]:
    while batch := list(islice(lines, BATCH)):
        yield batch


def _load(
    lines: Iterable[Line], schema: Schema, belonging: Mapping[str, Any], report: Report
) -> Iterator[Loaded]:
    """Yield the lines that the schema takes; what may be absent and is, is NULL."""
    absent = {name: None for name, declared in schema.load_fields.items() if declared.allow_none}
    for line in lines:
        if line.errors is not None:
            report.refuse(line.number, line.errors)
            continue
        try:
            yield line.number, {**absent, **schema.load(line.given), **belonging}
        except ValidationError as error:
            report.refuse(
                line.number, {_NAMES.get(name, name): said for name, said in error.messages_dict.items()}
            )


def _alike(rows: Iterable[Loaded]) -> Iterable[list[Loaded]]:
    """Return the rows by what they give: a column that has a default may be in some of them alone."""
    groups: dict[frozenset[str], list[Loaded]] = {}
    for row in rows:
        groups.setdefault(frozenset(row[1]), []).append(row)
    return groups.values()


def _insert(repository: Repository[Record], rows: list[Loaded], report: Report) -> None:
    """Insert rows, and find the lines of those that the database refuses."""

    def insert(some: Sequence[Loaded]) -> None:
        repository.add_all([values for _, values in some])
        report.imported += len(some)

    def refuse(row: Loaded, error: Exception) -> None:
        report.refuse(row[0], _explained(error))

    by_halves(repository.connection, rows, insert, refuse, IntegrityError, IllegalStep)


def _explained(error: Exception) -> Errors:
    if isinstance(error, IllegalStep):
        return {error.field: [str(error)]}
    found = explain(error) if isinstance(error, IntegrityError) else None
    if found is None:
        raise error
    return found.errors


def _drain(file: BinaryIO) -> None:
    """Read the rest: a client that is still sending would not see the answer."""
    while file.read(_BUFFER):
        pass
