"""A procedure as a record of the national database: others read its fields, we read it back exactly.

The portal's fields hold less than a content does, so the content travels beside them under a key of
our own, with a seal over the fields: when somebody has edited a field since, the seal is broken and
the fields count.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from knowledge.cells import fee_words, time_words
from knowledge.content import (
    Confidence,
    Content,
    Currency,
    Fee,
    FeeKind,
    Level,
    Method,
    ProcessingTime,
    Unit,
)
from knowledge.publishing.saving import dump

#: The key that the portal does not have.
OWN: Final = "motcua"
LEVELS: Final = {
    Level.COMMUNE: "Cấp Xã",
    Level.PROVINCE: "Cấp Tỉnh",
    Level.MINISTRY: "Cấp Bộ",
}
METHODS: Final = {Method.DIRECT: "DIRECT", Method.ONLINE: "ONLINE", Method.POST: "POSTAL"}
UNITS: Final = {
    Unit.WORKING_DAY: "WORKING_DAY",
    Unit.DAY: "DAY",
    Unit.HOUR: "HOUR",
    Unit.MONTH: "MONTH",
}

SURE: Final = (Confidence.HIGH, Confidence.MEDIUM)


@dataclass(frozen=True, slots=True)
class Own:
    """What a record of ours holds beside the portal's fields."""

    content: Content
    aliases: tuple[str, ...]
    examples: tuple[str, ...]


def record_of(
    content: Content, aliases: Sequence[str] = (), examples: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the record; like an answer it tells others no fee, time or papers that are not sure."""
    levels = [LEVELS[level] for level in content.levels if level in LEVELS]
    agencies = content.agencies
    record: dict[str, Any] = {
        "ma_thu_tuc": content.code,
        "ten_thu_tuc": content.title,
        "so_quyet_dinh": content.decision,
        "cap_thuc_hien": levels[0] if levels else "",
        "cap_thuc_hien_all": ", ".join(levels),
        "linh_vuc": content.field,
        "trinh_tu_thuc_hien": "\n".join(content.steps),
        "cach_thuc_thuc_hien": [_way(content, method) for method in _methods(content)],
        "thanh_phan_ho_so": [
            {
                "truong_hop": case.name,
                "giay_to": [
                    {"ten": one.name, "ban_chinh": one.originals, "ban_sao": one.copies}
                    for one in case.components
                ],
            }
            for case in (content.cases if content.dossier_confidence in SURE else ())
        ],
        "doi_tuong_thuc_hien": ", ".join(content.applicants),
        "co_quan_thuc_hien": agencies.performing,
        "co_quan_co_tham_quyen": agencies.competent,
        "co_quan_phoi_hop": agencies.coordinating,
        "dia_chi_tiep_nhan": content.where,
        "ket_qua_thuc_hien": "\n".join(content.outcome),
        "can_cu_phap_ly": [
            {"ten": one.title, "so_hieu": one.number} for one in content.legal_basis
        ],
        "yeu_cau_dieu_kien": "\n".join(content.requirements),
        "mo_ta": content.summary,
        "tu_khoa": ", ".join(content.keywords),
        "detail_url": content.source.url if content.source else "",
    }
    own = {"content": dump(content), "aliases": list(aliases), "examples": list(examples)}
    return record | {OWN: {"seal": _seal(record, own), **own}}


def _seal(record: Mapping[str, Any], own: Mapping[str, Any]) -> str:
    fields = {name: value for name, value in record.items() if name != OWN}
    kept = {name: value for name, value in own.items() if name != "seal"}
    text = json.dumps([fields, kept], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def own_of(record: Mapping[str, Any]) -> Own | None:
    """Return what `record_of` was given, or None for another's record, or one edited since."""
    own = record.get(OWN)
    if not isinstance(own, dict) or own.get("seal") != _seal(record, own):
        return None
    try:
        content = Content.model_validate(own["content"])
        return Own(content, tuple(map(str, own["aliases"])), tuple(map(str, own["examples"])))
    except (ValidationError, KeyError, TypeError):
        return None


def _methods(content: Content) -> list[Method]:
    """Return every way to hand in that the content speaks of; in person when it names none."""
    facts = [one.method for one in content.processing_times] + [one.method for one in content.fees]
    named = [one.method for one in content.submission_methods] + [one for one in facts if one]
    return list(dict.fromkeys(named)) or [Method.DIRECT]


def _way(content: Content, method: Method) -> dict[str, Any]:
    told = [one.text for one in content.submission_methods if one.method is method]
    times = [one for one in content.processing_times if one.sure and one.method in (None, method)]
    return {
        "kenh": METHODS[method],
        **_time(times[0] if times else None),
        "phi": [_fee(one) for one in content.fees if one.sure and one.method in (None, method)],
        "mo_ta": told[0] if told else "",
    }


def _time(time: ProcessingTime | None) -> dict[str, Any]:
    if time is None or time.amount is None:
        return {
            "thoi_han": None,
            "don_vi": "OTHER",
            "thoi_han_raw": time_words(time) if time else "",
        }
    return {
        "thoi_han": f"{time.amount:f}",
        "don_vi": UNITS.get(time.unit, "OTHER"),
        "thoi_han_raw": time_words(time),
    }


def _fee(fee: Fee) -> dict[str, Any]:
    is_amount = fee.kind is FeeKind.AMOUNT and fee.currency is Currency.VND
    amount = int(fee.amount) if is_amount and fee.amount is not None else None
    said = fee_words(fee)
    return {"vnd": 0 if fee.kind is FeeKind.FREE else amount, "raw": said, "ghi_chu": said}
