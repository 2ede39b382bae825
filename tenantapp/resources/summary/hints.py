"""What the tests of isolation cannot find out about the summary."""

HINTS = {"/api/v1/summary": {"table": "tenants"}}
