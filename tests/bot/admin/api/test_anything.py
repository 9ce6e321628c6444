"""Whatever is sent, the API answers with a document of its own and never with an accident."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.admin.api.problems import MEDIA_TYPE
from bot.models import Role
from tests.bot.admin.api.conftest import API, Program
from tests.bot.admin.api.test_access import GUARDED
from tests.bot.admin.procedures.test_desk import few_golden_questions

__all__ = ["few_golden_questions"]

#: Asking all golden questions at each try is for their own tests.
SLOW = {"/golden/run"}
CALLS = sorted(
    (method, path.removeprefix(API))
    for method, path in GUARDED
    if path.removeprefix(API) not in SLOW
)
TEXT = st.one_of(
    st.sampled_from(
        ["", "1.001193", "1.001193@87", "\x00", "\ud800", "đăng ký", "2026-13-40", "%", "'", "-1"]
    ),
    st.text(max_size=20),
)
PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXT,
    st.sampled_from([0, 1, 2**31, 2**70, -1]),
)  # fmt: skip
JSON = st.recursive(
    PLAIN, lambda one: st.lists(one, max_size=3) | st.dictionaries(TEXT, one, max_size=3),
    max_leaves=6,
)  # fmt: skip


def like(schema: dict[str, Any], schemas: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that a schema allows, more or less, and now and then anything at all."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[-1]]
    if "anyOf" in schema:
        return st.one_of(*(like(one, schemas) for one in schema["anyOf"]))
    if "enum" in schema:
        return st.sampled_from(schema["enum"]) | TEXT
    match schema.get("type"):
        case "object" if "properties" in schema:
            members = {name: like(one, schemas) for name, one in schema["properties"].items()}
            return st.fixed_dictionaries({}, optional=members) | JSON
        case "array":
            return st.lists(like(schema.get("items", {}), schemas), max_size=3)
        case "integer":
            return st.sampled_from([1, 2, 0, -1, 2**31 - 1, 2**31, 2**70])
        case "boolean":
            return st.booleans()
        case "string":
            return TEXT
        case _:
            return JSON


@given(data=st.data())
@settings(
    max_examples=120, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
def test_nothing_sent_is_an_accident(program: Program, data: st.DataObject) -> None:
    client = program(Role.ADMIN)
    document = client.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    method, path = data.draw(st.sampled_from(CALLS))
    operation = document["paths"][path][method.lower()]
    query: dict[str, str] = {}
    for one in operation.get("parameters", ()):
        value = data.draw(like(one["schema"], schemas))
        text = str(value).encode("utf-8", "replace").decode()
        if one["in"] == "path":
            path = path.replace(
                f"{{{one['name']}}}", quote("".join(text.split()).strip("/.") or "1")
            )
        elif data.draw(st.booleans()):
            query[one["name"]] = text
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    body = data.draw(like(content["schema"], schemas)) if content else None
    sent = json.dumps(body).encode() if content else None  # halves of pairs go as their escapes
    headers = {"Content-Type": "application/json"} if content else {}
    answer = client.request(method, path, params=query, content=sent, headers=headers)
    assert answer.status_code < 500, (method, path, query, body, answer.text)
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == MEDIA_TYPE
        assert answer.json()["detail"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 100_000, b"\xff", b'{"revision": 1, "revision": 1e999}', b"null"]
)
def test_no_json_is_a_problem(program: Program, body: bytes) -> None:
    answer = program(Role.ADMIN).post(
        "/procedures/1.001193/submit", content=body, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, MEDIA_TYPE)
