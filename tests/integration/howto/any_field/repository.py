"""Where samples are kept."""

from __future__ import annotations

from tenantapp.resources.samples.models import Sample

from tenantapp.db.repository import Repository


class SampleRepository(Repository[Sample]):
    """The tenant's samples."""

    model = Sample
