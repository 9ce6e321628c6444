"""The national procedure database as public copies hold it: one JSON object a line.

The format and its traps are those of the copy frozen on 18–19 July 2026. What is doubtful comes in
with low confidence and a problem; nothing here turns a field into more than it says.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from knowledge.content import (
    Agencies,
    Case,
    Confidence,
    Content,
    DossierComponent,
    Facet,
    Form,
    LegalBasis,
    Level,
    Method,
    Notice,
    NoticeKind,
    ProcessingTime,
    SourceRef,
    SubmissionMethod,
)
from knowledge.importing import cleaning, durations, fees, files, provinces
from knowledge.importing.drafts import Draft, Progress, Refused, ignore
from knowledge.importing.outdated import (
    ABOLISHED_NOTICE,
    names_abolished,
    names_closed_portal,
    outdated,
    without_abolished,
)
from knowledge.importing.problems import Notes, Trap
from knowledge.national_record import own_of

#: The copy lists every procedure of the country.
COMPLETE: Final = True
#: When a copy does not say when it was made.
COPIED_ON: Final = date(2026, 7, 19)
METHODS: Final = {"DIRECT": Method.DIRECT, "ONLINE": Method.ONLINE, "POSTAL": Method.POST}
#: Longest address given as the place to go to; longer ones are rules, not places.
LONGEST_WHERE: Final = 400
MAX_TEXT: Final = 20_000
MAX_LINE: Final = 2_000
#: Most items of one list taken over; the longest list of the dump has 235.
MAX_ITEMS: Final = 300
#: Records of one decision that must agree before their province is lent to a silent one.
AGREEING: Final = 3

PROVINCE_NOTICE: Final = (
    "Thủ tục này do một tỉnh công bố, bản ghi không nói rõ tỉnh nào. Bạn hỏi nơi tiếp nhận."
)
EXEMPTION_NOTICE: Final = (
    "Có trường hợp được miễn hoặc giảm phí. Bạn hỏi nơi tiếp nhận xem mình có thuộc diện đó không."
)

_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\-]{0,39}")
_SNAPSHOT = re.compile(r"(\d{4})-(\d\d)-(?:\d\d/)?(\d\d)")
_LEVELS: Final = (
    (re.compile(r"cấp xã", re.IGNORECASE), Level.COMMUNE),
    (re.compile(r"cấp tỉnh", re.IGNORECASE), Level.PROVINCE),
    (re.compile(r"cấp bộ|trung ương", re.IGNORECASE), Level.MINISTRY),
)
_APPLICANT = re.compile(
    r"\s*(?:Tổ chức \(không bao gồm doanh nghiệp, HTX\)|Cán bộ, công chức, viên chức|[^,]+)"
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?/(?:\d{4}/)?[A-ZĐ][\wĐđ.\-]*\w")
_FORM = re.compile(
    r"\b[Mm]ẫu(?: đơn| tờ khai)?(?: số)?[: ]+(?P<number>[A-Z]*\d[\w.\-/]*|[A-Z]{1,5}\d*\b)"
)
_FORM_NAME = re.compile(
    r"^(?:đơn|tờ khai|giấy đề nghị|giấy đăng ký|phiếu|bản khai|văn bản đề nghị)\b", re.IGNORECASE
)
_COMPONENT_MARK = re.compile(
    r"^(?:[-–—•+*.\s]+|\(?\d{1,2}(?:\.\d+)*[.)]\s*|\(?[a-zđ]\)\s*|\(?[ivx]+\)\s*)+", re.IGNORECASE
)
_GENERAL_CASE = re.compile(
    r"\W*(?:\(?[\da-z]+[.)]\s*)?(?:thành phần,? số lượng hồ sơ|thành phần hồ sơ[^:]{0,40}|hồ sơ"
    r"|giấy tờ phải nộp|(?:số lượng )?:?\s*\d+ bộ(?: hồ sơ)?)?\W*",
    re.IGNORECASE,
)
_SETS = re.compile(r"(\d{1,2})\s*(?:\([^()]{1,10}\)\s*)?bộ", re.IGNORECASE)
_SHOWN = re.compile(r"xuất trình", re.IGNORECASE)
_HANDED_IN = re.compile(r"phải nộp|\bnộp\b", re.IGNORECASE)
_BREADCRUMB = re.compile(r"CSDL Quốc gia|»")


def recognises(path: Path) -> bool:
    """Whether the first record has the portal's keys."""
    return "ma_thu_tuc" in files.first_record(path)


def read(path: Path, progress: Progress = ignore) -> Iterator[Draft | Refused]:
    """Yield a draft for each record that has a code and a title.

    Raises:
        UnreadableFileError: the file as a whole cannot be read.
    """
    lent: dict[str, Counter[str]] = defaultdict(Counter)
    for record in files.records(path, progress):
        yield record if isinstance(record, Refused) else _draft(*record, lent)


def _draft(number: int, record: dict[str, Any], lent: dict[str, Counter[str]]) -> Draft | Refused:
    code = cleaning.line(_raw(record, "ma_thu_tuc"))
    if not _CODE.fullmatch(code):
        return Refused(number, "không có mã thủ tục hợp lệ", code[:40])
    own = own_of(record)
    if own is not None and own.content.code == code:
        return Draft(
            source="bản xuất theo mẫu Cổng quốc gia", content=own.content, aliases=own.aliases,
            examples=own.examples, problems=own.content.problems, record=number,
        )  # fmt: skip
    decision = cleaning.line(_raw(record, "so_quyet_dinh"))
    if decision in outdated().test_decisions:
        return Refused(number, f"bản ghi thử nghiệm (quyết định {decision})", code)
    if len(cleaning.title(_raw(record, "ten_thu_tuc"))) < 3:
        return Refused(number, "không có tên thủ tục", code)
    reading = _Reading(code, decision, record)
    try:
        content = reading.content(_province(reading, lent))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        return Refused(number, f"{where}: {first['msg']}", code)
    source = content.source.title if content.source else ""
    return Draft(source=source, content=content, problems=content.problems, record=number)


def _raw(record: dict[str, Any], key: str) -> str:
    value = record.get(key)
    return value if isinstance(value, str) else ""


def _province(reading: _Reading, lent: dict[str, Counter[str]]) -> str:
    """Return the province of a local decision; a silent record takes that of its decision."""
    code = reading.province()
    if not provinces.is_local(reading.decision):
        return code
    seen = lent[reading.decision]
    if code:
        seen[code] += 1
    elif len(seen) == 1 and max(seen.values()) >= AGREEING:
        return next(iter(seen))
    else:
        reading.notes.add("province_code", Trap.PROVINCE_UNKNOWN, reading.decision)
    return code


class _Reading:
    """One record being read: its texts, and the problems met on the way."""

    def __init__(self, code: str, decision: str, record: dict[str, Any]) -> None:
        self.code = code
        self.decision = decision
        self.record = record
        self.notes = Notes()
        self.wrong = outdated().wrong_records.get(code, ())
        self.copied_on = _copied_on(record)
        self.ways = list(self._ways())
        self.notices: list[Notice] = []

    def content(self, province_code: str) -> Content:
        """Return the whole content."""
        field = self.line("linh_vuc", "field")
        agencies = self.agencies()
        circumstances = fees.Circumstances(
            on=self.copied_on,
            abroad=fees.is_abroad(field, agencies.performing),
            provincial=bool(province_code),
        )
        cases = self.cases()
        return Content(
            code=self.code,
            title=self.title(),
            field=field,
            levels=self.levels(),
            province_code=province_code,
            applicants=self.applicants(),
            requirements=self.items("yeu_cau_dieu_kien", "requirements", Facet.REQUIREMENTS),
            where=self.where(),
            steps=self.steps(),
            submission_methods=self.submission_methods(),
            processing_times=self.processing_times(),
            fees=fees.fees(self.ways, circumstances, self.notes),
            cases=cases,
            dossier_sets=self.dossier_sets(),
            dossier_confidence=self.dossier_confidence(cases),
            forms=_forms(cases),
            agencies=agencies,
            outcome=self.items("ket_qua_thuc_hien", "outcome", Facet.OUTCOME),
            legal_basis=self.legal_basis(),
            decision=self.announcing_decision(),
            keywords=self.keywords(),
            notices=self.all_notices(),
            source=SourceRef(
                title=_source_title(self.copied_on),
                url=self.url(),
                retrieved_on=self.copied_on,
            ),
            verified_on=self.copied_on,
            problems=self.notes.problems,
        )

    # --- raw values -------------------------------------------------------------------------------

    def text(self, key: str, field: str) -> str:
        """Return a text of the record, clean; anything else than text is noted."""
        value = self.record.get(key)
        if value is not None and not isinstance(value, str):
            self.notes.add(field, Trap.WRONG_TYPE, f"{key}: {type(value).__name__}")
        return cleaning.block(value) if isinstance(value, str) else ""

    def line(self, key: str, field: str) -> str:
        """Return a text of the record on one line, cut at the longest line allowed."""
        return self.clip(cleaning.line(self.text(key, field)), MAX_LINE, field)

    def list_of(self, holder: dict[str, Any], key: str, field: str) -> list[dict[str, Any]]:
        """Return a list of objects; what is neither is noted and left out."""
        value = holder.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.notes.add(field, Trap.WRONG_TYPE, f"{key}: {type(value).__name__}")
            return []
        objects = [entry for entry in value if isinstance(entry, dict)]
        if len(objects) < len(value):
            self.notes.add(field, Trap.WRONG_TYPE, f"{key}: phần tử không phải đối tượng")
        return objects[:MAX_ITEMS]

    def clip(self, text: str, limit: int, field: str) -> str:
        """Return `text` cut at a sentence if it is too long, which is noted."""
        if len(text) > limit:
            self.notes.add(field, Trap.TOO_LONG, f"{len(text)} ký tự")
        return cleaning.clip(text, limit)

    def _ways(self) -> Iterator[tuple[Method, dict[str, Any]]]:
        for way in self.list_of(self.record, "cach_thuc_thuc_hien", "submission_methods"):
            channel = way.get("kenh")
            method = METHODS.get(channel) if isinstance(channel, str) else None
            if method is None:
                self.notes.add("submission_methods", Trap.WRONG_TYPE, f"kenh: {channel!r}"[:80])
            else:
                yield method, way

    # --- parts ------------------------------------------------------------------------------------

    def title(self) -> str:
        """Return the official title, "Thủ tục" and all, without shouting."""
        plain = cleaning.line(_raw(self.record, "ten_thu_tuc"))
        title = cleaning.title(plain)
        if title != plain.rstrip(" .;:"):
            self.notes.add("title", Trap.SHOUTED_TITLE, plain)
        return self.clip(title, MAX_LINE, "title")

    def levels(self) -> tuple[Level, ...]:
        """Return all levels, from the field that lists all where it is filled in."""
        listed = self.text("cap_thuc_hien_all", "levels") or self.text("cap_thuc_hien", "levels")
        found = tuple(level for pattern, level in _LEVELS if pattern.search(listed))
        if not found:
            self.notes.add("levels", Trap.NO_LEVEL, listed)
        return found

    def applicants(self) -> tuple[str, ...]:
        """Return who may apply; the list is joined by commas, and so are two of its names."""
        listed = self.line("doi_tuong_thuc_hien", "applicants")
        names = (name.strip() for name in _APPLICANT.findall(listed))
        return tuple(dict.fromkeys(name for name in names if not cleaning.says_nothing(name)))

    def items(self, key: str, field: str, facet: Facet) -> tuple[str, ...]:
        """Return a text as a list, with a warning if it names district bodies."""
        listed = cleaning.items(self.text(key, field))
        if len(listed) > MAX_ITEMS:
            self.notes.add(field, Trap.TOO_LONG, f"{len(listed)} mục")
        self.flag_abolished("\n".join(listed), field, facet)
        return tuple(self.clip(item, MAX_TEXT, field) for item in listed[:MAX_ITEMS])

    def steps(self) -> tuple[str, ...]:
        """Return the steps, unless this record's are known to be garbled."""
        if "steps" in self.wrong:
            self.notes.add("steps", Trap.GARBLED_TEXT, _raw(self.record, "trinh_tu_thuc_hien"))
            return ()
        return self.items("trinh_tu_thuc_hien", "steps", Facet.STEPS)

    def where(self) -> str:
        """Return the address to go to; nothing where it is a district's or a closed portal's."""
        place = self.line("dia_chi_tiep_nhan", "where").strip('"')
        if cleaning.says_nothing(place):
            return ""
        if names_abolished(place):
            self.notes.add("where", Trap.ABOLISHED_BODY, place)
            return ""
        if names_closed_portal(place):
            self.notes.add("where", Trap.CLOSED_PORTAL, place)
            return ""
        return place if len(place) <= LONGEST_WHERE else ""

    def agencies(self) -> Agencies:
        """Return the agencies, less those of districts."""
        return Agencies(
            performing=self.agency("co_quan_thuc_hien"),
            competent=self.agency("co_quan_co_tham_quyen"),
            coordinating=self.agency("co_quan_phoi_hop"),
        )

    def agency(self, key: str) -> str:
        """Return one comma list of agencies, less those of districts."""
        named = self.text(key, "agencies").replace("\n", ", ")
        if cleaning.says_nothing(named):
            return ""
        if names_abolished(named):
            self.notes.add("agencies", Trap.ABOLISHED_BODY, named)
            named = without_abolished(named)
        return self.clip(named, MAX_TEXT, "agencies")

    def submission_methods(self) -> tuple[SubmissionMethod, ...]:
        """Return the channels; their descriptions mix times and fees, so none is taken over."""
        offered = {method for method, _ in self.ways}
        described = (way.get("mo_ta") for _, way in self.ways)
        texts = [text for text in described if isinstance(text, str)]
        self.flag_abolished("\n".join(texts), "submission_methods", Facet.WHERE)
        return tuple(SubmissionMethod(method=method) for method in Method if method in offered)

    def processing_times(self) -> tuple[ProcessingTime, ...]:
        """Return the processing times."""
        return durations.times(self.ways, self.notes)

    def cases(self) -> tuple[Case, ...]:
        """Return the papers case by case."""
        found = []
        for case in self.list_of(self.record, "thanh_phan_ho_so", "cases"):
            name = cleaning.line(_raw(case, "truong_hop"))
            papers = self.list_of(case, "giay_to", "cases")
            shown = bool(_SHOWN.search(name)) and not _HANDED_IN.search(name)
            components = tuple(filter(None, (self.component(paper, shown) for paper in papers)))
            if components:
                found.append(Case(name=self.case_name(name), components=components))
        if "cases" in self.wrong:
            self.notes.add("cases", Trap.WRONG_DOSSIER)
        elif not found:
            self.notes.add("cases", Trap.NO_DOSSIER)
        names = (paper.name for case in found for paper in case.components)
        self.flag_abolished("\n".join(names), "cases", Facet.DOCUMENTS)
        return tuple(found)

    def case_name(self, name: str) -> str:
        """Return the name of a case without its list mark; empty for "Thành phần hồ sơ"."""
        if _GENERAL_CASE.fullmatch(name):
            return ""
        bare = _COMPONENT_MARK.sub("", name).rstrip(" :;.")
        return self.clip(bare, MAX_LINE, "cases")

    def component(self, paper: dict[str, Any], shown: bool) -> DossierComponent | None:
        """Return one paper, or None for a line without words."""
        name = cleaning.line(_raw(paper, "ten"))
        name = _COMPONENT_MARK.sub("", name).rstrip(" ;,")
        if not any(map(str.isalpha, name)):
            return None
        form = _FORM.search(name)
        return DossierComponent(
            name=self.clip(name, MAX_TEXT, "cases"),
            originals=_count(paper.get("ban_chinh")),
            copies=_count(paper.get("ban_sao")),
            form=f"Mẫu {form['number'].rstrip('.-/')}" if form else "",
            condition="nếu có" if "(nếu có)" in name.lower() else "",
            show_only=shown,
        )

    def dossier_sets(self) -> int | None:
        """Return the number of sets where a case's heading gives it."""
        for case in self.list_of(self.record, "thanh_phan_ho_so", "cases"):
            match = _SETS.search(_raw(case, "truong_hop"))
            if match and 0 < int(match[1]) < 20:
                return int(match[1])
        return None

    def dossier_confidence(self, cases: tuple[Case, ...]) -> Confidence:
        """Return how sure the papers are."""
        return Confidence.MEDIUM if cases and "cases" not in self.wrong else Confidence.NONE

    def legal_basis(self) -> tuple[LegalBasis, ...]:
        """Return the legal documents once each, with the day on which they end."""
        found: dict[str, LegalBasis] = {}
        for document in self.list_of(self.record, "can_cu_phap_ly", "legal_basis"):
            title = cleaning.line(_raw(document, "ten"))
            stated = cleaning.line(_raw(document, "so_hieu"))
            match = _NUMBER.search(stated) or _NUMBER.search(title)
            number = match[0] if match else stated
            ended = outdated().legal_basis.get(number)
            if ended is not None and ended.until < self.copied_on:
                self.notes.add("legal_basis", Trap.REPEALED_LAW, f"{number}: {ended.note()}")
            if (number or title) and (number or title) not in found:
                found[number or title] = LegalBasis(
                    number=self.clip(number, MAX_LINE, "legal_basis"),
                    title=self.clip(title, MAX_TEXT, "legal_basis"),
                    note=ended.note() if ended else "",
                )
        return tuple(found.values())

    def announcing_decision(self) -> str:
        """Return the announcing decision, unless this record's is known to be wrong."""
        if "decision" in self.wrong:
            self.notes.add("decision", Trap.WRONG_DECISION, self.decision)
            return ""
        return self.clip(self.decision, MAX_LINE, "decision")

    def keywords(self) -> tuple[str, ...]:
        """Return the keywords that are not just the path of a menu."""
        listed = self.line("tu_khoa", "keywords")
        keep = not cleaning.says_nothing(listed) and not _BREADCRUMB.search(listed)
        return (listed,) if keep else ()

    def url(self) -> str:
        """Return the address of the record on the national portal."""
        url = _raw(self.record, "detail_url").strip()
        ours = re.fullmatch(r"https://(?:[a-z]+\.)*dichvucong\.gov\.vn/[!-~]{0,500}", url)
        return url if ours else ""

    def province(self) -> str:
        """Return the province that this record alone speaks of, if a province announced it."""
        performing = cleaning.line(_raw(self.record, "co_quan_thuc_hien"))
        if not provinces.is_local(self.decision):
            bare = provinces.may_be_local(self.decision)
            return provinces.named_province(performing) if bare else ""
        keys = ("co_quan_co_tham_quyen", "dia_chi_tiep_nhan")
        agencies = " ".join([performing, *(_raw(self.record, key) for key in keys)])
        laws = self.list_of(self.record, "can_cu_phap_ly", "legal_basis")
        return provinces.province_of(
            agencies, (_raw(law, "ten") for law in laws), _texts(self.record)
        )

    # --- notices ----------------------------------------------------------------------------------

    def flag_abolished(self, text: str, field: str, facet: Facet) -> None:
        """Note a text that names district bodies, and warn whoever reads it."""
        if names_abolished(text):
            self.notes.add(field, Trap.ABOLISHED_BODY, text)
            self.notices.append(
                Notice(kind=NoticeKind.WARNING, facets=(facet,), text=ABOLISHED_NOTICE)
            )

    def all_notices(self) -> tuple[Notice, ...]:
        """Return what must stand beside the answers; called last, when all parts are read."""
        notices = list(_merged(self.notices))
        if fees.names_exemptions(self.ways):
            notices.append(
                Notice(kind=NoticeKind.EXEMPTION, facets=(Facet.FEE,), text=EXEMPTION_NOTICE)
            )
        if any(problem.code == Trap.PROVINCE_UNKNOWN for problem in self.notes.problems):
            notices.append(Notice(kind=NoticeKind.WARNING, text=PROVINCE_NOTICE))
        return tuple(notices)


def _merged(notices: list[Notice]) -> Iterator[Notice]:
    """Yield one notice for all facets of the same warning."""
    if notices:
        facets = tuple(dict.fromkeys(facet for notice in notices for facet in notice.facets))
        yield notices[0].model_copy(update={"facets": facets})


def _copied_on(record: dict[str, Any]) -> date:
    provenance = record.get("provenance")
    snapshot = provenance.get("snapshot") if isinstance(provenance, dict) else None
    match = _SNAPSHOT.search(snapshot) if isinstance(snapshot, str) else None
    try:
        return date(*map(int, match.groups())) if match else COPIED_ON
    except ValueError:
        return COPIED_ON


def _source_title(copied_on: date) -> str:
    day = f"{copied_on.day}/{copied_on.month}/{copied_on.year}"
    return f"Cổng Dịch vụ công quốc gia (bản chép {day})"


def _count(value: object) -> int:
    return value if isinstance(value, int) and 0 < value < 100 else 0


def _forms(cases: tuple[Case, ...]) -> tuple[Form, ...]:
    """Return the papers that are forms to fill in, once each."""
    found = {
        paper.form: Form(name=cleaning.clip(paper.name, 300), number=paper.form)
        for case in cases
        for paper in case.components
        if paper.form and _FORM_NAME.match(paper.name)
    }
    return tuple(found.values())


def _texts(value: object) -> Iterator[str]:
    """Yield every text of a record but its legal basis and provenance."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in ("can_cu_phap_ly", "provenance"):
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
