"""The channel of Telegram: webhook or polling in, messages with buttons out."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any, Final

import structlog
from telegram import (
    Bot,
    BotCommand,
    InlineQueryResultArticle,
    InputTextMessageContent,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.error import BadRequest, TelegramError

from bot import messages as say
from bot.channels import Accept, Arrival, Capabilities, ForgedError, Outgoing, SendError, Trouble
from bot.channels.splitting import pieces
from bot.channels.telegram import keyboards
from bot.channels.telegram.errors import classify, is_deleted, is_not_editable, is_same
from bot.channels.telegram.transport import TIMEOUT, Transport
from bot.channels.telegram.updates import NAME, WANTED, Self, translate
from bot.conversation import Attachment, Button, Reply
from bot.db import Database
from bot.messages import telegram as words
from bot.settings import Settings

__all__ = ["NAME", "Telegram", "connect", "render"]

TEXT_LIMIT: Final = 4_096
CAPTION_LIMIT: Final = 1_024
#: More would fill the screen; the Bot API takes a hundred.
MAX_BUTTONS: Final = 24
#: Longer labels are cut on a phone, so the whole choice stands in the text too.
LABEL_CHARS: Final = 30
#: Seconds one fetch waits for something new.
POLL_SECONDS: Final = 25
#: Seconds Telegram may show the same suggestions to everyone.
SUGGESTIONS_KEEP: Final = 300
MAX_SUGGESTIONS: Final = 5
SECRET_HEADER: Final = "x-telegram-bot-api-secret-token"  # noqa: S105 - the name of a header

_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
_NO_PREVIEW: Final = _PREVIEW.to_json()

log = structlog.get_logger()


def connect(settings: Settings, _database: Database) -> Telegram | None:
    """Return the channel, or None without a token."""
    return Telegram(settings) if settings.telegram_token.get_secret_value() else None


class Telegram:
    """One bot."""

    name = NAME
    capabilities = Capabilities(
        text_limit=TEXT_LIMIT,
        buttons=MAX_BUTTONS,
        button_data_bytes=keyboards.DATA_BYTES,
        edits=True,
        recalls=True,
        images=True,
        asks_location=True,
    )

    def __init__(self, settings: Settings) -> None:
        """Connect nothing yet."""
        token = settings.telegram_token.get_secret_value()
        self.me = Self(int(token.partition(":")[0]))  # its form is the settings' to see to
        self._secret = settings.telegram_secret.get_secret_value()
        base = settings.telegram_base_url.rstrip("/")
        proxy = settings.telegram_proxy
        self._transports = (Transport(proxy=proxy), Transport(proxy=proxy, connections=2))
        self.bot = Bot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._transports[0],
            get_updates_request=self._transports[1],
        )

    # --- In --------------------------------------------------------------------------------------

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:  # noqa: ARG002 - the contract
        """Raise ForgedError unless the request carries the secret Telegram was given."""
        given = headers.get(SECRET_HEADER, "")
        if not self._secret or not hmac.compare_digest(given.encode(), self._secret.encode()):
            raise ForgedError

    def translate(self, payload: Mapping[str, Any]) -> Sequence[Arrival]:
        """Return what an update tells."""
        return translate(payload, self.me)

    async def run(self, accept: Accept) -> None:
        """Tell Telegram our menu; without a webhook secret, fetch what citizens write."""
        try:
            me = await self.bot.get_me()
            self.me.username = me.username or ""
            await self.bot.set_my_commands(
                [BotCommand(item.command, item.description) for item in words.MENU]
            )
            if not self._secret:
                await self.bot.delete_webhook()
                await self._fetch(accept)
        except TelegramError as error:
            raise classify(error) from error

    async def _fetch(self, accept: Accept) -> None:
        """Fetch for ever; updates are read as they come.

        The library's objects want every field they know: one update of a kind younger than the
        library would stop all those that come after it.
        """
        fields = {"timeout": str(POLL_SECONDS), "allowed_updates": json.dumps(WANTED)}
        while True:
            told = await self._transports[1].post_fields(
                f"{self.bot.base_url}/getUpdates", fields, silence=POLL_SECONDS + TIMEOUT
            )
            updates = [one for one in told if isinstance(one, Mapping)]
            await accept([arrival for one in updates for arrival in self.translate(one)])
            ids = [one["update_id"] for one in updates if isinstance(one.get("update_id"), int)]
            if ids:
                fields["offset"] = str(max(ids) + 1)

    # --- Out -------------------------------------------------------------------------------------

    def render(self, reply: Reply) -> Sequence[Outgoing]:
        """Return the messages of a reply; see the function of this name."""
        return render(reply)

    async def send(self, address: str, outgoing: Outgoing) -> str:
        """Send, or edit in place, one message; acknowledge the press it answers."""
        try:
            if not outgoing.press:
                return await self._show(address, outgoing)
            shown, _ = await asyncio.gather(
                self._show(address, outgoing),
                _quietly(self.bot.answer_callback_query(outgoing.press)),
            )
        except TelegramError as error:
            raise classify(error) from error
        return str(shown)

    async def _show(self, address: str, outgoing: Outgoing) -> str:
        if outgoing.edit_of:
            try:
                return await self._edit(address, outgoing)
            except BadRequest as error:
                if is_same(error):
                    return outgoing.edit_of
                if not is_not_editable(error):
                    raise
        markup = _markup(address, outgoing)
        reply_to = (
            ReplyParameters(int(outgoing.reply_to), allow_sending_without_reply=True)
            if outgoing.reply_to
            else None
        )
        if not outgoing.image:
            return await self._say(address, outgoing.text, markup, reply_to)
        sent = await self.bot.send_photo(
            address,
            BytesIO(outgoing.image),
            caption=outgoing.text[:CAPTION_LIMIT],
            reply_markup=markup,
            reply_parameters=reply_to,
        )
        return str(sent.message_id)

    async def _say(
        self, address: str, text: str, markup: Any, reply_to: ReplyParameters | None
    ) -> str:
        """Send a text; its own request, as the library's objects would double the cost of each."""
        fields = {"chat_id": address, "text": text, "link_preview_options": _NO_PREVIEW}
        if markup is not None:
            fields["reply_markup"] = markup.to_json()
        if reply_to is not None:
            fields["reply_parameters"] = reply_to.to_json()
        sent = await self._transports[0].post_fields(f"{self.bot.base_url}/sendMessage", fields)
        return str(sent["message_id"] if isinstance(sent, dict) else "")

    async def _edit(self, address: str, outgoing: Outgoing) -> str:
        await self.bot.edit_message_text(
            outgoing.text,
            chat_id=address,
            message_id=int(outgoing.edit_of),
            reply_markup=(
                keyboards.inline(outgoing.buttons, asks=outgoing.asks) if outgoing.buttons else None
            ),
            link_preview_options=_PREVIEW,
        )
        return outgoing.edit_of

    async def recall(self, address: str, message_id: str) -> bool:
        """Delete a message; Telegram allows it for 48 hours. One that is gone already counts."""
        try:
            return await self.bot.delete_message(address, int(message_id))
        except BadRequest as error:
            return is_deleted(error)
        except TelegramError as error:
            raise classify(error) from error

    async def download(self, attachment: Attachment, *, limit: int) -> bytes:
        """Return a file the citizen sent."""
        try:
            file = await self.bot.get_file(attachment.ref)
            if file.file_size is not None and file.file_size > limit:
                raise ValueError(f"longer than {limit} bytes")
            content = bytes(await file.download_as_bytearray())
        except TelegramError as error:
            raise classify(error) from error
        if len(content) > limit:
            raise ValueError(f"longer than {limit} bytes")
        return content

    async def refresh(self) -> None:
        """Tokens of Telegram do not run out."""
        raise SendError("the token cannot be refreshed", Trouble.RETRY)

    async def suggest(self, press: str, replies: Sequence[Reply]) -> None:
        """Show articles to someone who types "@bot …" in any chat."""
        articles = [
            InlineQueryResultArticle(
                card.code or str(number),
                card.title,
                InputTextMessageContent(
                    next(pieces(card.plain(), TEXT_LIMIT)), link_preview_options=_PREVIEW
                ),
                description=" ".join(card.lead)[:120] or None,
            )
            for number, card in enumerate(
                (card for reply in replies for card in reply.cards), start=1
            )
        ]
        try:
            await self.bot.answer_inline_query(
                press, articles[:MAX_SUGGESTIONS], cache_time=SUGGESTIONS_KEEP
            )
        except TelegramError as error:
            raise classify(error) from error

    # --- Open and close --------------------------------------------------------------------------

    async def start(self) -> None:
        """Open the pools; Telegram itself is asked nothing yet."""
        for transport in self._transports:
            await transport.initialize()

    async def close(self) -> None:
        """Close the pools."""
        for transport in self._transports:
            await transport.shutdown()


def render(reply: Reply) -> Sequence[Outgoing]:
    """Return the messages of a reply; the buttons stand under the last."""
    ask_location = any(one.send == say.SHARE_LOCATION for one in reply.follow_ups)
    follow_ups = [one for one in reply.follow_ups if one.send != say.SHARE_LOCATION]
    rows = _rows(reply.choices, follow_ups)
    shown = reply
    if reply.choices and all(len(one.label) <= LABEL_CHARS for one in reply.choices):
        shown = replace(reply, choices=())
    parts = list(pieces(shown.plain() or reply.plain(), TEXT_LIMIT))
    return [
        Outgoing(
            part,
            buttons=rows if last else (),
            asks=bool(reply.choices) and last,
            ask_location=ask_location and last and not rows,
        )
        for number, part in enumerate(parts, 1)
        for last in (number == len(parts),)
    ]


def _rows(
    choices: Sequence[Button], follow_ups: Sequence[Button]
) -> tuple[tuple[Button, ...], ...]:
    """Return choices one to a row, what may be asked next two to a row."""
    rows = [(one,) for one in choices]
    pairs = [tuple(follow_ups[at : at + 2]) for at in range(0, len(follow_ups), 2)]
    return (*rows, *pairs)[:MAX_BUTTONS]


def _markup(address: str, outgoing: Outgoing) -> Any:
    if outgoing.buttons:
        return keyboards.inline(outgoing.buttons, asks=outgoing.asks)
    in_group = address.startswith("-")
    return keyboards.location() if outgoing.ask_location and not in_group else None


async def _quietly(acknowledging: Awaitable[bool]) -> None:
    """Acknowledge a press; one too old to be acknowledged is answered all the same."""
    try:
        await acknowledging
    except TelegramError as error:
        log.info("press not acknowledged", channel=NAME, reason=error.message[:200])
