"""What PostgreSQL enforces, as operations of Alembic. Nothing that serves a request imports this."""
