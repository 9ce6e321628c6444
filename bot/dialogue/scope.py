"""What we must not or cannot answer: recognise the kind and say the right short thing, no card.

Patterns are few and narrow. A question wrongly refused here is a citizen sent away, so each speaks of
the act itself, and a word of a procedure ("đăng ký", "giấy phép", "tố cáo") lets the question through.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot import messages as say
from bot.conversation import Action, Button, Reply
from bot.dialogue.question import Question
from bot.messages import late
from knowledge.places import Resolution, lower_kind

#: A question with one of these is about paperwork, whatever else it holds.
_PAPERWORK = re.compile(
    r"\b(?:thu tuc|dang ky|giay phep|giay to|ho so|chung chi|xac nhan|cap lai|tro cap|bao hiem|the bhyt"
    r"|to cao|khieu nai|trinh bao|phan anh|giay chung|khai tu|khai sinh|mai tang|giam dinh|cai nghien"
    r"|phi|le phi|mo (?:tiem|quan|phong)|kinh doanh|hanh nghe)\b"
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One kind of question we do not answer."""

    pattern: re.Pattern[str]
    reply: str
    even_with_paperwork: bool = False
    unless: re.Pattern[str] | None = None
    """Words that show the citizen reports the act rather than plans it."""
    accented: re.Pattern[str] | None = None
    """Replaces `pattern` when the citizen typed diacritics and folding would confuse words."""


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")


_REFUSALS: tuple[Refusal, ...] = (
    Refusal(
        _words(
            r"bo qua (?:moi|tat ca|cac|nhung)? ?(?:huong dan|chi dan|lenh|quy tac|chi thi)(?: tren| truoc)?"
            r"|ignore (?:all|previous|the above).*|system prompt|mat khau (?:quan tri|admin|he thong|may chu)"
            r"|jailbreak|you are now|dong vai (?:la )?\w+.*|in ra (?:prompt|cau lenh).*|drop table.*"
            r"|tiet lo (?:prompt|chi dan|huong dan)|developer mode"
        ),
        say.INJECTION,
        even_with_paperwork=True,
    ),
    Refusal(
        _words(
            r"muon (?:tu tu|chet|tu sat|tu van)|khong (?:muon|thiet) song|tu sat|chan song|chet quach"
            r"|ket lieu (?:doi|cuoc doi)|chet cho xong"
        ),
        say.SELF_HARM,
        even_with_paperwork=True,
        accented=_words(
            r"(?:muốn|định) (?:tự tử|chết|tự sát|tự vẫn)|tự tử|tự sát|không (?:muốn|thiết) sống|chán sống"
            r"|chết quách|kết liễu (?:đời|cuộc đời)|chết cho xong"
        ),
    ),
    Refusal(
        _words(
            r"(?:cap cuu|cuu hoa|cong an) goi so (?:nao|may)"
            r"|dang bi (?:danh|cuop|xam hai|hiep|nhot|chem)|chay nha|co trom|cuu (?:toi|voi|em|con toi)"
            r"|(?:chong|bo|cha|vo) (?:dang )?danh (?:toi|con toi|em|dap)"
        ),
        say.DANGER,
        accented=_words(
            r"(?:cấp cứu|cứu hỏa|công an) gọi số (?:nào|mấy)"
            r"|đang bị (?:đánh|cướp|xâm hại|hiếp|nhốt|chém)|cháy nhà|có trộm|cứu (?:tôi|với|em|con tôi)"
            r"|(?:chồng|bố|cha|vợ) (?:đang )?đánh (?:tôi|con tôi|em|đập)"
        ),
    ),
    Refusal(
        _words(
            r"(?:lam|mua|ban|dat|kiem|xin) (?:\w+ ){0,3}gia (?:o dau|gia|bao nhieu|khong|duoc|cho).*"
            r"|(?:lam|mua|ban) (?:bang|giay|can cuoc|cccd|so do|con dau|ho chieu|bien so)(?: \w+){0,3} gia"
            r"|tron thue|mua ma tuy|ban ma tuy|hoi lo|dut lot|lot tay|che (?:tao )?(?:bom|thuoc no|sung)"
            r"|thue nguoi danh|hack (?:tai khoan|facebook|zalo|vneid)|vuot bien|rua tien|lach luat"
        ),
        say.CRIME,
        unless=_words(r"to cao|to giac|trinh bao|phan anh|bao cong an|bi (?:lam )?gia"),
        even_with_paperwork=True,
        accented=_words(
            r"(?:làm|mua|bán|đặt|kiếm) (?:bằng|giấy|giấy tờ|căn cước|cccd|sổ đỏ|con dấu|hộ chiếu|biển số)"
            r"(?: [^\W\d]+){0,3} giả|trốn thuế|(?:mua|bán) ma túy|hối lộ|đút lót|lót tay"
            r"|chế (?:tạo )?(?:bom|thuốc nổ|súng)|thuê người đánh|hack (?:tài khoản|facebook|zalo|vneid)"
            r"|vượt biên|rửa tiền|lách luật"
        ),
    ),
    Refusal(
        _words(
            r"(?:sot|bi ho|ho khan"
            r"|dau (?:bung|dau|rang|lung|nguc|hong|da day)|tieu chay|cam cum|non oi|di ung|mat ngu)"
            r"(?: \w+){0,4} (?:uong|an|lam sao|phai lam|chua|the nao|sao).*|uong thuoc (?:gi|nao).*"
            r"|sot (?:cao|\d\d).*|uong gi (?:cho|de|thi) (?:het|khoi|do).*|trieu chung (?:cua|gi|benh).*"
            r"|(?:bi|chua) (?:benh|ung thu|tieu duong|covid|sot xuat huyet)(?: \w+){0,4}"
            r" (?:uong|an gi|sao|the nao|gi).*|bac si (?:nao|gioi).*"
        ),
        say.MEDICAL,
    ),
    Refusal(
        _words(
            r"(?:so dien thoai|so can cuoc|so cccd|dia chi nha|dia chi|thong tin|so tai khoan|luong|ly lich)"
            r"(?: rieng| ca nhan)? (?:cua )?(?:nha )?(?:ong|ba|anh|chi|hang xom|nguoi yeu|vo|chong|giam doc|"
            r"chu tich|nguoi do|no|co|thang|con)(?: \w+){0,4}"
            r"|(?:tra|tim|kiem)(?: cuu| giup| gium| ho| dum)* (?:chu (?:xe|nhan|so)|so dien thoai|nguoi|bien so).*"
            r"|(?:cho|xem) (?:toi |xin )?(?:cccd|so can cuoc|so dien thoai) (?:cua|ong|ba|anh|chi).*"
        ),
        say.OTHER_PEOPLE,
    ),
    Refusal(
        _words(
            r"dang cong san|tong bi thu|chinh tri|bieu tinh|da dang|lat do|che do (?:nay|cong san|doc tai)"
            r"|bau cu (?:tong thong|my)|trump|putin|phan dong|chu quyen|hoang sa|truong sa"
            r"|(?:thu tuong|chu tich nuoc)(?: \w+){0,2} la ai"
        ),
        say.POLITICAL,
    ),
    Refusal(
        _words(
            r"do ngu|do khung|ngu (?:the|qua|vay|vai|nhu (?:bo|cho))|oc cho|mat day|dcm|dkm|vcl|vl|clm|cmm"
            r"|dit|do cho|con cho|cut di|lu an hai|vo hoc|may ngu|bot ngu"
        ),
        say.INSULT,
        even_with_paperwork=True,
        accented=_words(
            r"đồ ngu|đồ khùng|ngu (?:thế|quá|vậy|vãi|như (?:bò|chó))|óc chó|mất dạy|đm|đcm|vcl|vl|clm|cmm"
            r"|địt|đồ chó|con chó này|cút đi|lũ ăn hại|vô học|mày ngu|bot ngu"
        ),
    ),
    Refusal(
        _words(
            r"hanh dan|cua quyen|hach sach|nhung nhieu|lam kho (?:dan|nguoi dan|toi)"
            r"|(?:di|len|toi|chay)(?: \w+){0,3} (?:\d+|ba|bon|nam|may|nhieu|chuc) lan roi.*"
            r"|bat (?:toi|tui|dan|nguoi dan) (?:di|chay) (?:toi|lai|lui).*"
        ),
        say.ANGRY,
    ),
)

#: What someone sent from counter to counter may do at once.
_PETITION = Button(late.OFFER, send=late.OFFER)
_HUMAN = _words(
    r"(?:gap|noi chuyen(?: voi)?|chat(?: voi)?|noi voi|chuyen(?: cho| qua)?|ket noi(?: voi)?|cho toi gap)"
    r"(?: \w+){0,1} (?:can bo|nguoi that|nhan vien|tu van vien|tong dai vien|nguoi truc|con nguoi)(?: \w+){0,4}"
)
_PORTAL = _words(
    r"(?:(?:cong|trang|web|website)(?: \w+){0,2} )?dich vu cong (?:cua )?(?:tinh|thanh pho|tp)(?: .*)?"
)


async def refuse(question: Question) -> Reply | None:
    """Return the right short reply when a question is out of scope, or None."""
    paperwork = bool(_PAPERWORK.search(question.folded))
    for refusal in _REFUSALS:
        if paperwork and not refusal.even_with_paperwork:
            continue
        if _speaks_of(refusal, question):
            offers = (_PETITION,) if refusal.reply == say.ANGRY else ()
            return Reply(Action.OTHER, refusal.reply, follow_ups=offers)
    if wants_human(question):
        return _other(say.HUMAN.format(hotline=_hotline(question)))
    if _PORTAL.search(question.folded):
        return _other(_merged_province(question) + say.PORTAL_CLOSED)
    return None


def wants_human(question: Question) -> bool:
    """Whether the citizen asks for a person, and not for a procedure."""
    return bool(_HUMAN.search(question.folded)) and not _PAPERWORK.search(question.folded)


def urgent(question: Question) -> Reply | None:
    """Return what must be said first to someone in danger, whatever else is going on; else None."""
    for refusal in _REFUSALS:
        if refusal.reply in (say.SELF_HARM, say.DANGER) and _speaks_of(refusal, question):
            return _other(refusal.reply)
    return None


def _speaks_of(refusal: Refusal, question: Question) -> bool:
    if refusal.unless and refusal.unless.search(question.folded):
        return False
    if question.accented and refusal.accented is not None:
        return bool(refusal.accented.search(question.text))
    return bool(refusal.pattern.search(question.folded))


def _hotline(question: Question) -> str:
    hotline = question.sources.settings.hotline
    return say.OR_CALL.format(hotline=hotline) if hotline else ""


def _merged_province(question: Question) -> str:
    found: Resolution | None = question.published.places.find_in(question.text)
    if found is None or found.was is None or not found.was.province or not found.matches:
        return ""
    now = lower_kind(found.matches[0].province)
    return say.PORTAL_MERGED.format(old=found.was.province, new=now)


def _other(text: str) -> Reply:
    return Reply(Action.OTHER, text)
