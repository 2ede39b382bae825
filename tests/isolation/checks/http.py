"""What A is answered over HTTP, on every route of a tenant's."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from werkzeug.test import TestResponse

from tenantapp.db.session import db
from tests.isolation.canaries import Inhabitant
from tests.isolation.routes import tenant_requests
from tests.isolation.world import World


def as_key_is_refused_at_bs_host(world: World) -> None:
    for method, path, _ in tenant_requests(world, world.b):
        answer = world.request(world.b, method, path, headers=_bearer(world.a), json=_body(method))
        assert answer.status_code == 401, f"A's key at B's host: {method} {path}: {answer.status}"


def bs_host_without_a_key_tells_nothing(world: World) -> None:
    for method, path, _ in tenant_requests(world, world.b):
        answer = world.request(world.b, method, path, headers={"Authorization": ""}, json=_body(method))
        assert answer.status_code == 401, f"no key at B's host: {method} {path}: {answer.status}"
        _assert_nothing_of(world.b, answer)


def bs_ids_answer_like_ids_of_nobody(world: World) -> None:
    """Status, headers, body and the statements sent: one answer, by construction."""
    for method, path, row_id in tenant_requests(world, world.b):
        if row_id is not None:
            seen = _observe(world, method, path, row_id)
            nobody = uuid4()
            expected = _observe(world, method, path.replace(str(row_id), str(nobody)), nobody)
            assert seen[0] == 404, f"{method} {path} answers A {seen}"
            assert seen == expected, f"{method} {path} tells A that B's row exists"


def no_answer_of_as_holds_anything_of_bs(world: World) -> None:
    for inhabitant in (world.a, world.b):
        for method, path, row_id in tenant_requests(world, inhabitant):
            if method == "GET":
                answer = world.request(world.a, method, path)
                assert answer.status_code == (404 if row_id and inhabitant is world.b else 200)
                _assert_nothing_of(world.b, answer, but=row_id)


def _observe(world: World, method: str, path: str, row_id: UUID) -> tuple[Any, ...]:
    """Send A's request and return all that A can observe of the answer, but the request's id and its own."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    with world.app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        answer = world.request(world.a, method, path, json=_body(method))
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    request_id = (answer.get_json(silent=True) or {}).get("request_id", row_id)
    known = (str(row_id), str(request_id))

    def anonymous(text: str) -> str:
        return re.sub("|".join(map(re.escape, known)), "…", text)

    headers = [(name, anonymous(value)) for name, value in answer.headers]
    return answer.status_code, headers, anonymous(answer.get_data(as_text=True)), sent


def _body(method: str) -> dict[str, Any] | None:
    return {} if method in ("POST", "PUT", "PATCH") else None


def _bearer(tenant: Inhabitant) -> dict[str, str]:
    return {"Authorization": f"Bearer {tenant.token}"}


def _assert_nothing_of(tenant: Inhabitant, answer: TestResponse, but: UUID | None = None) -> None:
    text = f"{answer.headers}{answer.get_data(as_text=True)}"
    found = [string for string in tenant.strings() - {str(but)} if string in text]
    assert not found, f"an answer holds B's {found}"
