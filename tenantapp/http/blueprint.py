"""flask-smorest's Blueprint for this API: its decorators, with our parser, and versions as ETags.

A view declares what it takes (`arguments`), what it answers (`response`) and that it heeds versions (`etag`).
Parameters and bodies that it does not declare are refused.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import cache, wraps
from typing import Any

import flask_smorest
from flask import Response, request
from flask_smorest.etag import EtagMixin
from flask_smorest.exceptions import NotModified
from flask_smorest.utils import get_appcontext, resolve_schema_instance
from marshmallow import Schema

from tenantapp.db.errors import RowChanged
from tenantapp.globals import app_here, request_here
from tenantapp.http.dumping import compiled
from tenantapp.http.parsing import PARSER, refuse_body, refuse_query
from tenantapp.http.permissions import PUBLIC, permission_of
from tenantapp.http.preconditions import PreconditionRequired, expected_versions

View = Callable[..., Any]

_BODIES = {"json", "form", "json_or_form", "files"}
_WITHOUT_BODY = {"GET", "HEAD"}


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    """A flask-smorest Blueprint; the ETag of what has a `row_version` is that version."""

    ARGUMENTS_PARSER = PARSER
    METHODS_NEEDING_CHECK_ETAG: Sequence[str] = ()
    """None: If-Match may be left out, but for the methods that a blueprint names here."""

    def __init__(self, name: str, import_name: str, **options: Any) -> None:
        super().__init__(name, import_name, **options)
        self._registered: set[tuple[str, str]] = set()

    def arguments(self, schema: Any, **options: Any) -> Callable[[View], View]:
        """Take what is sent, as flask-smorest does: from the body, or from `location="query"`."""
        # Of a class, webargs would make an instance for each request.
        decorator: Callable[[View], View] = super().arguments(resolve_schema_instance(schema), **options)
        return decorator

    def response(self, status_code: Any, schema: Any = None, **options: Any) -> Callable[[View], View]:
        """Answer what the view returns, as flask-smorest does, dumped by the compiled schema."""
        shown = resolve_schema_instance(schema)
        if isinstance(shown, Schema):
            shown = compiled(shown)
        decorator: Callable[[View], View] = super().response(status_code, shown, **options)
        return decorator

    @staticmethod
    def doc(**told: Any) -> Callable[[View], View]:
        """Tell the document more of a view, as flask-smorest does; the view is served as it is."""
        tell = flask_smorest.Blueprint.doc(**told)

        def decorate(view: View) -> View:
            view._apidoc = tell(view)._apidoc  # type: ignore[attr-defined]
            return view

        return decorate

    def check_etag(self, etag_data: Any, etag_schema: Any = None) -> None:
        """Refuse the request if its If-Match, where there is one, does not name the ETag of `etag_data`.

        Raises:
            RowChanged: it does not.
        """
        if expected_versions() is None:
            return
        if etag_schema is not None:
            etag_data = resolve_schema_instance(etag_schema).dump(etag_data)
        if self._generate_etag(etag_data) not in request.if_match:
            raise RowChanged(type(etag_data).__name__)

    def add_url_rule(
        self, rule: str, endpoint: str | None = None, view_func: Any = None, *args: Any, **options: Any
    ) -> None:
        """Register a view, as flask-smorest does, that refuses what it does not declare.

        Raises:
            ValueError: the rule has a view for the method already: a standard verb that is served too.
        """
        methods = set(options.get("methods") or ("GET",))
        for taken in self._registered & {(rule, method) for method in methods}:
            raise ValueError(f"{taken[1]} {rule} has a view already: leave its verb out of serve()")
        self._registered |= {(rule, method) for method in methods}

        def strict(view: View) -> View:
            served = {view.__name__.upper()} if isinstance(view_func, type) else methods
            return self._strict(view, view_func, served)

        declared = self._decorate_view_func_or_method_view(strict, view_func)
        super().add_url_rule(rule, endpoint, declared, *args, **options)

    def _strict(self, view: View, owner: Any, methods: set[str]) -> View:
        """Serve `view` to requests that send nothing but what it declares; a public one minds nothing."""
        (method, *_) = sorted(methods)
        refused = _refusals(getattr(view, "_apidoc", {}), methods)

        @cache
        def refusals() -> list[Callable[[], None]]:
            # Not before the first request: the permission may be declared above the route.
            permission = permission_of(serve, method) or permission_of(owner, method)
            return [] if permission == PUBLIC else refused

        @wraps(view)
        def serve(*args: Any, **kwargs: Any) -> Any:
            for refuse in refusals():
                refuse()
            return view(*args, **kwargs)

        return serve

    def _is_etag_enabled(self) -> bool:
        # flask-smorest looks for the API by the request's blueprints; there is one.
        return not app_here().config.get("ETAG_DISABLED", False)

    def _check_precondition(self) -> None:
        needing = self.METHODS_NEEDING_CHECK_ETAG
        if needing and request.method in needing and "If-Match" not in request.headers:
            raise PreconditionRequired("Send the ETag of what you read as If-Match.")

    def _verify_check_etag(self) -> None:
        """Warn, as flask-smorest does, of a view that has not looked at the If-Match that was sent."""
        asked = request_here()
        if "HTTP_IF_MATCH" not in asked.environ or asked.method in _WITHOUT_BODY:
            return
        if not get_appcontext().get("etag", {}).get("etag_checked"):
            warnings.warn(f"If-Match not looked at in endpoint {asked.endpoint}.", stacklevel=2)

    def _check_not_modified(self, etag: str) -> None:
        asked = request_here()
        if (
            "HTTP_IF_NONE_MATCH" in asked.environ
            and asked.method in self.METHODS_CHECKING_NOT_MODIFIED
            # A weak tag is as good as a strong one here (RFC 9110 13.1.2).
            and asked.if_none_match.contains_weak(etag)
        ):
            response = Response(status=304)
            response.set_etag(etag)
            raise NotModified(response=response)

    def _set_etag_in_response(self, response: Response) -> None:
        """Set the version of what is answered, if it has one and the view has set none; else as the base."""
        noted = get_appcontext()
        version = None if "etag" in noted else _version_of(noted.get("result_dump"))
        if version is None or request_here().method not in self.METHODS_ALLOWING_SET_ETAG:
            super()._set_etag_in_response(response)
        else:
            self._check_not_modified(version)
            response.set_etag(version)

    @staticmethod
    def _generate_etag(etag_data: Any, extra_data: Any = None) -> str:
        """Return the version of what has one, so that nothing is serialised again; else flask-smorest's."""
        version = _version_of(etag_data)
        if version is not None:
            return version
        made: str = EtagMixin._generate_etag(etag_data, extra_data)
        return made


def _version_of(data: Any) -> str | None:
    """Return the `row_version` of a row, or of what was dumped of it; None where there is none."""
    version = data.get("row_version") if isinstance(data, dict) else getattr(data, "row_version", None)
    return None if version is None else str(version)


def _refusals(noted: dict[str, Any], methods: set[str]) -> list[Callable[[], None]]:
    """Return what refuses that which a view does not declare."""
    taken = {parameter["in"] for parameter in noted.get("arguments", {}).get("parameters", ())}
    refusals: list[Callable[[], None]] = []
    if not taken & {"query", "querystring"}:
        refusals.append(refuse_query)
    takes_body = taken & _BODIES or "requestBody" in noted.get("manual_doc", {})
    if not takes_body and not methods <= _WITHOUT_BODY:
        refusals.append(refuse_body)
    return refusals
