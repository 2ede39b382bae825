"""How a request is read: JSON and query parameters through a schema, or a clear answer."""

from __future__ import annotations

from typing import Any, NoReturn
from weakref import WeakKeyDictionary

import orjson
from flask import Request
from marshmallow import EXCLUDE, Schema, ValidationError
from webargs.flaskparser import FlaskParser
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import MultiDict

from tenantapp.globals import request_here
from tenantapp.http.json_values import holds_more_than
from tenantapp.http.problems import Problem

DEEPEST = 20
MOST_VALUES = 20_000
_NOTHING = Schema()


class MalformedBody(Problem):
    """Raised when the body is not JSON, or is nested deeper than anything meant for us."""

    reason = "malformed_body"


class UnsupportedBody(Problem):
    """Raised when the body is said to be of another kind than is read here."""

    status = 415
    reason = "unsupported_media_type"


class InvalidFields(Problem):
    """Raised when fields of the body or the query are invalid: all of them at once."""

    status = 422
    reason = "invalid_fields"

    def __init__(self, errors: dict[str, Any]) -> None:
        super().__init__("Some fields are invalid.", errors=errors)


class ApiParser(FlaskParser):
    """webargs' parser, which refuses what is compressed, too large, repeated, unknown or no JSON."""

    # Whether unknown fields are refused is the schema's to say: marshmallow's do, unless told otherwise.
    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {  # noqa: RUF012 - as webargs has it
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": None,
        "querystring": None,
    }

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ARG002
        """Return what the body says.

        Raises:
            UnsupportedBody: its media type is not JSON, or it is compressed.
            MalformedBody: it is not JSON.
        """
        refuse_encoding()
        if not req.is_json:
            raise UnsupportedBody("Send the body as application/json.")
        return parse_json(req.get_data())

    def load_querystring(self, req: Request, schema: Schema) -> dict[str, Any]:
        """Return what the query string says.

        Raises:
            InvalidFields: a parameter is repeated that is no list.
        """
        if not req.args:
            return {}
        lists = _lists_of(schema)
        minded = [
            item for item in req.args.lists() if schema.unknown != EXCLUDE or item[0] in schema.load_fields
        ]
        given = {name: values if name in lists else values[0] for name, values in minded}
        repeated = [name for name, values in minded if len(values) > 1 and name not in lists]
        if repeated:
            raise InvalidFields({name: ["Given more than once."] for name in repeated})
        return given

    def handle_error(
        self,
        error: ValidationError,
        req: Request,  # noqa: ARG002
        schema: Schema,  # noqa: ARG002
        **_options: Any,
    ) -> NoReturn:
        """Tell all that is wrong, by field.

        Raises:
            InvalidFields: always.
        """
        # webargs names the location above the fields.
        ((_, messages),) = messages_of(error).items()
        raise InvalidFields(messages if isinstance(messages, dict) else {"_schema": messages}) from None


PARSER = ApiParser()
_lists: WeakKeyDictionary[Schema, set[str]] = WeakKeyDictionary()


def _lists_of(schema: Schema) -> set[str]:
    """Return the parameters that a schema takes as lists, which webargs would look for at each request."""
    if schema not in _lists:
        _lists[schema] = MultiDictProxy(MultiDict(), schema).multiple_keys
    return _lists[schema]


def refuse_encoding() -> None:
    """Refuse a compressed body: its size is told by nothing but unpacking it.

    Raises:
        UnsupportedBody: it is compressed.
    """
    if request_here().environ.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise UnsupportedBody("Send the body without Content-Encoding.")


def parse_json(text: bytes) -> Any:
    """Return what JSON text says.

    Raises:
        MalformedBody: it is not JSON, is nested too deep, or holds too many values.
    """
    if holds_more_than(MOST_VALUES, text):
        raise MalformedBody(f"The body holds more than {MOST_VALUES} values.")
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise MalformedBody("The body is not valid JSON.") from None
    if _depth(value) > DEEPEST:
        raise MalformedBody(f"The body is nested deeper than {DEEPEST} levels.")
    return value


def read_query(schema: Schema) -> Any:
    """Return what the query string says, as `schema` loads it.

    Raises:
        InvalidFields: a parameter is repeated, unknown or invalid.
    """
    return PARSER.parse(schema, location="query")


def refuse_query() -> None:
    """Refuse every parameter, where none is taken.

    Raises:
        InvalidFields: there are some.
    """
    if request_here().query_string:
        PARSER.parse(_NOTHING, location="query")


def refuse_body() -> None:
    """Refuse a body that says something, where none is taken; `{}` says nothing.

    Raises:
        UnsupportedBody: its media type is not JSON, or it is compressed.
        MalformedBody: it is not JSON.
        InvalidFields: it says something.
    """
    if request_here().get_data():
        PARSER.parse(_NOTHING, location="json")


def messages_of(error: ValidationError) -> dict[str, Any]:
    """Return what an error of a schema's says, by field, and part it from where it was raised.

    marshmallow's frame and the error refer to each other: together they would keep what was loaded, a whole
    body, until Python looks for cycles.
    """
    messages = error.with_traceback(None).messages
    return messages if isinstance(messages, dict) else {"_schema": messages}


def _depth(value: Any) -> int:
    """Return how deep a JSON value is nested; counted level by level, since recursion is what is bounded."""
    depth, level = 0, [value]
    while level and depth <= DEEPEST:
        depth += 1
        level = [
            child
            for parent in level
            if isinstance(parent, (dict, list))
            for child in (parent.values() if isinstance(parent, dict) else parent)
        ]
    return depth
