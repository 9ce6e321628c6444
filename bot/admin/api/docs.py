"""How the API is used: its OpenAPI document, and the same as a page without scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from bot.admin.api.access import PREFIX
from bot.admin.api.problems import KINDS
from bot.admin.pages import page

router = APIRouter()
_VERBS: Final = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Call:
    """One operation, as the page shows it."""

    verb: str
    path: str
    summary: str
    about: str
    scope: str
    parameters: tuple[dict[str, Any], ...]
    body: str
    """Name of the body's schema, or how it is sent."""
    answer: str
    """Name of the answer's schema, "" when it has none."""


@router.get("/openapi.json")
async def openapi(request: Request) -> Response:
    """Return the OpenAPI document."""
    return JSONResponse(cast("FastAPI", request.app).openapi())


@router.get("/docs")
async def show(request: Request) -> HTMLResponse:
    """Show the same for people."""
    document = cast("FastAPI", request.app).openapi()
    parts: dict[str, list[Call]] = {}
    for tag, call in _calls(document):
        parts.setdefault(tag, []).append(call)
    schemas = sorted(document.get("components", {}).get("schemas", {}).items())
    return page(
        request, None, "api_docs.html", parts=parts, about=document["info"]["description"],
        prefix=PREFIX, kinds=KINDS,
        schemas=[(name, json.dumps(one, ensure_ascii=False, indent=1)) for name, one in schemas],
    )  # fmt: skip


def _calls(document: dict[str, Any]) -> Iterator[tuple[str, Call]]:
    for path, operations in document["paths"].items():
        for verb in _VERBS:
            if verb in operations:
                one = operations[verb]
                yield one["tags"][0], _call(verb, path, one)


def _call(verb: str, path: str, one: dict[str, Any]) -> Call:
    scopes = [name for need in one.get("security", ()) for name in need.get("token", ())]
    content = one.get("requestBody", {}).get("content", {})
    answers = one["responses"].get("200", one["responses"].get("201", {})).get("content", {})
    return Call(
        verb.upper(),
        path,
        one.get("summary", ""),
        one.get("description", ""),
        ", ".join(scopes),
        tuple(one.get("parameters", ())),
        ", ".join(_named(body, kind) for kind, body in content.items()),
        ", ".join(filter(None, (_named(body, "") for body in answers.values()))),
    )


def _named(body: dict[str, Any], otherwise: str) -> str:
    """Return the name of a referenced schema, or `otherwise`."""
    reference = str(body.get("schema", {}).get("$ref", ""))
    return reference.rsplit("/", 1)[-1] or otherwise
