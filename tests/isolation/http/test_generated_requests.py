"""Requests that nobody thought of, made from the API document by schemathesis, the same at each run."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tenantapp.testing.canaries import further_row
from tenantapp.testing.hint import hint_for
from tenantapp.testing.walk import table_behind, told_body
from tests.isolation.world import MakeWorld, World
from tests.support.tenants import issue


@schemathesis.serializer("application/x-ndjson")
def _as_line(_context: object, value: object) -> bytes:
    """Send an object as a file of one line."""
    return orjson.dumps(value, default=str, option=orjson.OPT_APPEND_NEWLINE)


CASES = int(os.environ.get("GENERATED_REQUESTS", "250"))
# Of fewer, none may happen to be a file that can be read, or to do what else is asked for.
FEWEST_FILES, FEWEST = 20, 10
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


@pytest.fixture
def fresh_world(make_world: MakeWorld) -> Iterator[World]:
    """A world that may be written into."""
    with make_world() as world:
        yield world


def test_generated_requests_are_answered_as_documented_and_without_a_canary(
    fresh_world: World, subtests: pytest.Subtests
) -> None:
    document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", fresh_world.app)
    operations = [found.ok() for found in document.get_all_operations() if isinstance(found, Ok)]
    operations.sort(key=_deletes)
    assert len(operations) > 10
    each = CASES // len(operations) + 1
    # No generated request revokes the key by which they are sent: its id is none of the world's.
    token = issue(fresh_world.app, fresh_world.a.id)
    seen: Counter[str] = Counter()
    for operation in operations:
        with subtests.test(operation.label):
            fewest = FEWEST_FILES if operation.path.endswith("/import") else FEWEST
            statuses = _attack(fresh_world, operation, token, max(each, fewest))
            assert any(200 <= status < 300 for status in statuses), f"none did what it asks for: {statuses}"
            seen[operation.label] = statuses.total()
    # Where there is less to vary than cases to try, hypothesis stops early.
    assert seen.total() >= 0.8 * CASES, seen


def _attack(world: World, operation: Any, token: str, cases: int) -> Counter[int]:
    """Send generated requests as A, right ones and wrong ones, and count the answers by status."""
    fixed = {"Authorization": f"Bearer {token}", "X-Tenant-Subdomain": world.a.subdomain}
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    statuses: Counter[int] = Counter()

    @given(
        case=st.one_of([operation.as_strategy(generation_mode=mode, headers=fixed) for mode in modes]),
        ids=st.fixed_dictionaries(_ids(world, operation)),
        tag=st.sampled_from([None, '"1"', "*"]),
    )
    @settings(
        max_examples=cases,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    def send(case: Case[Any], ids: dict[str, UUID], tag: str | None) -> None:
        if case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE:
            _aim(case, ids, tag)
        response = case.call_and_validate(headers=fixed, checks=CHECKS)
        statuses[response.status_code] += 1
        sent = f"{case.formatted_path} {case.query} {case.headers} {case.body!r}"
        text = f"{response.headers} {response.text}"
        found = [canary for canary in world.secrets if canary in text and canary not in sent]
        assert not found, f"{operation.label} shows A B's {found}"

    send()
    return statuses


def _deletes(operation: Any) -> bool:
    return bool(operation.method == "delete" or hint_for(_rule(operation)).removes_row)


def _rule(operation: Any) -> str:
    """Return the rule of an operation, as Flask has it: ids are the arguments that hints are about."""
    return re.sub(r"\{(\w+_id)\}", r"<uuid:\1>", operation.path)


def _ids(world: World, operation: Any) -> dict[str, st.SearchStrategy[UUID]]:
    """Return ids to put into path and body: of A's rows more often than of B's, and of none."""
    tables = {name: table_behind(path) for path, name in re.findall(r"([^{]*)\{(\w+_id)\}", operation.path)}
    if operation.path.rpartition("/")[2].startswith("bulk-"):
        tables["ids"] = table_behind(operation.path)
    elif operation.method in ("post", "patch"):
        keys = table_behind(operation.path).foreign_keys
        tables |= {key.parent.name: key.column.table for key in keys if key.parent.name != "tenant_id"}
    choices = {}
    for name, table in tables.items():
        mine, theirs = ([row["id"] for row in tenant.rows[table.name]] for tenant in (world.a, world.b))
        if _deletes(operation):
            # By now others refer to those that were there.
            mine = [further_row(world.app, world.a, table) for _ in range(3)]
        choices[name] = st.sampled_from([*mine, *mine, *theirs, uuid4()])
    if operation.method != "get":
        told = [told_body(world.app, _rule(operation), world.a) for _ in range(3)]
        choices |= {name: st.sampled_from([each[name] for each in told]) for name in told[0]}
    return choices


def _aim(case: Case[Any], ids: dict[str, UUID], tag: str | None) -> None:
    """Let a right request be about rows that there are, at their version: no generator would find one."""
    path: dict[str, Any] = case.path_parameters or {}
    for place in (path, case.body if isinstance(case.body, dict) else {}):
        for name, row_id in ids.items():
            if place.get(name) is not None:
                place[name] = [str(row_id)] if name == "ids" else str(row_id)
    if "name" in path:
        path["name"] = "Customer"
    if tag is not None and "If-Match" in case.headers:
        case.headers["If-Match"] = tag
