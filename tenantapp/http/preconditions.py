"""If-Match: a write that is based on one version must not change another (RFC 9110 13.1.1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, request

from tenantapp.http.problems import Problem

_VERSION = re.compile(r"[1-9][0-9]{0,8}\Z")


class PreconditionRequired(Problem):
    """Raised when a write must say which version it is based on, and does not."""

    status = 428
    reason = "precondition_required"


class PreconditionRefused(Problem):
    """Raised when If-Match names a version where none is looked at: who sent it relies on it."""

    reason = "precondition_refused"


def expected_versions(*, required: bool = False) -> frozenset[int] | None:
    """Return the versions that If-Match names, or None where any will do.

    Args:
        required: whether the request must name one.

    Raises:
        PreconditionRequired: it must, and does not.
    """
    sent = request.headers.get("If-Match")
    if sent is None:
        if required:
            raise PreconditionRequired("Send the ETag of what you read as If-Match.")
        return None
    if request.if_match.star_tag:
        return None
    # A tag that is none of ours matches no version; werkzeug reads an empty one as None.
    return frozenset(int(tag) for tag in request.if_match if _VERSION.match(tag or ""))


def based_on_nothing(view: Callable[..., Response]) -> Callable[..., Response]:
    """Serve where no version is looked at: a request whose If-Match names one is refused. `*` names none."""

    @wraps(view)
    def serve(**path: Any) -> Response:
        if expected_versions() is not None:
            raise PreconditionRefused("If-Match: this operation looks at no version; send it without.")
        return view(**path)

    return serve
