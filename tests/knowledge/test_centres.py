"""Service centres, and the lists they come in."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pydantic import ValidationError

from knowledge import centres
from knowledge.centres import Centre, CentreFileError, CentreLevel, CentreStatus, Detail, sheet
from knowledge.content import Confidence
from knowledge.hours import Hours, office_week
from knowledge.places import OutsideVietnamError, Places

TODAY = date(2026, 11, 21)
SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "centres" / "da_nang_communes.json"
needs_shared = pytest.mark.skipif(
    not SHARED.exists(), reason="the list of Đà Nẵng's commune offices is not beside the checkout"
)


@pytest.fixture(scope="module")
def places() -> Places:
    return Places.load()


@pytest.fixture(scope="module")
def known() -> tuple[Centre, ...]:
    return centres.load()


def make(key: str = "hoa-long", **values: Any) -> Centre:
    given: dict[str, Any] = {
        "key": key,
        "name": "Trung tâm Phục vụ hành chính công xã Hòa Long",
        "level": "commune",
        "unit_code": "30208",
        "province_code": "82",
    }
    return Centre.model_validate(given | values)


def test_the_nine_seed_centres_are_known_and_consistent(
    places: Places, known: tuple[Centre, ...]
) -> None:
    keys = {centre.key for centre in known}

    assert len(keys) == 9
    assert all(centre.sources for centre in known)
    assert {centre.superseded_by for centre in known} - {""} <= keys
    assert all(places.unit(centre.province_code) for centre in known)
    assert sum(centre.status is CentreStatus.HISTORIC for centre in known) == 5


def test_every_commune_has_a_centre(places: Places, known: tuple[Centre, ...]) -> None:
    for province in places.provinces:
        for unit in places.communes_of(province.code):
            found = centres.of_commune(unit.code, known, places, TODAY)
            assert found[0].centre.unit_code == unit.code


def test_an_implied_centre_says_that_nothing_of_it_is_known(
    places: Places, known: tuple[Centre, ...]
) -> None:
    (found,) = centres.of_commune("30208", known, places, TODAY)

    assert found.centre.name == "Trung tâm Phục vụ hành chính công xã Hòa Long"
    assert (found.centre.implied, found.centre.note) == (True, "")
    assert (found.verified, found.doubtful) == (frozenset(), frozenset())
    assert found.missing == set(Detail)


def test_a_city_may_have_one_tier(places: Places) -> None:
    (found,) = centres.of_commune("00004", (), places, TODAY)

    assert "một cấp" in found.centre.note


def test_an_entered_centre_takes_the_place_of_the_implied_one(places: Places) -> None:
    entered = make(address="Ấp Hòa Thạnh", verified_on=TODAY, phones=("0277 3848 000",))

    (found,) = centres.of_commune("30208", [entered], places, TODAY)

    assert found.verified == {Detail.ADDRESS, Detail.PHONE}
    assert found.missing == {Detail.HOURS, Detail.COORDINATES}


@pytest.mark.parametrize(
    "values", [{"verified_on": None}, {"verified_on": TODAY, "confidence": "low"}]
)
def test_what_nobody_verified_is_doubtful(values: dict[str, Any]) -> None:
    found = centres.describe(make(address="Ấp Hòa Thạnh", **values))

    assert not found.verified
    assert found.doubtful == {Detail.ADDRESS}


def test_an_unknown_or_provincial_code_has_no_commune_centre(places: Places) -> None:
    for code in ("99999", "82", ""):
        with pytest.raises(KeyError):
            centres.of_commune(code, (), places, TODAY)


def test_a_province_has_the_centres_that_are_open_on_the_day(known: tuple[Centre, ...]) -> None:
    def keys(on: date) -> list[str]:
        return [found.centre.key for found in centres.of_province("82", known, on)]

    assert keys(TODAY) == ["dong-thap-co-so-1", "dong-thap-co-so-2"]
    assert keys(date(2025, 12, 1)) == ["dong-thap-co-so-1"]
    assert centres.of_province("08", known, TODAY) == ()


def test_a_historic_centre_names_the_one_that_took_over(known: tuple[Centre, ...]) -> None:
    found = centres.named("Trung tâm giải quyết thủ tục hành chính công Cà Mau", known, TODAY)

    assert found is not None
    assert found.centre.key == "ca-mau-2020"
    assert centres.is_gone(found.centre, TODAY)
    assert found.successor is not None
    assert found.successor.key == "ca-mau"


def test_a_centre_is_found_by_its_name_without_accents(known: tuple[Centre, ...]) -> None:
    found = centres.named("trung tam hanh chinh cong thanh pho tra vinh", known, TODAY)

    assert found is not None
    assert (found.centre.key, found.successor and found.successor.key) == (
        "tra-vinh-tp",
        "vinh-long",
    )
    assert centres.named("ở đâu", known, TODAY) is None
    assert centres.named("trung tâm mua sắm Vincom Plaza", known, TODAY) is None


def test_successors_in_a_circle_end() -> None:
    a, b = make("aa", superseded_by="bb"), make("bb", superseded_by="aa")

    assert centres.describe(a, [a, b]).successor == b


def test_the_nearest_centre_is_exact_where_its_coordinates_are_known(places: Places) -> None:
    entered = make(latitude=10.2800, longitude=105.6600)

    first, second, _ = centres.nearest(10.2805, 105.6601, [entered], places, TODAY)

    assert (first.known.centre, first.exact, first.km < 0.2) == (entered, True, True)
    assert (second.known.centre.implied, second.exact) == (True, False)


def test_a_location_abroad_has_no_nearest_centre(places: Places) -> None:
    with pytest.raises(OutsideVietnamError):
        centres.nearest(13.75, 100.5, (), places, TODAY)


@pytest.mark.parametrize(
    "values",
    [
        {"latitude": 10.0},
        {"latitude": 48.8, "longitude": 2.3},
        {"valid_from": "2026-02-01", "valid_to": "2026-01-01"},
        {"province_code": ""},
        {"unit_code": "123"},
        {"phones": ["gọi cho tôi"]},
        {"key": "Có Dấu"},
        {"place_id": "12"},
        {"adress": "sai chính tả"},
    ],
)
def test_a_centre_that_cannot_be_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make(**values)


FULL = make(
    address="=1+1; Ấp Hòa Thạnh",
    latitude=10.25,
    longitude=105.5,
    phones=("0277 3848 000", "1900 1234"),
    services=("Chứng thực", "Hộ tịch"),
    hours=Hours(schedules=(office_week(saturday_morning=True),)),
    kiosk=True,
    post_office=False,
    valid_from=date(2025, 7, 1),
    sources=("Thông báo 1",),
    verified_on=date(2026, 11, 1),
    confidence=Confidence.HIGH,
    note="@ghi chú",
)
OLD = make(
    "ha-lang-cu",
    name="-Bộ phận Một cửa cũ",
    level=CentreLevel.PROVINCE,
    unit_code="04",
    province_code="04",
    status=CentreStatus.HISTORIC,
    superseded_by="hoa-long",
    valid_to=date(2025, 6, 30),
)


def test_what_is_exported_as_csv_can_be_imported_again(places: Places, tmp_path: Path) -> None:
    path = tmp_path / "centres.csv"
    path.write_bytes(centres.write_csv([FULL, OLD], places))

    assert centres.read(path, places) == [FULL, OLD]


def test_what_is_exported_as_xlsx_can_be_imported_again(places: Places, tmp_path: Path) -> None:
    path = tmp_path / "centres.xlsx"
    path.write_bytes(centres.write_xlsx([FULL, OLD], places))

    assert centres.read(path, places) == [FULL, OLD]


def test_an_export_opens_as_vietnamese_and_runs_no_formula(places: Places) -> None:
    raw = centres.write_csv([FULL, OLD], places)
    book = load_workbook(io.BytesIO(centres.write_xlsx([FULL, OLD], places)))

    assert raw.startswith(b"\xef\xbb\xbf")
    assert "'=1+1" in raw.decode("utf-8")
    assert "'-Bộ phận" in raw.decode("utf-8")
    assert book.active is not None
    assert "f" not in {cell.data_type for row in book.active.iter_rows() for cell in row}
    assert not any(
        str(cell.value or "").startswith("=") for row in book.active.iter_rows() for cell in row
    )


def test_a_place_by_name_and_a_code_without_leading_zeros_are_understood(places: Places) -> None:
    raw = "Tên;Mã đơn vị hành chính;Địa danh\nMột cửa A;4;\nMột cửa B;;TT Lai Vung\n"

    first, second = sheet.read_csv(raw.encode(), places)

    assert (first.unit_code, first.level, first.key) == ("04", CentreLevel.PROVINCE, "province-04")
    assert (second.unit_code, second.province_code) == ("30208", "82")


def test_every_bad_row_is_named_and_nothing_is_imported(places: Places, tmp_path: Path) -> None:
    path = tmp_path / "centres.csv"
    path.write_text(
        "Danh sách trung tâm,,,,\n"
        "Mã,Tên,Mã đơn vị hành chính,Vĩ độ,Kinh độ,Giờ làm việc,Cấp,Từ ngày\n"
        "mot,Một cửa xã,30208,,,,,\n"
        "hai,Một cửa xã,99999,,,,,\n"
        "ba,Một cửa xã,30208,mười,105,,,\n"
        "bon,Một cửa xã,30208,48.8,2.3,,,\n"
        "mot,Một cửa xã,30208,,,,,\n"
        "nam,Một cửa xã,30208,,,sáng,,\n"
        "sau,Một cửa xã,30208,,,,vùng,\n"
        "bay,Một cửa xã,,,,,,\n"
        "\n"
        "tam,,30208,,,,,\n"
        "chin,Một cửa xã,30208,,,,,32/13/2026\n"
        "muoi,Một cửa xã,30208,,,T2 17:00-07:30,,\n",
        encoding="utf-8",
    )

    with pytest.raises(CentreFileError) as caught:
        centres.read(path, places)

    assert [problem.line for problem in caught.value.problems] == [4, 5, 6, 7, 8, 9, 10, 12, 13, 14]
    assert [str(problem) for problem in caught.value.problems[:2]] == [
        "dòng 4: không có đơn vị hành chính mã '99999'",
        "dòng 5: Vĩ độ: 'mười' không phải số",
    ]
    assert "trùng mã 'mot' với dòng 3" in str(caught.value.problems[3])


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        ("a.pdf", b"%PDF", "không đọc được tệp .pdf"),
        ("a.csv", "Tên".encode("utf-16"), "tệp CSV không phải UTF-8"),
        ("a.csv", b"", "không thấy dòng tiêu đề có cột “Tên”".encode()),
        ("a.csv", "Tên,Cấp\n".encode(), "tệp không có trung tâm nào"),
        ("a.xlsx", b"not a workbook", "không mở được tệp Excel"),
        ("a.json", b"[]", "không phải danh sách xã, phường"),
        ("a.json", b"{", "không phải danh sách xã, phường"),
        ("a.csv", b"x" * 10_000_001, "tệp lớn hơn 10 MB"),
    ],
)
def test_a_file_that_is_no_list_is_refused(
    places: Places, tmp_path: Path, name: str, raw: bytes, message: str | bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(raw)

    with pytest.raises(CentreFileError) as caught:
        centres.read(path, places)

    text = message if isinstance(message, str) else message.decode()
    assert str(caught.value.problems[0]).startswith(text)


def test_hours_are_written_and_read_as_officials_write_them() -> None:
    text = "T2-T6 07:30-11:30 13:30-17:00; T7 07:30-11:30"

    assert centres.write_hours(centres.read_hours(text)) == text
    assert centres.read_hours("T2 - T6 7h30 - 11h30 13h30-17h; T7 7h30-11h30") == (
        centres.read_hours(text)
    )


@needs_shared
def test_the_commune_offices_of_da_nang_are_imported(places: Places) -> None:
    found = centres.read(SHARED, places)

    assert len(found) == 94
    assert {centre.province_code for centre in found} == {"48"}
    assert len({centre.unit_code for centre in found}) == 94
    assert centres.describe(found[0]).verified == frozenset()


@needs_shared
def test_a_commune_office_of_another_city_is_refused(places: Places, tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    text = SHARED.read_text(encoding="utf-8")
    path.write_text(text.replace('"new_commune_ward": "Hải Châu"', '"new_commune_ward": "Sa Pa"'))

    with pytest.raises(CentreFileError) as caught:
        centres.read(path, places)

    assert str(caught.value) == ("dòng 1: không có xã, phường 'Sa Pa' ở Thành phố Đà Nẵng")
