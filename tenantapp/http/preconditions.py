"""If-Match: a write that is based on one version must not change another (RFC 9110 13.1.1)."""

from __future__ import annotations

import re

from flask import request

from tenantapp.http.problems import Problem

_VERSION = re.compile(r"[1-9][0-9]{0,8}\Z")


class PreconditionRequired(Problem):
    """Raised when a write must say which version it is based on, and does not."""

    status = 428
    reason = "precondition_required"


class PreconditionFailed(Problem):
    """Raised when the row has another version than the write is based on."""

    status = 412
    reason = "precondition_failed"


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
