"""Old and new place names."""

from __future__ import annotations

import json
import lzma
import random
import time
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.places import (
    Change,
    Choice,
    Description,
    Level,
    OutsideVietnamError,
    Places,
    TableError,
    TableInfo,
    Trouble,
    Unit,
    Was,
    as_json,
    build,
    describe,
)
from knowledge.places.table import DATA, read_changes, read_units
from knowledge.text import fold

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "admin_units"
needs_shared = pytest.mark.skipif(
    not SHARED.exists(), reason="the public unit tables are not beside the checkout"
)


@pytest.fixture(scope="module")
def places() -> Places:
    return Places.load()


def names(choices: tuple[Choice, ...]) -> set[str]:
    return {choice.name for choice in choices}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Xã Hiệp Mỹ Đông, huyện Cầu Ngang, tỉnh Trà Vinh", "29455"),
        ("xa hiep my dong huyen cau ngang tra vinh", "29455"),
        ("hiep my dong cau ngang", "29455"),
        ("Trà Vinh, Cầu Ngang, Hiệp Mỹ Đông", "29455"),
        ("xã Hiệp Mỹ Đông (huyện Cầu Ngang cũ)", "29455"),
        ("Xã Hiệp Mỹ Đnôg, huyện Cầu Ngang, Trà Vinh", "29455"),
        ("ấp 3, xã Hiệp Mỹ Đông, H. Cầu Ngang, T. Trà Vinh", "29455"),
        ("TT Lai Vung", "30208"),
        ("thi tran lai vung", "30208"),
        ("xã Lai Vung", "30226"),
        ("phường Cao Lãnh", "29869"),
        ("P4, Sa Đéc", "29905"),
        ("phường 04, thành phố Mỹ Tho", "28249"),
        ("298 Trần Hưng Đạo, phường Tân Thành, Cà Mau", "32025"),
        ("Mỹ Quí, Tháp Mười", "30055"),
        ("Mỹ Quý, Tháp Mười", "30055"),
        ("Hoà Long, Lai Vung", "30208"),
        ("xax Hieepj Myx Ddoong, huyeenj Caauf Ngang, Traf Vinh", "29455"),
        ("xa4 Hie6p5 My4 D9o6ng, huye6n5 Ca6u2 Ngang", "29455"),
        ("30208", "30208"),
        ("xã Hiệp Mỹ, tỉnh Vĩnh Long", "29455"),
        ("Long Sơn, Bà Rịa - Vũng Tàu", "26545"),
    ],
)
def test_a_commune_is_found_however_it_is_written(places: Places, text: str, code: str) -> None:
    found = places.resolve(text).best

    assert found is not None
    assert found.code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Cà Mau", "96"),
        ("tra vinh", "86"),
        ("tỉnh Hà Giang", "08"),
        ("Tiền Giang", "82"),
        ("TP.HCM", "79"),
        ("Sài Gòn", "79"),
        ("dak lak", "66"),
        ("Thừa Thiên Huế", "46"),
        ("thành phố Đồng Nai", "75"),
        ("tỉnh Đồng Nai", "75"),
    ],
)
def test_a_province_is_found_by_old_and_new_names(places: Places, text: str, code: str) -> None:
    found = places.resolve(text)

    assert found.matches[0].code == code
    assert (found.level, found.ask) == (Level.PROVINCE, ())


def test_the_old_names_come_with_the_answer(places: Places) -> None:
    found = places.resolve("Xã Hiệp Mỹ Đông")

    assert found.was == Was("Xã Hiệp Mỹ Đông", "Huyện Cầu Ngang", "Tỉnh Trà Vinh")
    assert describe(found) == Description(
        "Xã Hiệp Mỹ Đông", "huyện Cầu Ngang cũ", "xã Hiệp Mỹ", "tỉnh Vĩnh Long", same_name=False
    )


def test_the_name_of_today_has_no_old_names(places: Places) -> None:
    found = places.resolve("xã Nhị Trường")

    assert found.was is None
    assert describe(found) == Description(
        "", "", "xã Nhị Trường", "tỉnh Vĩnh Long", same_name=False
    )


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("huyện Lai Vung", {"Xã Hòa Long", "Xã Phong Hòa", "Xã Tân Dương", "Xã Lai Vung"}),
        ("Lai Vung", {"Xã Hòa Long", "Xã Phong Hòa", "Xã Tân Dương", "Xã Lai Vung"}),
        ("TP Cao Lãnh", {"Phường Cao Lãnh", "Phường Mỹ Ngãi", "Phường Mỹ Trà"}),
        ("thị xã Duyên Hải", {"Phường Duyên Hải", "Phường Trường Long Hòa", "Xã Long Hữu"}),
        (
            "huyện Duyên Hải cũ",
            {"Xã Long Thành", "Xã Đôn Châu", "Xã Ngũ Lạc", "Xã Long Vĩnh", "Xã Đông Hải"},
        ),
        ("phường Duyên Hải", {"Phường Duyên Hải", "Phường Lào Cai"}),
        ("phường Cống Vị, Ba Đình", {"Phường Giảng Võ", "Phường Ngọc Hà"}),
    ],
)
def test_a_split_or_reused_name_is_asked_about(
    places: Places, text: str, offered: set[str]
) -> None:
    assert names(places.resolve(text).ask) == offered


def test_a_big_district_offers_five_and_says_there_are_more(places: Places) -> None:
    found = places.resolve("huyện Cao Lãnh")

    assert (len(found.ask), found.more, found.level) == (5, True, Level.DISTRICT)
    assert "Phường Cao Lãnh" not in names(found.ask)


def test_the_old_district_tells_namesakes_apart(places: Places) -> None:
    mekong = places.resolve("xã Mỹ Long, huyện Cao Lãnh").best
    coast = places.resolve("thị trấn Mỹ Long, huyện Cầu Ngang").best

    assert (mekong and mekong.name, coast and coast.name) == ("Xã Mỹ Hiệp", "Xã Mỹ Long")


def test_what_the_chat_remembers_tips_the_balance(places: Places) -> None:
    asked = places.resolve("xã Mỹ Long")
    remembered = places.resolve("xã Mỹ Long", province_code="86")

    assert len(asked.ask) > 1
    assert remembered.best is not None
    assert remembered.best.code == "29419"


def test_what_the_chat_remembers_never_overrules_what_is_written(places: Places) -> None:
    found = places.resolve("xã Mỹ Long, huyện Cao Lãnh", province_code="86").best

    assert found is not None
    assert found.name == "Xã Mỹ Hiệp"


def test_accents_that_were_typed_are_respected(places: Places) -> None:
    found = {
        places.resolve(f"xã {name}, Quảng Ngãi").matches[0].name for name in ("Ba Vì", "Ba Vi")
    }

    assert "Xã Ba Vì" in found


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("", Trouble.EMPTY),
        (" \n", Trouble.EMPTY),
        ("xã " * 2_000, Trouble.TOO_LONG),
        ("Phnom Penh", Trouble.ABROAD),
        ("thủ đô Viêng Chăn", Trouble.ABROAD),
        ("qwertz", Trouble.UNKNOWN),
        ("...", Trouble.UNKNOWN),
        ("99999", Trouble.UNKNOWN),
    ],
)
def test_bad_input_says_what_is_wrong(places: Places, text: str, trouble: Trouble) -> None:
    found = places.resolve(text)

    assert (found.trouble, found.matches, found.ask) == (trouble, (), ())


def test_the_json_has_the_agreed_shape(places: Places) -> None:
    assert as_json(places.resolve("TT Lai Vung"), "7") == {
        "id": "7",
        "matches": [
            {"code": "30208", "name": "Xã Hòa Long", "province": "Tỉnh Đồng Tháp", "p": 1.0}
        ],
        "was": {
            "commune": "Thị trấn Lai Vung",
            "district": "Huyện Lai Vung",
            "province": "Tỉnh Đồng Tháp",
        },
        "ask": [],
    }


@pytest.mark.parametrize(
    ("question", "words", "code"),
    [
        ("toi o thi tran lai vung lam ho khau o dau", "thi tran lai vung", "30208"),
        ("Ở xã Hiệp Mỹ Đông thì nộp ở đâu", "xã Hiệp Mỹ Đông", "29455"),
        ("lập hộ kinh doanh ở Cà Mau bao nhiêu tiền", "Cà Mau", "96"),
        ("nộp hồ sơ trên dịch vụ công tỉnh Hà Giang thì vào trang nào?", "tỉnh Hà Giang", "08"),
        ("Trà Vinh giờ nộp ở đâu", "Trà Vinh", "86"),
        ("xã Nhị Trường", "xã Nhị Trường", "29446"),
        ("nhà ở Xã Mỹ Long, huyện Cao Lãnh thì đi đâu", "Xã Mỹ Long, huyện Cao Lãnh", "30112"),
        ("Ở xã Hiệp Mỹ Đôg thì nộp ở đâu", "xã Hiệp Mỹ Đôg", "29455"),
        ("ở p4 sa đéc làm khai sinh", "p4 sa đéc", "29905"),
    ],
)
def test_a_place_is_found_in_a_question(
    places: Places, question: str, words: str, code: str
) -> None:
    found = places.find_in(question)

    assert found is not None
    assert question[slice(*found.span)] == words
    assert found.matches[0].code == code


@pytest.mark.parametrize(
    "question",
    [
        "đăng ký kết hôn cần giấy tờ gì",
        "dang ky tam tru o dau",
        "hợp tác xã, liên hiệp hợp tác xã",
        "bảo hiểm xã hội một lần",
        "bao hiem xa hoi mot lan",
        "chợ gạo bán ở đâu",
        "mong hòa bình",
        "phương án trả nợ, phuong an tra no",
        "tai dinh cu xin ghi no tien su dung dat",
        "lương cán bộ xã bao nhiêu",
        "hai đứa khác tỉnh thì đăng ký kết hôn ở đâu?",
        "mo73 quan1 karaoke ca6n2 gia6y1 phep1 gi2",
        "giải thưởng Hồ Chí Minh",
        "khu vực châu Á - Thái Bình Dương",
        "tố cáo cán bộ xã nhận hối lộ",
        "chứng thực hợp đồng mua bán đất ở xã cần giấy tờ gì",
        "",
        "xã",
    ],
)
def test_ordinary_words_are_no_places(places: Places, question: str) -> None:
    assert places.find_in(question) is None


@pytest.mark.parametrize(
    "text",
    ["xã Lào Cia", "tp lào cai t lào cai", "huyện an lãoo, Hải Phòng"],
)
def test_a_vietnamese_place_that_looks_like_a_country_is_no_country(
    places: Places, text: str
) -> None:
    assert places.resolve(text).trouble is not Trouble.ABROAD


def test_a_name_that_holds_a_marker_is_read_whole(places: Places) -> None:
    found = places.resolve("Tri Phuong, Tien Du, Bac Ninh")

    assert found.was == Was("Xã Tri Phương", "Huyện Tiên Du", "Tỉnh Bắc Ninh")


@settings(deadline=None)  # a busy machine is no failure
@given(st.text(max_size=320))
def test_any_text_gets_an_answer(places: Places, text: str) -> None:
    found = places.resolve(text)

    assert bool(found.matches) != bool(found.trouble)
    assert len(found.ask) <= 5
    assert not found.ask or found.best is None


@settings(deadline=None)  # a busy machine is no failure
@given(st.text("xãphường tp.1, ởtạiHcmaotn", max_size=120))
def test_a_found_place_stands_inside_the_question(places: Places, question: str) -> None:
    found = places.find_in(question)

    if found is not None:
        start, end = found.span
        assert 0 <= start < end <= len(question)
        assert found.matches


def test_a_text_written_to_be_slow_is_answered_soon(places: Places) -> None:
    before = time.perf_counter()
    for text in ("p1 q1 " * 50, "tân phú " * 37, "xã xã xã " * 33):
        places.resolve(text)
        places.find_in(text * 3)

    assert time.perf_counter() - before < 5


def test_a_very_long_question_is_searched_only_at_its_beginning(places: Places) -> None:
    assert places.find_in("a " * 5_000 + "xã Nhị Trường") is None


def test_old_names_resolve_as_the_issue_demands(places: Places) -> None:
    """A tenth of what `python -m tests.bench.places` measures in full."""
    gold: dict[tuple[str, str, str], set[str]] = {}
    for change in read_changes():
        if change.old_commune:
            key = (change.old_commune, change.old_district, change.old_province)
            gold.setdefault(key, set()).add(change.new_code)
    sample = random.Random(1).sample(sorted(gold), 1_000)
    right = {"full": 0, "no district": 0}
    for commune, district, province in sample:
        codes = gold[commune, district, province]
        for kind, text in (
            ("full", f"{commune}, {district}, {province}"),
            ("no district", f"{commune}, {province}"),
        ):
            found = places.resolve(fold(text))
            one = found.best is not None and codes == {found.best.code}
            right[kind] += one or codes <= {choice.code for choice in found.ask}

    assert len(gold) == 10_035
    assert right["full"] >= 970
    assert right["no district"] >= 930


def test_the_nearest_commune_is_found(places: Places) -> None:
    unit, km = places.nearest(10.2899, 105.6600)

    assert unit.province_code == "82"
    assert km < 10


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(11.5564, 104.9282), (48.8566, 2.3522), (0.0, 0.0), (91.0, 200.0), (float("nan"), 105.0)],
)
def test_a_location_outside_vietnam_is_refused(
    places: Places, latitude: float, longitude: float
) -> None:
    with pytest.raises(OutsideVietnamError):
        places.nearest(latitude, longitude)


def test_the_table_has_every_unit_of_today(places: Places) -> None:
    communes = [unit for p in places.provinces for unit in places.communes_of(p.code)]

    assert (len(places.provinces), len(communes)) == (34, 3321)
    assert places.info == TableInfo("2026-07-25", date(2025, 7, 1))
    assert all(unit.latitude and unit.longitude for unit in communes)


def test_dong_nai_is_a_city_since_april_2026(places: Places) -> None:
    unit = places.unit("75")

    assert unit is not None
    assert (unit.name, unit.kind) == ("Thành phố Đồng Nai", "thành phố")


UNITS = (
    Unit("10", "tỉnh", "Tỉnh An Bình", "10"),
    Unit("10001", "xã", "Xã Hoa Lư", "10"),
)


def test_a_table_that_is_no_table_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "units.tsv.xz"
    broken.write_bytes(b"not xz")
    bomb = tmp_path / "bomb.tsv.xz"
    bomb.write_bytes(lzma.compress(b"0" * 40_000_000))

    for path in (broken, bomb):
        with pytest.raises(TableError, match=path.name):
            read_units(path)


def test_a_table_may_be_comma_separated(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_text("code,name,province_code,latitude,longitude\n10,Tỉnh A,10,,\n", "utf-8-sig")

    assert read_units(path) == [Unit("10", "tỉnh", "Tỉnh A", "10")]


def test_decomposed_text_is_read_like_composed(places: Places) -> None:
    text = unicodedata.normalize("NFD", "Ở xã Hiệp Mỹ Đông thì nộp ở đâu")

    found = places.find_in(text)

    assert found is not None
    assert unicodedata.normalize("NFC", text[slice(*found.span)]) == "xã Hiệp Mỹ Đông"
    assert found.matches[0].code == "29455"


def test_a_district_of_a_province_that_kept_its_name_is_described(places: Places) -> None:
    parts = describe(places.resolve("huyện Lai Vung"))

    assert parts is not None
    assert (parts.was, parts.was_in) == ("Huyện Lai Vung", "tỉnh Đồng Tháp")


def test_places_are_built_from_plain_rows() -> None:
    changes = [Change("09999", "Xã Trường Yên", "Huyện Hoa Lư", "Tỉnh Cũ", "10001")]
    places = Places.build(UNITS, changes, TableInfo("1", date(2030, 1, 1)))

    found = places.resolve("Trường Yên, Hoa Lư").best

    assert found is not None
    assert found.name == "Xã Hoa Lư"


def test_rows_with_unknown_or_repeated_codes_are_refused_by_name() -> None:
    row = Change("09999", "Xã Trường Yên", "Huyện Hoa Lư", "Tỉnh Cũ", "10001")
    bad = Change("09998", "Xã Lạ", "Huyện Hoa Lư", "Tỉnh Cũ", "77777")

    with pytest.raises(TableError) as caught:
        Places.build((*UNITS, UNITS[1]), [row, row, bad])

    assert caught.value.problems == (
        "Xã Hoa Lư: mã 10001 bị trùng",
        "hàng 2: Xã Trường Yên, Huyện Hoa Lư bị trùng",
        "hàng 3: không có xã mã '77777'",
    )


def test_a_table_file_with_wrong_rows_is_refused_by_line(tmp_path: Path) -> None:
    path = tmp_path / "units.tsv"
    header = "code\tname\tprovince_code\tlatitude\tlongitude\n"
    rows = (
        "10\tTỉnh A\t10\t\t\nabc\tXã B\t10\t\t\n10002\tVô danh\t10\t1\t2\n10003\tXã C\t99\t1\tx\n"
    )
    path.write_text(header + rows, encoding="utf-8")

    with pytest.raises(TableError) as caught:
        read_units(path)

    assert caught.value.problems == (
        "dòng 3: mã 'abc' không phải 2 hoặc 5 chữ số",
        "dòng 4: tên 'Vô danh' không có loại đơn vị",
        "dòng 5: could not convert string to float: 'x'",
    )


def test_a_table_without_a_column_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "changes.tsv"
    path.write_text("old_code\told_commune\n1\tXã A\n", encoding="utf-8")

    with pytest.raises(TableError, match="dòng 2: thiếu cột 'old_district'"):
        read_changes(path)


def test_a_join_by_equal_names_is_dropped_and_a_real_division_kept() -> None:
    def unit(code: str, latitude: float) -> Unit:
        return Unit(code, "xã", f"Xã {code}", "10", latitude, 105.0)

    units = [UNITS[0], unit("10001", 20.0), unit("10002", 21.0), unit("10003", 20.05)]
    a, b = ("Huyện A", "Tỉnh Cũ"), ("Huyện B", "Tỉnh Cũ")
    false = Change("1", "Phường 4", *a, "10002")
    rows = [
        Change("1", "Phường 4", *a, "10001"),
        false,
        Change("2", "Xã Một", *a, "10001"),
        Change("3", "Xã Hai", *a, "10001"),
        Change("3", "Xã Hai", *a, "10003"),
        Change("4", "Phường 4", *b, "10002"),
        Change("5", "Xã Ba", *b, "10002"),
    ]

    findings = build.find_false_joins(rows, units)

    assert [(f.action, f.change) for f in findings] == [("dropped", false)]
    kept = build.corrected(rows, findings)
    assert [(c.old_commune, c.new_code) for c in kept if c.divided] == [
        ("Xã Hai", "10001"),
        ("Xã Hai", "10003"),
    ]


@needs_shared
def test_the_builder_gives_the_files_of_the_repository(tmp_path: Path) -> None:
    sources = ("legacy_to_2025.csv.xz", "units_2025.csv.xz", "units_2026-07-25.json.xz")
    paths = [str(SHARED / name) for name in (*sources, "five_provinces_place_map.jsonl")]

    problems = build.main(paths, tmp_path)

    assert problems == []
    assert read_units(tmp_path / "units.tsv.xz") == read_units()
    assert read_changes(tmp_path / "changes.tsv.xz") == read_changes()
    written = (tmp_path / "corrections.tsv").read_text(encoding="utf-8")
    assert written == (DATA / "corrections.tsv").read_text(encoding="utf-8")
    assert written.count("dropped\t") == 31


@needs_shared
def test_ordinary_questions_of_the_development_set_name_no_place(places: Places) -> None:
    path = SHARED.parent / "questions_dev.jsonl"
    questions = [json.loads(line)["base"] for line in path.read_text(encoding="utf-8").splitlines()]
    spoken = {q[slice(*found.span)] for q in questions if (found := places.find_in(q))}

    assert spoken == {"Sài Gòn", "Đà Nẵng"}
