"""The stories: one small file a theme, each a table."""

from __future__ import annotations

import importlib
import pkgutil

from tests.integration.rls.audit.story import Story


def _stories() -> list[Story]:
    found: list[Story] = []
    for module in pkgutil.iter_modules(__path__):
        found += importlib.import_module(f"{__name__}.{module.name}").STORIES
    return sorted(found, key=lambda story: (story.check, story.object))


STORIES = _stories()
