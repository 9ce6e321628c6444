"""Which token opens what: every route × role, every route × scope; one shape for every error."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.routing import Mount

from bot.admin.api.access import PUBLIC
from bot.admin.api.problems import KINDS, MEDIA_TYPE
from bot.models import Role, Scope
from tests.bot.admin.api.conftest import API, Program, caller
from tests.bot.admin.conftest import Desk
from tests.bot.admin.routes import API_ROUTES
from tests.bot.admin.test_access import filled

GUARDED = {key: scope for key, scope in API_ROUTES.items() if scope is not None}


def below(path: str) -> str:
    return filled(path).removeprefix(API)


@pytest.mark.parametrize("role", Role)
def test_each_role_opens_exactly_what_its_scopes_say(program: Program, role: Role) -> None:
    client, wrong = program(role), []
    for (method, path), scope in GUARDED.items():
        status = client.request(method, below(path)).status_code
        if (status == 403) != (scope.role not in role.implies) or status in (401, 500):
            wrong.append((method, path, status))
    assert wrong == []


@pytest.mark.parametrize("scope", Scope)
def test_a_token_opens_nothing_beyond_its_scope(program: Program, scope: Scope) -> None:
    client, wrong = program(Role.ADMIN, scope), []
    for (method, path), wanted in GUARDED.items():
        status = client.request(method, below(path)).status_code
        if (status == 403) != (wanted is not scope):
            wrong.append((method, path, status))
    assert wrong == []


def test_without_a_live_token_nothing_opens(anyone: TestClient, desk: Desk) -> None:
    for client in (anyone, desk(Role.ADMIN)):
        for method, path in GUARDED:
            assert client.request(method, filled(path)).status_code == 401, (method, path)


@pytest.mark.parametrize("token", ["motcua_abcdefgh_x", "motcua_abcdefgh", "x" * 5_000, "é", " "])
def test_what_is_no_live_token_opens_nothing(anyone: TestClient, token: str) -> None:
    headers = [(b"authorization", f"Bearer {token}".encode())]
    answer = anyone.get(f"{API}/figures", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == MEDIA_TYPE


def test_the_document_names_every_route_with_its_scope(anyone: TestClient) -> None:
    document = anyone.get(f"{API}/openapi.json").json()
    named = {
        (verb.upper(), API + path): operation["security"][0]["token"]
        for path, operations in document["paths"].items()
        for verb, operation in operations.items()
    }
    assert named == {
        (method, re.sub(r":\w+}", "}", path)): [scope] for (method, path), scope in GUARDED.items()
    }
    assert document["servers"] == [{"url": API}]
    for operations in document["paths"].values():
        for operation in operations.values():
            assert operation["summary"]
            assert operation["description"]
            assert operation["tags"]
            assert list(operation["responses"]["default"]["content"]) == [MEDIA_TYPE]


def test_the_page_of_the_document_shows_every_operation_and_loads_nothing(
    anyone: TestClient,
) -> None:
    document = anyone.get(f"{API}/openapi.json").json()
    answer = anyone.get(f"{API}/docs")
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert f"<code>{path}</code> · {operation['summary']}" in answer.text
    for kind in KINDS:
        assert f'id="{kind}"' in answer.text
    assert "<script" not in answer.text
    assert not re.search(r'(?:src|href)="https?:', answer.text)
    assert len(answer.content) < 150_000


def test_only_the_document_is_public() -> None:
    assert {path for (_, path), scope in API_ROUTES.items() if scope is None} == {
        API + path for path in PUBLIC
    }


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/khong-co", 404),
        ("DELETE", "/figures", 405),
        ("GET", "/figures?since=hôm+qua", 422),
    ],
)
def test_every_error_has_one_shape(program: Program, method: str, path: str, status: int) -> None:
    answer = program(Role.ADMIN).request(method, path)
    body = answer.json()
    assert (answer.status_code, body["status"]) == (status, status)
    assert answer.headers["Content-Type"] == MEDIA_TYPE
    assert body["type"].startswith(f"{API}/docs#")
    assert not body["detail"].isascii()
    assert answer.headers["Cache-Control"] == "no-store"


def test_too_large_a_body_is_a_problem_too(program: Program) -> None:
    answer = program(Role.ADMIN).post(
        "/figures", headers={"Content-Length": str(2**31)}, content=b"x"
    )
    assert answer.status_code in (405, 413)


def test_a_token_calls_so_often_and_no_more(anyone: TestClient, program: Program) -> None:
    assert isinstance(anyone.app, FastAPI)
    api = next(r.app for r in anyone.app.routes if isinstance(r, Mount) and r.path == API)
    assert isinstance(api, FastAPI)
    client = program(Role.VIEWER, Scope.FIGURES_READ)
    client.get("/figures")  # builds what stands before the routes
    door, layer = None, api.middleware_stack
    while door is None:
        door = layer if hasattr(layer, "rate") else None
        layer = getattr(layer, "app", None)
    kept, door.rate = door.rate, type(door.rate)(2, 1, namespace="test")
    try:
        statuses = [client.get("/figures").status_code for _ in range(3)]
        slow = client.get("/figures")
        other = program(Role.EDITOR, Scope.FIGURES_READ).get("/figures").status_code
    finally:
        door.rate = kept
    assert statuses == [200, 200, 429]
    assert int(slow.headers["Retry-After"]) >= 1
    assert slow.json()["type"].endswith("#rate-limited")
    assert other == 200


def test_bearer_is_read_whatever_its_case(program: Program, anyone: TestClient) -> None:
    shown = program(Role.VIEWER).headers["Authorization"].removeprefix("Bearer ")
    client = caller(anyone, shown)
    client.headers["Authorization"] = f"bearer {shown}"
    assert client.get("/figures").status_code == 200
