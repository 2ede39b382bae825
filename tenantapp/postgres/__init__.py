"""The connection to PostgreSQL: each transaction carries a tenant's signed context."""
