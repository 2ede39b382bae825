"""What a real process logs of requests that fail in every way: JSON lines, and nothing of a tenant's rows."""

from __future__ import annotations

import http.client
import json
import secrets
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tenantapp.application import create_app
from tenantapp.platform.context_keys import install_key
from tenantapp.settings.context_key import ContextKey
from tests.e2e.conftest import is_served
from tests.e2e.programs import GUNICORN, Program, eventually, free_port, on_database, running
from tests.e2e.wire import CUSTOMERS, Answer, call
from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest, make_tenant

DOMAIN = "tenants.example"
TRAPS = """
    CREATE FUNCTION trap() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    BEGIN
        CASE split_part(NEW.name, ' ', 1)
            WHEN 'cut' THEN PERFORM pg_terminate_backend(pg_backend_pid()), pg_sleep(5);
            WHEN 'slow' THEN PERFORM pg_sleep(20);
            WHEN 'raise' THEN RAISE EXCEPTION 'not %', NEW.name USING DETAIL = NEW.email, HINT = NEW.notes;
            WHEN 'cast' THEN PERFORM NEW.name::uuid;
            WHEN 'number' THEN PERFORM NEW.name::integer;
            WHEN 'long' THEN NEW.phone := repeat(NEW.notes, 9);
            WHEN 'collide' THEN RAISE serialization_failure USING MESSAGE = NEW.notes;
            ELSE NULL;
        END CASE;
        RETURN NEW;
    END $$;
    CREATE TRIGGER trap BEFORE INSERT OR UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION trap();
    ALTER TABLE customers ADD CONSTRAINT surprise CHECK (name NOT LIKE 'check%');
    CREATE UNIQUE INDEX surprising ON customers (company);
"""


@dataclass(frozen=True)
class Scene:
    """A tenant of a served application, and what each value of its rows holds."""

    port: int
    program: Program
    tenant: TenantUnderTest
    canary: str

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        host, token = f"{self.tenant.subdomain}.{DOMAIN}", f"Bearer {self.tenant.token}"
        return call(self.port, method, path, body=body, Host=host, Authorization=token)

    def customer(self, name: str, **fields: str) -> dict[str, str]:
        canary = self.canary
        made = {
            "name": f"{name} {canary}",
            "email": f"{secrets.token_hex(4)}-{canary}@example.com",
            "notes": f"notes {canary}",
        }
        return made | fields


@pytest.fixture
def scene(server: Server, database: str, tmp_path: Path) -> Iterator[Scene]:
    """A gunicorn in production, on a database whose triggers and constraints fail in every way."""
    key, port = ContextKey.parse(f"k9:{secrets.token_hex(32)}"), free_port()
    with server.connect("owner", database) as owner:
        install_key(owner, key)
    app = create_app(server.settings(database, context_key=key))
    tenant, canary = make_tenant(app), f"canary{secrets.token_hex(8)}"
    app.extensions["tenantapp"].pool.close()
    with server.connect("bootstrap", database) as superuser:
        superuser.execute(TRAPS)
    environ = on_database(
        server,
        database,
        ALLOW_UNVERIFIED_TLS="true",
        BASE_DOMAIN=DOMAIN,
        CONTEXT_KEY=key.written(),
        PORT=str(port),
        SECRET_KEY=secrets.token_hex(32),
        STATEMENT_TIMEOUT_MS="1000",
    ) | {"APP_ENV": "production", "LOG_LEVEL": "DEBUG"}
    with running(GUNICORN, environ, tmp_path) as program:
        assert eventually(lambda: is_served(port)), program.errors
        yield Scene(port, program, tenant, canary)


def lines(program: Program) -> list[dict[str, Any]]:
    """Return what a program has logged: each line is an object with an event."""
    told = [json.loads(line) for line in program.errors.split("\n")[:-1]]
    assert all(line["event"] and line["level"] and line["timestamp"] for line in told)
    return told


def test_no_failure_writes_a_tenants_value_into_the_log(scene: Scene) -> None:
    shared = f"company {scene.canary}"
    assert scene.ask("POST", CUSTOMERS, scene.customer("first", company=shared)).status == 201
    statuses = {
        name: scene.ask("POST", CUSTOMERS, scene.customer(name)).status
        for name in ("check", "cut", "slow", "raise", "cast", "number", "long", "collide")
    }
    assert statuses == {
        "check": 500,
        "cut": 503,
        "slow": 503,
        "raise": 500,
        "cast": 422,
        "number": 422,
        "long": 422,
        "collide": 503,
    }
    assert scene.ask("POST", CUSTOMERS, scene.customer("second", company=shared)).status == 500
    assert scene.ask("POST", CUSTOMERS, {"name": scene.canary, scene.canary: 1}).status == 422
    assert scene.ask("GET", f"{CUSTOMERS}?q={scene.canary}&{scene.canary}=1").status == 422
    assert imported(scene, f"name,email\ncheck {scene.canary},x@{scene.canary}.example\n") == 500
    assert imported(scene, f"name,{scene.canary}\n{scene.canary},1\n") == 422
    with closing(http.client.HTTPConnection("127.0.0.1", scene.port, timeout=15)) as connection:
        connection.request("GET", "/", headers={"Host": f"{scene.canary}.elsewhere"})
        connection.getresponse().read()

    told = lines(scene.program)
    assert scene.canary not in scene.program.errors + scene.program.output
    assert {line.get("status") for line in told if line["event"] == "request"} >= {201, 422, 500, 503}
    crashed = [line for line in told if line["event"] == "unexpected error"]
    assert any("surprise" in line["exception"] for line in crashed), "the constraint is named"
    assert all("Traceback" in line["exception"] for line in crashed)
    assert any(line.get("logger", "").startswith("psycopg") for line in told), "the pool tells of the cut"


def test_a_file_that_breaks_off_tells_nothing_of_its_rows(
    scene: Scene, server: Server, database: str
) -> None:
    # The oldest row comes last, after the answer has begun, and cannot be read.
    with server.connect("bootstrap", database) as superuser:
        superuser.execute(
            "INSERT INTO customers (tenant_id, name, email, created_at) "
            "SELECT %s, CASE n WHEN 0 THEN 'read ' ELSE '' END || %s, n || '@x.example', "
            "now() + n * interval '1s' FROM generate_series(0, 700) n",
            [scene.tenant.id, scene.canary],
        )
        superuser.execute(
            "CREATE POLICY unreadable ON customers AS RESTRICTIVE "
            "USING (CASE WHEN name LIKE 'read%' THEN name::integer > 0 ELSE true END)"
        )
    with pytest.raises(http.client.IncompleteRead):
        scene.ask("GET", f"{CUSTOMERS}/export?q={scene.canary}")
    assert scene.ask("GET", f"{CUSTOMERS}?created_at_from=2000-01-01T00:00:00Z&sort=created_at").status == 422
    assert scene.ask("GET", f"{CUSTOMERS}?sort=created_at").status == 422

    told = lines(scene.program)
    assert scene.canary not in scene.program.errors + scene.program.output
    assert any(line["event"] == "an export broke off" for line in told)


def imported(scene: Scene, text: str) -> int:
    """Send a file and return the status of the answer."""
    with closing(http.client.HTTPConnection("127.0.0.1", scene.port, timeout=15)) as connection:
        headers = {
            "Host": f"{scene.tenant.subdomain}.{DOMAIN}",
            "Authorization": f"Bearer {scene.tenant.token}",
            "Content-Type": "text/csv",
        }
        connection.request("POST", f"{CUSTOMERS}/import", text, headers)
        return connection.getresponse().status
