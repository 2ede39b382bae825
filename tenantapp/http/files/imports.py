"""Imports: many rows in one request and one unit of work, told apart by the lines of their file."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, Any, BinaryIO, NamedTuple

from flask import Flask, current_app, request
from marshmallow import Schema, ValidationError, fields, validate
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import ClientDisconnected

from tenantapp.db.repository import Repository
from tenantapp.db.unit_of_work import by_halves
from tenantapp.http.constraints import explain
from tenantapp.http.files.import_report import ImportReport, RowsRefused
from tenantapp.http.files.lines import LINE, Errors, FileRefused, Line
from tenantapp.http.files.tabular import CSV, NDJSON, read_lines
from tenantapp.http.files.turns import TURNS, Pace
from tenantapp.http.parsing import UnsupportedBody, messages_of, refuse_encoding
from tenantapp.models.errors import IllegalStep
from tenantapp.models.scoped import Record

# A thousand rows a statement save a twentieth of the processor time. But several such batches at once leave
# Python's memory in pieces, 20 MB of which the system does not get back.
BATCH = 250
BATCH_LENGTH = 1024 * 1024
_BYTES, _ROWS = "IMPORT_MAX_BYTES", "IMPORT_MAX_ROWS"
_BUFFER = 64 * 1024
# A millisecond of work where lines are refused.
_LINES_A_TURN = 10

_NAMES = {"_schema": LINE}


class Loaded(NamedTuple):
    """A line as the schema takes it."""

    number: int
    length: int
    values: dict[str, Any]


class ImportQuerySchema(Schema):
    """What an import may be asked for."""

    mode = fields.String(
        load_default="all",
        validate=validate.OneOf(["all", "partial"]),
        metadata={"description": "`all`: all rows or none. `partial`: those that can be, with a report."},
    )


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
    """
    refuse_encoding()
    if request.mimetype not in (CSV, NDJSON):
        raise UnsupportedBody(f"Send the file as {CSV} or {NDJSON}, in UTF-8.")
    request.max_content_length = current_app.config[_BYTES]
    return io.BufferedReader(_WholeBody(request.stream, request.content_length), _BUFFER), request.mimetype


def import_file(
    repository: Repository[Record], schema: Schema, belonging: Mapping[str, Any], *, partial: bool
) -> ImportReport:
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
    report = ImportReport(partial)
    try:
        lines = _at_most(read_lines(file, content_type, schema), current_app.config[_ROWS])
        with TURNS.long_work() as pace:
            for loaded in _batches(_load(lines, schema, belonging, report, pace)):
                if partial or not report.refused:
                    for rows in _alike(loaded):
                        _insert(repository, rows, report)
    except (FileRefused, RowsRefused):
        _drain(file)
        raise
    if report.refused and not (partial and report.imported):
        raise report.refusal(f"Lines refused: {report.refused}. Nothing was imported.")
    return report


def _at_most(lines: Iterable[Line], most: int) -> Iterator[Line]:
    count, line = 0, Line(1, 0, None)
    for count, line in enumerate(lines, 1):
        if count > most:
            raise FileRefused(line.number, {LINE: [f"More than {most} rows; send several files."]})
        yield line
    if not count:
        raise FileRefused(line.number, {LINE: ["The file holds no rows."]})


def _batches(rows: Iterable[Loaded]) -> Iterator[list[Loaded]]:
    """Yield the rows in parts of which neither the number nor the length is large."""
    batch: list[Loaded] = []
    length = 0
    for row in rows:
        batch.append(row)
        length += row.length
        if len(batch) == BATCH or length > BATCH_LENGTH:
            yield batch
            batch, length = [], 0
    if batch:
        yield batch


def _load(
    lines: Iterable[Line],
    schema: Schema,
    belonging: Mapping[str, Any],
    report: ImportReport,
    pace: Pace,
) -> Iterator[Loaded]:
    """Yield the lines that the schema takes; what may be absent and is, is NULL."""
    absent = {name: None for name, declared in schema.load_fields.items() if declared.allow_none}
    for count, line in enumerate(lines):
        if count % _LINES_A_TURN == 0:
            pace.give_way()
        if line.errors is not None:
            report.refuse(line.number, line.errors)
            continue
        try:
            values = {**absent, **schema.load(line.given), **belonging}
        except ValidationError as error:
            report.refuse(
                line.number, {_NAMES.get(name, name): said for name, said in messages_of(error).items()}
            )
        else:
            yield Loaded(line.number, line.length, values)


def _alike(rows: Iterable[Loaded]) -> Iterable[list[Loaded]]:
    """Return the rows by what they give: a column that has a default may be in some of them alone."""
    groups: dict[frozenset[str], list[Loaded]] = {}
    for row in rows:
        groups.setdefault(frozenset(row.values), []).append(row)
    return groups.values()


def _insert(repository: Repository[Record], rows: list[Loaded], report: ImportReport) -> None:
    """Insert rows, and find the lines of those that the database refuses."""

    def insert(some: Sequence[Loaded]) -> None:
        repository.add_all([row.values for row in some])
        report.imported += len(some)

    def refuse(row: Loaded, error: Exception) -> None:
        report.refuse(row.number, _explained(error))

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
