"""The folder of the Unix socket: `run` under the server's, or a short path that it links to."""

import tempfile
from pathlib import Path
from typing import Final

from tenantapp.embedded.keeper import SOCKETS, clear_sockets
from tenantapp.embedded.privileges import Account

LONGEST_PATH: Final = 107
LONGEST_NAME: Final = "/.s.PGSQL.65535"


def socket_folder(root: Path, account: Account) -> Path:
    """Make the private folder of the socket: among temporary files where its path would be too long."""
    folder = root / SOCKETS
    clear_sockets(folder)
    if len(f"{folder}{LONGEST_NAME}".encode()) > LONGEST_PATH:
        distant = Path(tempfile.mkdtemp(prefix="embedded-"))
        folder.symlink_to(distant)
        folder = distant
    else:
        folder.mkdir(mode=0o700, exist_ok=True)
    account.own(folder)
    return folder
