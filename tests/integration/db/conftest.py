"""The applications that the tests of the connection use."""

from tests.integration.postgres.conftest import app, app_of_one, first, make_app, second

__all__ = ["app", "app_of_one", "first", "make_app", "second"]
