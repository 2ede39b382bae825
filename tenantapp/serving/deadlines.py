"""How long the server waits for a client: a while, and longer as long as it gets on."""

from __future__ import annotations

from tenantapp.serving.connection import Connection, Stage
from tenantapp.serving.limits import Limits
from tenantapp.serving.refusals import too_slow


def is_overdue(connection: Connection, limits: Limits, now: float, *, is_closing: bool) -> bool:
    """Tell whether a connection has waited for its client for too long, and there is nothing to say to it.

    Args:
        connection: one that waits for its client.
        limits: for how long it may.
        now: the time, by the monotonic clock.
        is_closing: whether the server ends.

    Raises:
        Refusal: it waits for a request that has begun; this is the answer.
    """
    taken = now - connection.since
    if connection.stage is Stage.HEAD and connection.head:
        if taken > limits.head_seconds:
            raise too_slow("The head of the request")
        return False
    if connection.stage is Stage.BODY and connection.body is not None:
        if taken > limits.body_seconds + connection.body.received / limits.slowest:
            raise too_slow("The body of the request")
        return False
    return taken > _seconds_in_silence(connection, limits, is_closing=is_closing)


def _seconds_in_silence(connection: Connection, limits: Limits, *, is_closing: bool) -> float:
    if connection.stage is Stage.SEND:
        return limits.response_seconds + connection.sent / limits.slowest
    if connection.stage is Stage.LINGER:
        return limits.linger_seconds
    is_first = connection.number == 0 and not is_closing
    return limits.head_seconds if is_first else limits.keep_alive_seconds
