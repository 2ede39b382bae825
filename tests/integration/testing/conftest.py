"""The kit, as those who build on it use it."""

from __future__ import annotations

from tenantapp.testing import *  # noqa: F403 - pytest_plugins is for the conftest at the root alone
