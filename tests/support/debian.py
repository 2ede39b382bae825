"""Debian's PostgreSQL in place of the wheel's: the same folder, locks and keeper around other programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from tenantapp.embedded import EmbeddedServer

VERSIONS = (15,)


@contextmanager
def debian_server(root: Path, *, version: int, settings: Mapping[str, str]) -> Iterator[EmbeddedServer]:
    """Lend a server of Debian's package, which the tests' processes share.

    Raises:
        FileNotFoundError: the package is not installed.
    """
    installation = Path(f"/usr/lib/postgresql/{version}")
    if not (installation / "bin" / "initdb").is_file():
        raise FileNotFoundError(
            f"missing: PostgreSQL {version}; on Debian: apt-get install postgresql-{version}"
        )
    with (
        mock.patch("tenantapp.embedded.server.installation", return_value=installation),
        EmbeddedServer(root, version=version, settings=settings) as server,
    ):
        yield server
