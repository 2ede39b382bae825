"""What can be wrong with a surface that is compared with."""

from __future__ import annotations


class SurfaceFileError(Exception):
    """Raised when a file holds no surface; its text says what is wrong."""
