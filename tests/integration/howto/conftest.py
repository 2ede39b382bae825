"""A copy of the program, in which each how-to page is followed."""

from tests.integration.migrations.conftest import newest, tree

__all__ = ["newest", "tree"]
