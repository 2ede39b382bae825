"""Debian's nginx, with a configuration of the documentation's and a wildcard certificate."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.programs import eventually, free_port, is_listening

_MAIN = """\
pid {folder}/nginx.pid;
error_log {folder}/error.log;
daemon off;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/unused;
    uwsgi_temp_path {folder}/unused;
    scgi_temp_path {folder}/unused;
    include {folder}/site.conf;
}}
"""
_START_SECONDS = 10.0


@dataclass(frozen=True)
class Nginx:
    """A proxy that listens on 127.0.0.1.

    Args:
        port: where it speaks TLS.
        plain_port: where it speaks plain HTTP.
        authority: the file of the certificate that its clients trust.
    """

    port: int
    plain_port: int
    authority: Path


@contextmanager
def nginx(site: str, domain: str) -> Iterator[Nginx]:
    """Lend a proxy.

    Args:
        site: its configuration, as a page gives it: on the ports 443 and 80, certificate in /etc/ssl.
        domain: whose subdomains it serves.

    Raises:
        FileNotFoundError: nginx is not installed.
    """
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    if program is None:
        raise FileNotFoundError("missing: nginx; on Debian: apt-get install nginx-light")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Its workers are another user's.
        folder.chmod(0o755)
        _sign(folder, domain)
        lent = Nginx(free_port(), free_port(), folder / "wildcard.pem")
        placed = {
            "/etc/ssl/": f"{folder}/",
            "listen 443 ": f"listen 127.0.0.1:{lent.port} ",
            "listen 80;": f"listen 127.0.0.1:{lent.plain_port};",
        }
        for example, value in placed.items():
            assert example in site, example
            site = site.replace(example, value)
        (folder / "site.conf").write_text(site)
        (folder / "nginx.conf").write_text(_MAIN.format(folder=folder))
        command = [program, "-e", folder / "error.log", "-p", folder, "-c", folder / "nginx.conf"]
        subprocess.run([*command, "-t"], check=True, capture_output=True)
        process = subprocess.Popen(command)
        try:
            assert eventually(lambda: is_listening(lent.port), _START_SECONDS)
            yield lent
        finally:
            process.terminate()
            process.wait(10)


def _sign(folder: Path, domain: str) -> None:
    """Make a certificate for a domain and its subdomains, signed by itself."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    names = f"subjectAltName=DNS:{domain},DNS:*.{domain}"
    files = ["-keyout", "wildcard.key", "-out", "wildcard.pem"]
    subprocess.run(
        [*command, "-days", "2", "-subj", f"/CN={domain}", "-addext", names, *files],
        cwd=folder,
        check=True,
        capture_output=True,
    )
