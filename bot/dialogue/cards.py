"""Compose the answer card of a procedure: the answer first, then the rest, then its source."""

from __future__ import annotations

from bot import messages as say
from bot.conversation import Button, Card
from bot.dialogue.facets import RENDERERS, Answer, Asked, day
from knowledge.content import Content, Facet, Method, Notice, NoticeKind


def compose(content: Content, asked: Asked) -> Card:
    """Return the card for one procedure: the facet asked, or where, cost, time and papers."""
    answer = RENDERERS[asked.facet](content, asked) if asked.facet else _overview(content, asked)
    title = (
        content.name if not asked.facet else f"{content.name}: {say.FACETS[asked.facet].lower()}"
    )
    return Card(
        title=title,
        lead=answer.lines,
        sections=answer.sections,
        notices=_notices(content, asked),
        primary=_primary(content),
        source=source_of(content),
        code=content.code,
    )


def source_of(content: Content) -> str:
    """Return the line that says where a content comes from and when it was last verified."""
    title = content.source.title if content.source else say.FACETS[Facet.LEGAL_BASIS]
    if content.verified_on is None:
        return say.SOURCE_UNDATED.format(title=title, code=content.code)
    return say.SOURCE.format(title=title, code=content.code, day=day(content.verified_on))


def _overview(content: Content, asked: Asked) -> Answer:
    lines = (
        *_labelled(say.WHERE_LABEL, RENDERERS[Facet.WHERE](content, asked).lines[:1]),
        *_labelled(say.FEE_LABEL, RENDERERS[Facet.FEE](content, asked).lines),
        *_labelled(say.TIME_LABEL, RENDERERS[Facet.TIME](content, asked).lines),
    )
    documents = RENDERERS[Facet.DOCUMENTS](content, asked)
    if not documents.sections:
        return Answer((*lines, *_labelled(say.DOCUMENTS_LABEL, documents.lines)))
    return Answer((*lines, *documents.lines), documents.sections)


def _labelled(label: str, lines: tuple[str, ...]) -> tuple[str, ...]:
    return (label.format(text=lines[0]), *lines[1:]) if lines else ()


def _notices(content: Content, asked: Asked) -> tuple[str, ...]:
    notices = [say.OF_PROVINCE.format(province=asked.owner)] if asked.owner else []
    notices += [
        _notice(notice)
        for notice in content.notices
        if notice.holds_on(asked.today) and _concerns(notice, asked.facet)
    ]
    age = (asked.today - content.verified_on).days if content.verified_on else None
    if age is not None and age > asked.stale_days:
        notices.append(say.STALE.format(days=asked.stale_days))
    return tuple(notices)


def _concerns(notice: Notice, facet: Facet | None) -> bool:
    if facet is None or facet in notice.facets:
        return True
    # What holds for every facet need not stand beside each follow-up, but a coming change must.
    return not notice.facets and (facet is Facet.DOCUMENTS or notice.kind is NoticeKind.CHANGE)


def _notice(notice: Notice) -> str:
    text = notice.text if notice.text.endswith((".", "!", "?")) else f"{notice.text}."
    named = not notice.source or notice.source.split(" (")[0].split(",")[0] in text
    return text if named else say.NOTICE_SOURCE.format(text=text, source=notice.source)


def _primary(content: Content) -> Button | None:
    url = content.source.url if content.source and content.source.url else say.PORTAL_URL
    if any(one.method is Method.ONLINE for one in content.submission_methods):
        return Button(say.SUBMIT_ONLINE, url=url)
    return Button(say.SEE_PORTAL, url=url)
