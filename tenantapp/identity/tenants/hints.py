"""What the tests of isolation cannot find out about the tenant's own routes."""

HINTS = {"/api/v1/tenant": {"table": "tenants"}}
