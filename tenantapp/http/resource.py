"""A resource and its standard verbs, from its repository, its schema and what its list may be asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from flask import Response, url_for
from marshmallow import Schema, fields
from sqlalchemy.engine import Connection

from tenantapp.db.repository import Repository
from tenantapp.db.unit_of_work import changing, reading
from tenantapp.db.units import unit_connection
from tenantapp.http.auto_field import SQLAlchemySchema
from tenantapp.http.blueprint import Blueprint
from tenantapp.http.bulk import BulkQuerySchema, BulkReport, BulkReportSchema, BulkSchema, do_in_bulk
from tenantapp.http.dump import compile_dump
from tenantapp.http.files.exports import PARAMETERS, export_file
from tenantapp.http.files.import_report import ImportReportSchema
from tenantapp.http.files.imports import ImportQuerySchema, import_file
from tenantapp.http.files.tabular import CSV, NDJSON
from tenantapp.http.limits import hold_to_columns
from tenantapp.http.listing import Listing, page_answer, page_schema
from tenantapp.http.long_work import long_work
from tenantapp.http.openapi.components import FILE_NAME, PROBLEMS
from tenantapp.http.openapi.operations import TEXT, body_of_lines
from tenantapp.http.parents import Parent
from tenantapp.http.permissions import permission
from tenantapp.http.preconditions import expected_versions
from tenantapp.http.transactions import transaction
from tenantapp.models.scoped import Record
from tenantapp.postgres.engine import begin_now

ITEM = "/<uuid:item_id>"

Answered = tuple[Any, dict[str, str]]


class ResourceSchema(SQLAlchemySchema):
    """What every resource shows."""

    id = fields.UUID(dump_only=True)
    row_version = fields.Integer(dump_only=True)
    created_at = fields.AwareDateTime(dump_only=True)
    updated_at = fields.AwareDateTime(dump_only=True)


class ResourceBlueprint(Blueprint):
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
        self.parent = parent
        self.many = many or name.replace("_", " ")
        self.one = one or f"a {self.many.removesuffix('s')}"
        self.path = f"/{name.replace('_', '-')}"
        self.item = f"{self.path}{ITEM}"
        self.collection = f"{parent.path}{self.path}" if parent else self.path

    def serve(self, *verbs: str) -> None:
        """Serve standard verbs: list, create, get, update, delete, restore, bulk_delete, import, export.

        One that is left out is not served, or is a view of the resource's own.
        """
        for verb in verbs:
            getattr(self, f"_serve_{verb}")()

    def _serve_list(self) -> None:
        @self.route(self.collection)
        @permission(self.read)
        @self.doc(summary=f"List {self.many}")
        @self.arguments(self.listing.schema(self.schema, self.repository.model), location="query")
        @self.response(200, page_schema(self.schema))
        def list_items(given: dict[str, Any], **path: UUID) -> Answered:
            """List page by page, newest first unless sorted otherwise."""
            with reading() as connection:
                query = self.listing.page_query(given, self._belonging(connection, path))
                return page_answer(self.repository(connection).page(query))

    def _serve_create(self) -> None:
        @self.route(self.collection, methods=["POST"])
        @permission(self.write)
        @transaction
        @self.doc(summary=f"Create {self.one}")
        @self.arguments(self.schema)
        @self.etag
        @self.response(201, self.schema)
        def create_item(given: dict[str, Any], **path: UUID) -> Answered:
            """Create one, and say where it is found."""
            connection = unit_connection()
            row = self.repository(connection).add(given | self._belonging(connection, path))
            return row, self.location(row)

    def _serve_get(self) -> None:
        @self.route(self.item)
        @permission(self.read)
        @self.doc(summary=f"Get {self.one}")
        @self.etag
        @self.response(200, self.schema)
        def get_item(item_id: UUID) -> Record:
            """Return one, with its version."""
            with reading() as connection:
                return self.repository(connection).get(item_id)

    def _serve_update(self) -> None:
        @self.route(self.item, methods=["PATCH"])
        @permission(self.write)
        @transaction
        @self.doc(summary=f"Update {self.one}")
        @self.arguments(self.schema(partial=True))
        @self.etag
        @self.response(200, self.schema)
        def update_item(given: dict[str, Any], item_id: UUID) -> Record:
            """Change the fields that are given, and no others."""
            return self.repository(unit_connection()).change(item_id, given, expected_versions())

    def _serve_delete(self) -> None:
        @self.route(self.item, methods=["DELETE"])
        @permission(self.write)
        @transaction
        @self.doc(summary=f"Delete {self.one}")
        @self.etag
        @self.response(204)
        def delete_item(item_id: UUID) -> None:
            """Delete one."""
            self.repository(unit_connection()).remove(item_id, expected_versions())

    def _serve_restore(self) -> None:
        @self.route(f"{self.item}/restore", methods=["POST"])
        @permission(self.write)
        @transaction
        @self.doc(summary=f"Restore {self.one}")
        @self.etag
        @self.response(200, self.schema)
        def restore_item(item_id: UUID) -> Record:
            """Bring a deleted one back."""
            return self.repository(unit_connection()).restore(item_id, expected_versions())

    def _serve_bulk_delete(self) -> None:
        @self.route(f"{self.path}/bulk-delete", methods=["POST"])
        @permission(self.write)
        @transaction
        @self.doc(summary=f"Delete several {self.many}")
        @self.arguments(BulkQuerySchema, location="query")
        @self.arguments(BulkSchema)
        @self.response(200, BulkReportSchema)
        def bulk_delete_items(query: dict[str, Any], given: dict[str, Any]) -> BulkReport:
            """Delete each row that is named: all or none, or, when partial, those that can be."""
            repository = self.repository(unit_connection())
            return do_in_bulk(repository, repository.remove_all, given["ids"], 204, query["mode"])

    def _serve_import(self) -> None:
        schema = self.schema()

        @self.route(f"{self.collection}/import", methods=["POST"])
        @permission(self.write)
        @long_work
        @self.doc(summary=f"Import {self.many}", requestBody=body_of_lines(schema))
        @self.arguments(ImportQuerySchema, location="query")
        @self.response(200, ImportReportSchema)
        def import_items(given: dict[str, Any], **path: UUID) -> dict[str, Any]:
            """Create a row for each line of a file.

            Each line is an object, as in NDJSON; a CSV file has a line of column names instead.
            """
            with changing() as connection:
                # A file cannot be read again, so who asks is looked at before it is read.
                begin_now(connection)
                belonging = self._belonging(connection, path)
                report = import_file(
                    self.repository(connection), schema, belonging, partial=given["mode"] == "partial"
                )
                connection.commit()
            return {"imported": report.imported, "refused": report.refused, "errors": report.by_line()}

    def _serve_export(self) -> None:
        schema, dump = self.schema(), compile_dump(self.schema())
        filters = self.listing.filters(self.schema, self.repository.model)
        query = Schema.from_dict({**filters, **PARAMETERS}, name=f"{self.schema.__name__}ExportQuery")

        @self.route(f"{self.collection}/export")
        @permission(self.read)
        @long_work
        @self.doc(summary=f"Export {self.many}")
        @self.arguments(query, location="query")
        @self.response(200, TEXT, content_type=CSV, headers=FILE_NAME)
        @self.alt_response(200, schema=TEXT, content_type=NDJSON)
        @self.alt_response(406, PROBLEMS[406].name)
        def export_items(given: dict[str, Any], **path: UUID) -> Response:
            """Export all that fit as a file, newest first."""

            def ask(connection: Connection) -> Iterator[Sequence[Record]]:
                belonging = self._belonging(connection, path)
                return self.repository(connection).stream(self.listing.page_query(given, belonging))

            return export_file(self.name, ask, given, schema, dump)

    def _belonging(self, connection: Connection, path: dict[str, UUID]) -> dict[str, UUID]:
        """Return the column by which rows belong to what the path names, which must be there."""
        if self.parent is not None:
            self.parent.repository(connection).get(path[self.parent.key])
        return path

    def location(self, row: Any) -> dict[str, str]:
        """Return the header that says where a row is found that has just come to be."""
        return {"Location": url_for(f"{self.name}.get_item", item_id=row.id)}
