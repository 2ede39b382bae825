"""Each situation of the corpus: generated, run, clean, run backwards, equal, run again."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest

from tenantapp.rehearsal.snapshot import differences
from tests.integration.migrations.corpus.life import Life
from tests.integration.migrations.corpus.models import Situation
from tests.integration.migrations.corpus.situations import column_types, isolation, partitions, parts, texts
from tests.integration.migrations.database import Migrations
from tests.support.databases import Server

SITUATIONS = {
    f"{kind.__name__.rpartition('.')[2]}: {name}": situation
    for kind in (column_types, texts, parts, isolation, partitions)
    for name, situation in kind.SITUATIONS.items()
}


# `make test` tries a few, `make test-services` all of them on 18, and a fifth on other versions.
EVERY = int(os.environ.get("CORPUS_EVERY", "20"))
CHOSEN = dict(itertools.islice(SITUATIONS.items(), 0, None, EVERY))


@pytest.fixture
def life(server: Server, database: str, tmp_path: Path) -> Life:
    """A database at the newest revision, for one situation."""
    return Life.begun(Migrations(server, database), tmp_path)


@pytest.mark.parametrize("situation", CHOSEN.values(), ids=CHOSEN)
def test_a_migration_is_the_whole_difference_and_its_downgrade_the_way_back(
    life: Life, situation: Situation
) -> None:
    if situation.before:
        assert life.migrate(situation.before) is not None
        life.upgrade(situation.before)
        assert life.check(situation.before) == ""
    before = life.snapshot()
    written = life.migrate(situation.after)
    assert written is not None, "nothing to migrate"
    for words in situation.written:
        assert words in written
    after = life.upgrade(situation.after)
    assert life.check(situation.after) == ""
    assert differences(life.downgrade(situation.after), before) == []
    assert differences(life.upgrade(situation.after), after) == []
