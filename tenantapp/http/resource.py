"""A resource and its standard verbs, from its repository, its schema and what its list may be asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, url_for
from marshmallow import Schema, fields
from sqlalchemy.engine import Connection

from tenantapp.db.engine import begin_now
from tenantapp.db.models import Record
from tenantapp.db.paging import Page
from tenantapp.db.repository import Repository, Versions
from tenantapp.db.unit_of_work import changing
from tenantapp.http.answers import json_answer
from tenantapp.http.auto_field import SQLAlchemySchema
from tenantapp.http.bulk import (
    BulkQuerySchema,
    BulkReport,
    BulkReportSchema,
    BulkSchema,
    BulkWork,
    do_in_bulk,
)
from tenantapp.http.documentation import export_notes, import_notes
from tenantapp.http.dump import compile_dump
from tenantapp.http.endpoints import Created, TenantBlueprint
from tenantapp.http.exports import PARAMETERS, export_file
from tenantapp.http.imports import ImportQuerySchema, import_file
from tenantapp.http.limits import hold_to_columns
from tenantapp.http.listing import Listing, page_answer, page_schema
from tenantapp.http.parsing import read_query

ITEM = "/<uuid:item_id>"


@dataclass(frozen=True, slots=True)
class Parent:
    """What the rows of a resource belong to: they are listed and created under one of it.

    Args:
        name: what it is called in paths, in the plural.
        repository: where its rows are kept.
        key: the column by which a row belongs to one.
    """

    name: str
    repository: type[Repository[Record]]
    key: str

    @property
    def path(self) -> str:
        """The path of one, whose id is called as the column is."""
        return f"/{self.name.replace('_', '-')}/<uuid:{self.key}>"


class ResourceSchema(SQLAlchemySchema):
    """What every resource shows."""

    id = fields.UUID(dump_only=True)
    row_version = fields.Integer(dump_only=True)
    created_at = fields.AwareDateTime(dump_only=True)
    updated_at = fields.AwareDateTime(dump_only=True)


class ResourceBlueprint(TenantBlueprint):
    """A tenant's resource.

    Args:
        name: what it is called in paths, in the plural.
        import_name: the module that declares it.
        repository: where its rows are kept.
        schema: how a row is shown, and, but for `dump_only` fields, written.
        listing: what its list may be asked for.
        parent: what its rows belong to, if anything.
        read: the scope that reading needs.
        write: the scope that writing needs.
        one: what one of them is called in sentences, with its article; by default after the name.
        many: what several are called; by default after the name.
    """

    def __init__(
        self,
        name: str,
        import_name: str,
        *,
        repository: type[Repository[Record]],
        schema: type[Schema],
        listing: Listing,
        parent: Parent | None = None,
        read: str = "read",
        write: str = "write",
        one: str | None = None,
        many: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(name, import_name, **options)
        self.repository, self.schema, self.listing = repository, schema, listing
        hold_to_columns(schema, repository.model)
        self.read, self.write = read, write
        self.parent, self.under = parent, parent.path if parent else ""
        self.many = many or name.replace("_", " ")
        self.one = one or f"a {self.many.removesuffix('s')}"

    def serve(self, *verbs: str) -> None:
        """Serve standard verbs: list, create, get, update, delete, restore, bulk_delete, import, export."""
        for verb in verbs:
            getattr(self, f"_serve_{verb}")()

    def _serve_list(self) -> None:
        query = self.listing.schema(self.schema, self.repository.model)

        @self.reads(
            "",
            under=self.under,
            shows=self.schema,
            answers=page_schema(self.schema),
            query=query,
            answer=page_answer,
            permission=self.read,
            summary=f"List {self.many}",
        )
        def list_items(connection: Connection, given: dict[str, Any], **path: UUID) -> Page[Record]:
            """List page by page, newest first unless sorted otherwise."""
            belonging = self._belonging(connection, path)
            return self.repository(connection).page(self.listing.page_query(given, belonging))

    def _serve_create(self) -> None:
        @self.writes(
            "",
            under=self.under,
            takes=self.schema(),
            answers=self.schema,
            status=201,
            permission=self.write,
            summary=f"Create {self.one}",
        )
        def create_item(connection: Connection, given: dict[str, Any], **path: UUID) -> Created:
            """Create one, and say where it is found."""
            belonging = self._belonging(connection, path)
            return self.created(self.repository(connection).add(given | belonging))

    def _serve_get(self) -> None:
        @self.reads(ITEM, shows=self.schema, permission=self.read, summary=f"Get {self.one}")
        def get_item(connection: Connection, item_id: UUID) -> Record:
            """Return one, with its version."""
            return self.repository(connection).get(item_id)

    def _serve_update(self) -> None:
        @self.writes(
            ITEM,
            "PATCH",
            takes=self.schema(partial=True),
            answers=self.schema,
            permission=self.write,
            summary=f"Update {self.one}",
        )
        def update_item(
            connection: Connection, given: dict[str, Any], item_id: UUID, versions: Versions
        ) -> Record:
            """Change the fields that are given, and no others."""
            return self.repository(connection).change(item_id, given, versions)

    def _serve_delete(self) -> None:
        @self.writes(ITEM, "DELETE", status=204, permission=self.write, summary=f"Delete {self.one}")
        def delete_item(connection: Connection, item_id: UUID, versions: Versions) -> None:
            """Delete one."""
            self.repository(connection).remove(item_id, versions)

    def _serve_restore(self) -> None:
        @self.writes(
            f"{ITEM}/restore", answers=self.schema, permission=self.write, summary=f"Restore {self.one}"
        )
        def restore_item(connection: Connection, item_id: UUID, versions: Versions) -> Record:
            """Bring a deleted one back."""
            return self.repository(connection).restore(item_id, versions)

    def _serve_bulk_delete(self) -> None:
        self.bulk("delete", self.repository.remove_all, status=204)

    def bulk(self, verb: str, work: BulkWork, *, status: int = 200) -> None:
        """Serve a verb for many rows, of which a body names the ids.

        Args:
            verb: what is done to them.
            work: does it to those that there are and returns their ids, as a method of the repository.
            status: what a request about one row would be answered.
        """

        def act(connection: Connection, query: dict[str, Any], given: dict[str, Any]) -> BulkReport:
            """Do it to each row that is named: to all or none, or, when partial, to those that can be."""
            repository = self.repository(connection)
            return do_in_bulk(repository, work, given["ids"], status, partial=query["mode"] == "partial")

        act.__name__ = f"bulk_{verb}_items"
        self.writes(
            f"/bulk-{verb}",
            query=BulkQuerySchema(),
            takes=BulkSchema(),
            answers=BulkReportSchema,
            permission=self.write,
            summary=f"{verb.capitalize()} several {self.many}",
        )(act)

    def _serve_import(self) -> None:
        schema, query = self.schema(), ImportQuerySchema()

        def import_items(**path: UUID) -> Response:
            """Create a row for each line of a file."""
            given = read_query(query)
            with changing() as connection:
                # A file cannot be read again, so who asks is looked at before it is read.
                begin_now(connection)
                repository = self.repository(connection)
                belonging = self._belonging(connection, path)
                report = import_file(repository, schema, belonging, partial=given["mode"] == "partial")
                connection.commit()
            return json_answer(
                {"imported": report.imported, "refused": report.refused, "errors": report.by_line()}
            )

        notes = import_notes(import_items, self.name, self.write, f"Import {self.many}", schema, query)
        self.answers(f"{self.under}{self.place}/import", "POST", import_items, self.write, notes)

    def _serve_export(self) -> None:
        filters = self.listing.filters(self.schema, self.repository.model)
        query = Schema.from_dict({**filters, **PARAMETERS}, name=f"{self.schema.__name__}ExportQuery")()
        schema, dump = self.schema(), compile_dump(self.schema())

        def export_items(**path: UUID) -> Response:
            """Export all that fit as a file, newest first."""
            given = read_query(query)

            def ask(connection: Connection) -> Iterator[Sequence[Record]]:
                belonging = self._belonging(connection, path)
                return self.repository(connection).stream(self.listing.page_query(given, belonging))

            return export_file(self.name, ask, given, schema, dump)

        notes = export_notes(export_items, self.name, self.read, f"Export {self.many}", query)
        self.answers(f"{self.under}{self.place}/export", "GET", export_items, self.read, notes)

    def _belonging(self, connection: Connection, path: dict[str, UUID]) -> dict[str, UUID]:
        """Return the column by which rows belong to what the path names, which must be there."""
        if self.parent is not None:
            self.parent.repository(connection).get(path[self.parent.key])
        return path

    def created(self, row: Any) -> Created:
        """Return the answer to a create: the row, and where it is found from now on."""
        return Created(row, url_for(f"{self.name}.get_item", item_id=row.id))
