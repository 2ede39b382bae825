"""Life cycle of the embedded PostgreSQL for development and tests. Not for production."""

from tenantapp.embedded.errors import (
    BinariesMissingError,
    DiskFullError,
    EmbeddedServerError,
    FolderBusyError,
    ServerFailedError,
    UnreachableFolderError,
    UnsupportedPlatformError,
    UnusableDataError,
)

try:
    from tenantapp.embedded.server import EmbeddedServer
except ModuleNotFoundError as missing:
    if missing.name not in {"fcntl", "pwd"}:
        raise
    raise UnsupportedPlatformError(
        f"the embedded PostgreSQL needs Linux or macOS ({missing}): set DATABASE_URL to use another server"
    ) from missing

__all__ = [
    "BinariesMissingError",
    "DiskFullError",
    "EmbeddedServer",
    "EmbeddedServerError",
    "FolderBusyError",
    "ServerFailedError",
    "UnreachableFolderError",
    "UnsupportedPlatformError",
    "UnusableDataError",
]
