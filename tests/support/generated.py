"""How many examples hypothesis makes of a request."""

from hypothesis import HealthCheck, settings

A_HUNDRED = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
