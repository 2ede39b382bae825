"""How far this machine's clock is from the database server's: contexts are good for seconds."""

from __future__ import annotations

from tenantapp.tenancy.seal import SKEW_SECONDS

# Well before anything is refused, and more than a machine that keeps time ever has.
_TOLD_SECONDS = 10
# A token's expiry is in whole seconds.
_STEP = 1


def certain_skew(asked: float, server: float, answered: float) -> float:
    """Return how far this machine's clock is ahead for certain, negative for behind, however late the answer.

    Args:
        asked: this machine's time before the server's was asked for, in seconds.
        server: the server's.
        answered: this machine's, afterwards.
    """
    return max(asked - server, 0.0) - max(server - answered, 0.0)


def told_skew(skew: float) -> str | None:
    """Return what an operator must know of a skew, or None where it is small."""
    if abs(skew) < _TOLD_SECONDS:
        return None
    direction = "ahead of" if skew > 0 else "behind"
    return (
        f"this machine's clock is {abs(skew):.0f} s {direction} the database server's, "
        f"and contexts are refused from {SKEW_SECONDS} s on: set both by NTP"
    )


def is_refused(skew: float) -> bool:
    """Tell whether contexts that this machine seals are refused for a skew, or will be at any moment."""
    return abs(skew) > SKEW_SECONDS - _STEP
