"""What A is answered over HTTP, on every route of a tenant's."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from werkzeug.test import TestResponse

from tenantapp.db.session import db
from tests.isolation.canaries import Inhabitant
from tests.isolation.routes import Ask, every_ask
from tests.isolation.world import World


def as_key_is_refused_at_bs_host(world: World) -> None:
    for ask in every_ask(world, world.b):
        if not ask.public:
            answer = world.request(world.b, ask.method, ask.path, headers=_bearer(world.a), json=ask.body)
            assert answer.status_code == 401, f"A's key at B's host: {ask}: {answer.status}"


def bs_host_without_a_key_tells_nothing(world: World) -> None:
    for ask in every_ask(world, world.b):
        answer = world.request(world.b, ask.method, ask.path, headers={"Authorization": ""}, json=ask.body)
        assert ask.public or answer.status_code == 401, f"no key at B's host: {ask}: {answer.status}"
        _assert_no_secret(world, answer)


def bs_ids_answer_like_ids_of_nobody(world: World) -> None:
    """Status, headers, body and the statements sent: one answer, by construction."""
    for ask, of_b in zip(every_ask(world, world.a), every_ask(world, world.b), strict=True):
        if of_b.row_id is not None:
            seen = _observe(world, ask.about(of_b.row_id))
            assert seen[0] == 404, f"{ask} about B's row answers A {seen}"
            assert seen == _observe(world, ask.about(uuid4())), f"{ask} tells A that B's row exists"


def no_answer_of_as_holds_anything_of_bs(world: World) -> None:
    for inhabitant in (world.a, world.b):
        for ask in every_ask(world, inhabitant):
            if ask.method == "GET":
                answer = world.request(world.a, ask.method, ask.path)
                assert answer.status_code == (404 if ask.row_id and inhabitant is world.b else 200)
                _assert_no_secret(world, answer, but=ask.row_id)


def _observe(world: World, ask: Ask) -> tuple[Any, ...]:
    """Send A's request and return all that A can observe of the answer, but the request's id and its own."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    with world.app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        answer = world.request(world.a, ask.method, ask.path, json=ask.body)
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    request_id = (answer.get_json(silent=True) or {}).get("request_id", ask.row_id)
    known = (str(ask.row_id), str(request_id))

    def anonymous(text: str) -> str:
        return re.sub("|".join(map(re.escape, known)), "…", text)

    headers = [(name, anonymous(value)) for name, value in answer.headers]
    return answer.status_code, headers, anonymous(answer.get_data(as_text=True)), sent


def _bearer(tenant: Inhabitant) -> dict[str, str]:
    return {"Authorization": f"Bearer {tenant.token}"}


def _assert_no_secret(world: World, answer: TestResponse, but: UUID | None = None) -> None:
    text = f"{answer.headers}{answer.get_data(as_text=True)}"
    found = [secret for secret in world.secrets - {str(but)} if secret in text]
    assert not found, f"an answer holds B's {found}"
