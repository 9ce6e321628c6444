"""The widget: one script that puts the chat on any site, and who may let it talk with us.

The browser asks before a page of another origin reads anything of ours; only the origins in the
settings are answered, only on the paths the chat needs, and never with cookies: there are none.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from bot import messages as say
from bot.messages import widget as words
from bot.settings import Settings

_SCRIPT: Final = Path(__file__).parents[1] / "web" / "widget.js"
#: What the chat on another site asks of us, and how.
OPEN_PATHS: Final = {
    "/api/v1/messages": ("POST",),
    "/api/v1/events": ("GET",),
    "/api/v1/hand-over": ("POST",),
    "/static/chat.js": ("GET",),
}
_HEADERS: Final = ("Content-Type", "X-Motcua-Session")
_PREFLIGHT_SECONDS: Final = 600

router = APIRouter(include_in_schema=False)


@router.get("/widget.js")
async def get_widget(request: Request) -> Response:
    """Return the script with its words; any site may load it, the API decides who may talk."""
    dialogue = getattr(request.app.state, "dialogue", None)
    examples = [{"label": example, "send": example, "url": ""} for example in say.EXAMPLES]
    spoken = {
        "introduction": dialogue.introduction() if dialogue else say.NOT_READY,
        "hello": say.HELLO,
        "examples": json.dumps(examples, ensure_ascii=False),
        "log": say.UI_LOG,
        "label": say.UI_LABEL,
        "placeholder": say.UI_PLACEHOLDER,
        "send": say.UI_SEND,
        "wait": say.UI_WAIT,
        "offline": say.UI_OFFLINE,
        "again": say.UI_AGAIN,
        "noLocation": say.UI_NO_LOCATION,
        "handOver": say.UI_HAND_OVER,
        "title": say.PAGE_TITLE,
        "launch": words.LAUNCH,
        "close": words.CLOSE,
        "remember": words.REMEMBER,
        "remembered": words.REMEMBERED,
        "forgotten": words.FORGOTTEN,
    }
    script = _SCRIPT.read_text(encoding="utf-8")
    return Response(
        script.replace("__WORDS__", json.dumps(spoken, ensure_ascii=False)),
        media_type="text/javascript",
        headers={
            "Cache-Control": "public, max-age=300",
            "Cross-Origin-Resource-Policy": "cross-origin",
        },
    )


def mount(app: FastAPI, settings: Settings) -> None:
    """Serve the widget, and let the sites of the settings use it."""
    app.include_router(router)
    origins = origins_of(settings)
    if origins:
        app.add_middleware(_Cors, origins=origins)


def origins_of(settings: Settings) -> list[str]:
    """Return the exact origins that may use the widget."""
    return [one.strip() for one in settings.widget_origins.split(",") if one.strip()]


class _Cors:
    """Answers the listed origins on the open paths; everything else passes untouched."""

    def __init__(self, app: ASGIApp, origins: list[str]) -> None:
        self.app = app
        self.open = {
            path: CORSMiddleware(
                app,
                allow_origins=origins,
                allow_methods=methods,
                allow_headers=_HEADERS,
                max_age=_PREFLIGHT_SECONDS,
            )
            for path, methods in OPEN_PATHS.items()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        await self.open.get(path, self.app)(scope, receive, send)
