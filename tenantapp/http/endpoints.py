"""A tenant's endpoints: what is declared here is said by no handler again.

A handler gets the unit of work's connection and what was sent, and returns what to answer. Its decorator says
the rest: permission, what is read, what is answered, and so what the API document tells of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint
from marshmallow import Schema
from sqlalchemy.engine import Connection

from tenantapp.db.isolation import Isolation
from tenantapp.db.unit_of_work import changing, reading
from tenantapp.http.answers import item_answer
from tenantapp.http.documentation import read_notes, write_notes
from tenantapp.http.dump import Dump, compile_dump
from tenantapp.http.idempotency import keeps_answers, remember
from tenantapp.http.parsing import read_body, read_query, refuse_body, refuse_query
from tenantapp.http.permissions import Work
from tenantapp.http.permissions import permission as declare_permission
from tenantapp.http.preconditions import expected_versions, looks_at_versions
from tenantapp.http.shortage import shortage

View = Callable[..., Response]
Answer = Callable[[Any, Dump], Response]


@dataclass(frozen=True, slots=True)
class Created:
    """A row that has just come to be, and where it is found."""

    row: Any
    location: str


class TenantBlueprint(Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    """A blueprint whose views are declared by what they read or write."""

    def __init__(self, name: str, import_name: str, **options: Any) -> None:
        super().__init__(name, import_name, **options)
        self.place = f"/{name.replace('_', '-')}"

    def reads(
        self,
        rule: str,
        *,
        under: str = "",
        shows: type[Schema],
        answers: type[Schema] | None = None,
        query: Schema | None = None,
        answer: Answer = item_answer,
        permission: str = "read",
        summary: str | None = None,
    ) -> Callable[[Work], Work]:
        """Declare a GET: `work(connection, [query,] **path)` returns a row, or rows.

        Args:
            rule: the path, after the blueprint's.
            under: the path of what it belongs to, before the blueprint's.
            shows: the schema of a row.
            answers: the schema of the answer, where it is not a row alone.
            query: the schema of the query string, where there is one.
            answer: how the result becomes a response.
            permission: the scope that it needs.
            summary: the operation in a few words, where the docstring is not.
        """
        dump = compile_dump(shows())

        def declare(work: Work) -> Work:
            def view(**path: Any) -> Response:
                sent = _sent(query, read_query, refuse_query)
                with reading() as connection:
                    return answer(work(connection, *sent, **path), dump)

            documented = read_notes(
                work,
                tag=self.name,
                permission=permission,
                shows=shows,
                answers=answers,
                query=query,
                summary=summary,
            )
            self._add(f"{under}{self.place}{rule}", "GET", work, view, permission, documented)
            return work

        return declare

    def writes(
        self,
        rule: str,
        method: str = "POST",
        *,
        under: str = "",
        query: Schema | None = None,
        takes: Schema | None = None,
        answers: type[Schema] | None = None,
        status: int = 200,
        permission: str = "write",
        if_match_required: bool = False,
        repeatable: bool = True,
        isolation: Isolation | None = None,
        summary: str | None = None,
    ) -> Callable[[Work], Work]:
        """Declare a write: `work(connection, [query,] [body,] **path, [versions])` is a unit of work.

        It is committed when it returns. A POST may be sent again under the same Idempotency-Key. A work that
        has a parameter `versions` gets what If-Match names; on all others a version is refused.

        Args:
            rule: the path, after the blueprint's.
            method: POST, PATCH or DELETE.
            under: the path of what it belongs to, before the blueprint's.
            query: the schema of the query string, where there is one.
            takes: the schema of the body, where there is one.
            answers: the schema of the answer, where there is one.
            status: the status of the answer.
            permission: the scope that it needs.
            if_match_required: whether If-Match must name a version.
            repeatable: False where the answer shows a secret, which must not be kept for a second time.
            isolation: the level of its unit of work, where it is another than READ COMMITTED.
            summary: the operation in a few words, where the docstring is not.
        """
        dump = compile_dump(answers()) if answers else None

        def declare(work: Work) -> Work:
            versioned = "versions" in signature(work).parameters

            def view(**path: Any) -> Response:
                sent = _sent(query, read_query, refuse_query) + _sent(takes, read_body, refuse_body)
                if versioned:
                    path["versions"] = expected_versions(required=if_match_required)

                def unit(connection: Connection) -> Response:
                    return _answer(work(connection, *sent, **path), dump, status)

                return _write(unit, repeatable=repeatable, isolation=isolation)

            documented = write_notes(
                work,
                tag=self.name,
                permission=permission,
                method=method,
                status=status,
                answers=answers,
                query=query,
                takes=takes,
                summary=summary,
                if_match=versioned,
                if_match_required=if_match_required,
                repeatable=repeatable,
            )
            served = keeps_answers(looks_at_versions(view) if versioned else view)
            self._add(f"{under}{self.place}{rule}", method, work, served, permission, documented)
            return work

        return declare

    def answers(
        self, rule: str, method: str, view: View, permission: str, documented: dict[str, Any]
    ) -> None:
        """Serve a view that answers by itself, where neither `reads` nor `writes` does.

        Args:
            rule: the whole path after the API's.
            method: the HTTP method.
            view: returns the response.
            permission: the scope that it needs.
            documented: the notes on it.
        """
        self._add(rule, method, view, view, permission, documented)

    def _add(
        self,
        rule: str,
        method: str,
        work: Work,
        view: View,
        permission: str,
        documented: dict[str, Any],
    ) -> None:
        view.__name__, view.__doc__ = work.__name__, work.__doc__
        view._apidoc = documented  # type: ignore[attr-defined]
        self.route(rule, endpoint=work.__name__, methods=[method])(declare_permission(permission)(view))


def _sent(schema: Schema | None, read: Callable[[Schema], Any], refuse: Callable[[], None]) -> list[Any]:
    """Return in a list what `read` makes of a part of the request; without a schema, `refuse` it."""
    if schema is not None:
        return [read(schema)]
    refuse()
    return []


def _write(
    unit: Callable[[Connection], Response], *, repeatable: bool, isolation: Isolation | None
) -> Response:
    with changing(isolation) as connection:
        remembered = remember(connection, request.path, repeatable=repeatable)
        if remembered.replay is not None:
            return remembered.replay
        response = unit(connection)
        remembered.keep(response)
        connection.commit()
        shortage().end()
        return response


def _answer(result: Any, dump: Dump | None, status: int) -> Response:
    if dump is None:
        return Response(status=204)
    if isinstance(result, Created):
        return item_answer(result.row, dump, status, {"Location": result.location})
    return item_answer(result, dump, status)
