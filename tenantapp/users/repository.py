"""Where users are kept."""

from __future__ import annotations

from tenantapp.db.repository import Repository
from tenantapp.users.models import User


class UserRepository(Repository[User]):
    """The tenant's users, disabled ones too."""

    model = User
