"""Requests as a server hands them over, down to a Host that is absent."""

from __future__ import annotations

from flask import Flask
from werkzeug.test import create_environ
from werkzeug.wrappers import Response

CUSTOMERS = "/api/v1/customers"


def ask(
    app: Flask, host: str | None, header: str | None = None, *, token: str = "", **environ: str
) -> Response:
    """Ask for the customers.

    Args:
        app: the application.
        host: the Host; None for none.
        header: the tenant header; None for none.
        token: the API key.
        environ: further entries of the WSGI environment.
    """
    sent = create_environ(CUSTOMERS, headers={"Authorization": f"Bearer {token}"})
    for name, value in {"HTTP_HOST": host, "HTTP_X_TENANT_SUBDOMAIN": header}.items():
        sent.pop(name, None)
        if value is not None:
            sent[name] = value
    return Response.from_app(app, {**sent, **environ}, buffered=True)
