"""How a request's body is read: JSON and nothing else, or a clear answer."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Request
from marshmallow import Schema
from webargs.flaskparser import FlaskParser

from tenantapp.http.problems import Problem


class MalformedBody(Problem):
    """Raised when the body is not JSON."""

    reason = "malformed_body"


class UnsupportedBody(Problem):
    """Raised when the body is said to be something else than JSON."""

    status = 415
    reason = "unsupported_media_type"


class JsonParser(FlaskParser):
    """Reads JSON bodies; unknown fields are the schema's to refuse."""

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ARG002 - webargs gives it
        """Return what the body says.

        Raises:
            UnsupportedBody: its media type is not JSON.
            MalformedBody: it is not JSON.
        """
        if not req.is_json:
            raise UnsupportedBody("Send the body as application/json.")
        try:
            return orjson.loads(req.get_data())
        except orjson.JSONDecodeError:
            raise MalformedBody("The body is not valid JSON.") from None
