"""What a WSGI server and the `flask` command load."""

from tenantapp.application import create_app

app = create_app()
