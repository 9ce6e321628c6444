"""Records of the national dump: what comes in, what is flagged, what is refused."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.content import Confidence, Content, Facet, Level, NoticeKind
from knowledge.importing import Draft, Refused, national, read

SAMPLE = Path(__file__).parent / "samples" / "national.jsonl"
RECORD: dict[str, Any] = json.loads(SAMPLE.read_text(encoding="utf-8").splitlines()[0])
DUMP = "procedures_national_2026-07.jsonl.xz"


def drafts(tmp_path: Path, *records: dict[str, Any]) -> list[Draft | Refused]:
    path = tmp_path / "dump.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return list(national.read(path))


def content_of(tmp_path: Path, **changes: Any) -> Content:
    (draft,) = drafts(tmp_path, RECORD | changes)
    assert isinstance(draft, Draft)
    assert draft.problems == draft.content.problems
    return draft.content


def problems_of(content: Content) -> set[tuple[str, str]]:
    return {(problem.field, problem.code) for problem in content.problems}


def test_the_sample_is_known_and_its_test_record_refused() -> None:
    assert national.recognises(SAMPLE)
    *sound, refused = read(SAMPLE)
    assert [draft.content.code for draft in sound if isinstance(draft, Draft)] == [
        "9.000001",
        "9.000002",
        "9.000003",
    ]
    assert refused == Refused(4, "bản ghi thử nghiệm (quyết định QĐ000001SNNTEST)", "9.000004")


def test_a_clean_record_comes_in_whole(tmp_path: Path) -> None:
    content = content_of(tmp_path)
    assert content.problems == ()
    assert content.title == "Thủ tục cấp thẻ bạn đọc"
    assert content.levels == (Level.COMMUNE, Level.PROVINCE)
    assert content.applicants == (
        "Công dân Việt Nam",
        "Tổ chức (không bao gồm doanh nghiệp, HTX)",
    )
    assert content.steps == ("Điền đơn.\n+ Viết rõ họ tên.", "Nhận thẻ.")
    assert content.requirements == ()
    assert [paper.name for paper in content.cases[0].components] == [
        "Đơn xin làm thẻ theo Mẫu số 01",
        "Ảnh chân dung (nếu có)",
    ]
    assert content.legal_basis[0].number == "46/2019/QH14"
    assert content.dossier_sets == 1
    assert content.source is not None
    assert content.source.title == "Cổng Dịch vụ công quốc gia (bản chép 19/7/2026)"
    assert str(content.verified_on) == "2026-07-19"


def test_the_list_of_all_levels_is_preferred(tmp_path: Path) -> None:
    assert content_of(tmp_path, cap_thuc_hien_all="Cấp bộ").levels == (Level.MINISTRY,)
    assert content_of(tmp_path, cap_thuc_hien_all=None).levels == (Level.COMMUNE,)


def test_district_bodies_are_flagged_and_never_a_place_to_go(tmp_path: Path) -> None:
    content = content_of(
        tmp_path,
        dia_chi_tiep_nhan="Ủy ban nhân dân huyện",
        co_quan_thuc_hien="Bảo hiểm xã hội cấp huyện, Bảo hiểm xã hội tỉnh",
        trinh_tu_thuc_hien="- Nộp tại UBND cấp huyện.\n- Chờ.",
    )
    assert problems_of(content) == {
        ("where", "abolished_body"),
        ("agencies", "abolished_body"),
        ("steps", "abolished_body"),
    }
    assert content.where == ""
    assert content.agencies.performing == "Bảo hiểm xã hội tỉnh"
    (notice,) = content.notices
    assert (notice.kind, notice.facets) == (NoticeKind.WARNING, (Facet.STEPS,))


def test_a_closed_provincial_portal_is_no_place_to_go(tmp_path: Path) -> None:
    content = content_of(tmp_path, dia_chi_tiep_nhan="Nộp tại https://dvc.bacninh.gov.vn")
    assert problems_of(content) == {("where", "closed_portal")}
    assert content.where == ""
    national_portal = "Nộp tại https://dichvucong.gov.vn"
    assert content_of(tmp_path, dia_chi_tiep_nhan=national_portal).where == national_portal


def test_repealed_law_is_noted_and_law_that_will_end_says_when(tmp_path: Path) -> None:
    content = content_of(
        tmp_path,
        can_cu_phap_ly=[
            {"ten": "Nghị định cũ", "so_hieu": "61/2018/NĐ-CP"},
            {"ten": "Luật Hộ tịch 60/2014/QH13", "so_hieu": None},
            {"ten": "Luật Hộ tịch", "so_hieu": "Luật số 60/2014/QH13"},
        ],
    )
    assert [(law.number, law.note) for law in content.legal_basis] == [
        ("61/2018/NĐ-CP", "hết hiệu lực từ 01/7/2025, thay bằng 118/2025/NĐ-CP"),
        ("60/2014/QH13", "hết hiệu lực từ 01/3/2027, thay bằng 03/2026/QH16"),
    ]
    assert problems_of(content) == {("legal_basis", "repealed_law")}


@pytest.mark.parametrize("code", ["3.000228", "2.001944", "1.013225"])
def test_a_dossier_known_to_be_wrong_is_never_sure(tmp_path: Path, code: str) -> None:
    content = content_of(tmp_path, ma_thu_tuc=code)
    assert content.dossier_confidence is Confidence.NONE
    assert problems_of(content) == {("cases", "wrong_dossier")}


def test_garbled_steps_and_a_wrong_decision_are_left_out(tmp_path: Path) -> None:
    garbled = content_of(tmp_path, ma_thu_tuc="1.001193")
    assert (garbled.steps, problems_of(garbled)) == ((), {("steps", "garbled_text")})
    wrong = content_of(tmp_path, ma_thu_tuc="1.003133")
    assert (wrong.decision, problems_of(wrong)) == ("", {("decision", "wrong_decision")})


def test_no_papers_means_no_sure_papers(tmp_path: Path) -> None:
    content = content_of(tmp_path, thanh_phan_ho_so=[{"truong_hop": "x", "giay_to": []}])
    assert content.dossier_confidence is Confidence.NONE
    assert problems_of(content) == {("cases", "no_dossier")}


def test_a_provinces_decision_gives_the_province(tmp_path: Path) -> None:
    local = {"so_quyet_dinh": "13/QĐ-UBND", "co_quan_thuc_hien": "Sở Văn hóa - Tỉnh Gia Lai"}
    assert content_of(tmp_path, **local).province_code == "52"
    ministry = local | {"so_quyet_dinh": "13/QĐ-BVH"}
    assert content_of(tmp_path, **ministry).province_code == ""


def test_a_silent_record_takes_the_province_of_its_decision(tmp_path: Path) -> None:
    speaking = RECORD | {"so_quyet_dinh": "13/QĐ-UBND", "co_quan_thuc_hien": "Sở Y tế Lào Cai"}
    silent = RECORD | {"so_quyet_dinh": "13/QĐ-UBND", "ma_thu_tuc": "9.9"}
    *_, last = drafts(tmp_path, speaking, speaking, speaking, silent)
    assert isinstance(last, Draft)
    assert last.province_code == "15"


def test_an_unknown_province_is_said_to_be_unknown(tmp_path: Path) -> None:
    content = content_of(tmp_path, so_quyet_dinh="13/QĐ-UBND")
    assert problems_of(content) == {("province_code", "province_unknown")}
    assert content.notices[-1].kind is NoticeKind.WARNING


def test_an_exemption_in_a_fee_note_becomes_a_notice(tmp_path: Path) -> None:
    ways = [{"kenh": "DIRECT", "thoi_han": 3.0, "don_vi": "WORKING_DAY", "thoi_han_raw": "3"}]
    ways[0] |= {"phi": [{"raw": "8000 VNĐ (8.000 đồng/bản; miễn cho hộ nghèo)"}]}
    content = content_of(tmp_path, cach_thuc_thuc_hien=ways)
    assert [notice.kind for notice in content.notices] == [NoticeKind.EXEMPTION]


def test_a_shouted_title_is_lowered_and_flagged(tmp_path: Path) -> None:
    content = content_of(tmp_path, ten_thu_tuc="THỦ TỤC CẤP THẺ BẠN ĐỌC")
    assert content.title == "Thủ tục cấp thẻ bạn đọc"
    assert problems_of(content) == {("title", "shouted_title")}


def test_text_longer_than_allowed_is_cut_and_flagged(tmp_path: Path) -> None:
    content = content_of(tmp_path, yeu_cau_dieu_kien="Có sách hay. " * 5_000)
    assert len(content.requirements[0]) <= 20_000
    assert problems_of(content) == {("requirements", "too_long")}


def test_marks_and_tags_do_not_come_in(tmp_path: Path) -> None:
    content = content_of(tmp_path, ten_thu_tuc="<b>Cấp\u202e thẻ</b>\u0000 bạn&nbsp;đọc")
    assert content.title == "Cấp thẻ bạn đọc"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ma_thu_tuc": None}, "không có mã thủ tục hợp lệ"),
        ({"ma_thu_tuc": "x y"}, "không có mã thủ tục hợp lệ"),
        ({"ten_thu_tuc": " \u200b"}, "không có tên thủ tục"),
    ],
)
def test_what_has_no_code_or_title_is_refused(
    tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    (refused,) = drafts(tmp_path, RECORD | changes)
    assert isinstance(refused, Refused)
    assert refused.reason == reason


def test_values_of_a_wrong_kind_are_flagged(tmp_path: Path) -> None:
    content = content_of(
        tmp_path, linh_vuc=5, cach_thuc_thuc_hien="x", thanh_phan_ho_so=[1], can_cu_phap_ly={}
    )
    flagged = {field for field, code in problems_of(content) if code == "wrong_type"}
    assert flagged == {"field", "submission_methods", "cases", "legal_basis"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
WAY = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("kenh", "thoi_han", "don_vi", "thoi_han_raw", "mo_ta", "phi"), JSON)
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(RECORD, JSON)),
    st.lists(WAY | JSON, max_size=3),
)
def test_no_record_brings_the_reader_down(changes: dict[str, Any], ways: list[Any]) -> None:
    record = RECORD | {"cach_thuc_thuc_hien": ways} | changes
    national._draft(1, record, defaultdict(Counter))


@pytest.mark.shared
def test_real_records_come_in_and_no_doubtful_number_is_sure(shared_data: Path) -> None:
    for draft in islice(read(shared_data / DUMP), 300):
        assert isinstance(draft, Draft)
        for fee in draft.content.fees:
            assert fee.sure or not any(map(str.isdigit, fee.text))
            assert not (fee.sure and fee.amount is not None and fee.amount < 1_000)
        for time in draft.content.processing_times:
            assert time.sure == (time.unit.value != "unknown" and not time.text)


@pytest.mark.shared
def test_the_whole_dump_comes_in_and_every_trap_is_met(shared_data: Path) -> None:
    flagged: Counter[str] = Counter()
    refused: list[Refused] = []
    drafts = provincial = 0
    for draft in read(shared_data / DUMP):
        if isinstance(draft, Refused):
            refused.append(draft)
            continue
        assert isinstance(draft, Draft)
        drafts += 1
        provincial += bool(draft.province_code)
        flagged.update({problem.code for problem in draft.problems})

    assert drafts == 5_651
    assert [one.code for one in refused] == ["1.115188"]
    assert provincial >= 783  # decisions of one province, at least
    assert 230 <= flagged["abolished_body"] <= 280  # 253 counted by hand
    assert 340 <= flagged["time_conflict"] <= 420  # 364
    assert flagged["no_unit"] > 300
    assert flagged["zero_fee"] + flagged["zero_fee_with_note"] > 3_000
    assert flagged["small_fee"] > 100
    assert flagged["wrong_dossier"] == 3
    assert flagged["garbled_text"] == flagged["wrong_decision"] == 1
    assert flagged["wrong_type"] == 0
