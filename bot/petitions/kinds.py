"""What a citizen's words are: a petition of some kind, a complaint, a denunciation, abuse."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from bot.models import PetitionKind
from knowledge.text import fold, normalise


class OtherWay(StrEnum):
    """What is no petition and has its own law."""

    COMPLAINT = "complaint"
    DENUNCIATION = "denunciation"


#: The act itself, spoken of as the citizen's own; "hồ sơ khiếu nại của tôi bị trễ" is a petition.
_COMPLAINT: Final = re.compile(
    r"\b(?:toi|tui|em|minh|chung toi|gia dinh)(?: \w+){0,2} khieu nai\b"
    r"|\b(?:muon|can|xin|de nghi|gui|lam|nop|viet)(?: \w+){0,2} (?:don )?khieu nai\b|^(?:don )?khieu nai\b"
    r"|\bkhieu nai (?:quyet dinh|viec|ve viec|hanh vi)\b"
)
_DENUNCIATION: Final = re.compile(
    r"\b(?:toi|tui|em|minh|chung toi|gia dinh)(?: \w+){0,2} to (?:cao|giac)\b"
    r"|\b(?:muon|can|xin|de nghi|gui|lam|nop|viet)(?: \w+){0,2} (?:don )?to (?:cao|giac)\b"
    r"|^(?:don )?to (?:cao|giac)\b|\bto cao (?:ong|ba|anh|chi|can bo|cong chuc|lanh dao|chu tich|hanh vi)\b"
    r"|\b(?:nhan|doi|an) hoi lo\b|\btham (?:nhung|o)\b"
)
#: A dossier *about* a complaint: the petition is about how it is handled.
_ABOUT_DOSSIER: Final = re.compile(
    r"\b(?:ho so|don|thu tuc|giai quyet|tra loi)(?: \w+){0,2} (?:khieu nai|to cao)\b(?=.*\b"
    r"(?:tre|cham|chua|khong nhan|qua han|lau)\b)"
)
_KINDS: Final = (
    (
        PetitionKind.REPEATED,
        (
            r"bo sung (?:\w+ ){0,2}(?:nhieu|hai|ba|bon|nam|\d+) lan|(?:nhieu|hai|ba|bon|nam|\d+) lan bo sung"
            r"|bo sung (?:hoai|mai|lui|di bo sung lai)|bat bo sung"
            r"|(?:di|chay|len)(?: \w+){0,3} (?:nhieu|\d+|ba|bon|nam|may) lan"
        ),
    ),
    (
        PetitionKind.REFUSED,
        (
            r"(?:khong|tu choi|chang)(?: \w+){0,3} (?:nhan|tiep nhan|giai quyet)(?: \w+){0,2} ho so"
            r"|tu choi (?:ho so|nhan|tiep nhan)|tra (?:lai )?ho so|khong cho nop"
        ),
    ),
    (
        PetitionKind.LATE,
        (
            r"tre (?:hen|han)|qua (?:hen|han)|cham (?:tra|tre|giai quyet|ho so)|ngam ho so|hen (?:hoai|mai|lui)"
            r"|chua (?:tra|co|nhan duoc) (?:ket qua|giay)|qua ngay hen"
        ),
    ),
    (
        PetitionKind.FEE,
        (
            r"thu (?:them|sai|qua|tien|phi)|doi (?:tien|them tien|phi)|voi (?:tien|vinh)|le phi (?:cao|sai)"
            r"|khong (?:co |dua )?bien lai|lot tay|phong bi"
        ),
    ),
    (
        PetitionKind.CONDUCT,
        (
            r"thai do|quat (?:mang|nat|thao|toi|tui)|chui mang|la mang"
            r"|cau gat|hach sach|nhung nhieu|hanh dan|cua quyen|tho o|vo le|bat lich su"
            r"|gay kho|lam kho|phien ha|bat cho"
        ),
    ),
    (
        PetitionKind.SYSTEM,
        (
            r"(?:trang|cong|he thong|phan mem|may|web|website|vneid|ung dung)(?: \w+){0,3}"
            r" (?:loi|treo|khong vao|hong|cham|sap)|khong dang nhap duoc"
        ),
    ),
    (
        PetitionKind.RULE,
        (
            r"quy dinh|thu tuc (?:ruom ra|phuc tap|khong can)|ruom ra|khong hop ly|bat hop ly|chong cheo"
            r"|kien nghi (?:sua|bo|giam|cat)"
        ),
    ),
)
_KIND_WORDS: Final = tuple((kind, re.compile(rf"\b(?:{words})\b")) for kind, words in _KINDS)
#: With accents, because folding confuses these with decent words.
_RUDE: Final = re.compile(
    r"(?<!\w)(?:đồ ngu|ngu (?:như|vãi|quá)|óc chó|mất dạy|khốn nạn|đm|đcm|dcm|vcl|vl|clm|cmm|cc|địt|đéo|đồ chó"
    r"|con chó|thằng chó|lũ ăn hại|ăn hại|vô học|mẹ mày|chó chết|súc vật)(?!\w)"
    r"|(?<!\w)(?:do ngu|oc cho|mat day|khon nan|dit me|deo)(?!\w)"
)


def other_way(text: str) -> OtherWay | None:
    """Return the law that words follow when they are a complaint or a denunciation; else None."""
    folded = fold(normalise(text))
    if _ABOUT_DOSSIER.search(folded):
        return None
    if _DENUNCIATION.search(folded):
        return OtherWay.DENUNCIATION
    return OtherWay.COMPLAINT if _COMPLAINT.search(folded) else None


def kind_of(text: str) -> PetitionKind:
    """Return what a petition is about, from its words; OTHER when nothing tells."""
    folded = fold(normalise(text))
    return next((k for k, words in _KIND_WORDS if words.search(folded)), PetitionKind.OTHER)


def is_rude(text: str) -> bool:
    """Whether the words are abusive; they are taken in politely all the same."""
    return bool(_RUDE.search(normalise(text)))
