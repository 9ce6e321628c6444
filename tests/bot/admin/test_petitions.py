"""The petitions desk end to end: two officials answer, and nobody sees what they should not."""

from __future__ import annotations

import asyncio
import io

from fastapi.testclient import TestClient
from PIL import Image
from sqlmodel import select

from bot import people, petitions
from bot.db import Database
from bot.models import AuditEntry, Notice, Petition, PetitionPhoto, PetitionStatus, Role
from bot.petitions import Wanted
from bot.receipts import Seal
from bot.settings import Settings
from knowledge.columns import utc_now
from knowledge.hours import Calendar
from tests.bot.admin.conftest import Desk

HARMFUL = "=cmd|'/c calc'!A0 <script>alert(1)</script> không nhận hồ sơ"


def made(settings: Settings, text: str, address: str = "a") -> int:
    """Take in a petition with one photo; return its id."""

    async def file() -> int:
        database = Database(settings.url)
        photo = io.BytesIO()
        Image.new("RGB", (9, 9)).save(photo, "JPEG")
        async with database.write() as session:
            contact = await people.heard_from(session, "telegram", address, now=utc_now())
            wanted = Wanted("telegram", address, text, "1", contact.person_id, contact="0912345678")
            filed = await petitions.file(
                session,
                wanted,
                Seal("S", "salt$h"),
                calendar=Calendar.load(),
                days=15,
                now=utc_now(),
            )
            number = filed.petition.id
            assert number is not None
            clean = petitions.clean(photo.getvalue())
            session.add(PetitionPhoto(petition_id=number, width=9, height=9, content=clean.content))
        await database.close()
        return number

    return asyncio.run(file())


def stored(settings: Settings, number: int) -> Petition:
    async def load() -> Petition:
        database = Database(settings.url)
        async with database.read() as session:
            found = await session.get(Petition, number)
        await database.close()
        assert found is not None
        return found

    return asyncio.run(load())


def do(client: TestClient, number: int, step: str, where: str = "", **form: str) -> int:
    path = f"/admin/petitions/{number}{where}"
    return client.post(path, data={"step": step, **form}).status_code


def test_a_petition_is_answered_by_two_people(desk: Desk, settings: Settings) -> None:
    number = made(settings, "Hồ sơ trễ hẹn mười ngày chưa trả kết quả", "hai-nguoi")
    editor, approver = desk(Role.EDITOR), desk(Role.APPROVER)

    assert do(editor, number, "assign") == 303
    assert do(editor, number, "forward", unit="Trung tâm xã Hòa Long") == 303
    assert do(editor, number, "note", text="Đã gọi 0912345678") == 303
    assert do(editor, number, "propose", text="Kết quả đã có, mời anh/chị đến nhận.") == 303
    page = approver.get(f"/admin/petitions/{number}").text
    answer = page.split('name="answer_id" value="')[1].split('"')[0]
    assert do(editor, number, "approve", "/judge", answer_id=answer) == 403
    assert do(approver, number, "approve", "/judge", answer_id=answer) == 303

    petition = stored(settings, number)
    assert (petition.status, petition.unit) == (PetitionStatus.ANSWERED, "Trung tâm xã Hòa Long")
    assert "Đã gọi [số]" in approver.get(f"/admin/petitions/{number}").text


def test_whoever_wrote_an_answer_cannot_approve_it(desk: Desk, settings: Settings) -> None:
    number = made(settings, "Thu thêm tiền không có biên lai", "tu-duyet")
    approver = desk(Role.APPROVER)
    do(approver, number, "propose", text="Đã kiểm tra.")

    refused = approver.post(
        f"/admin/petitions/{number}/judge", data={"step": "approve", "answer_id": "1"}
    )
    assert refused.status_code in (404, 422)
    assert stored(settings, number).status is PetitionStatus.RECEIVED


def test_an_empty_answer_is_shown_again_with_the_reason(desk: Desk, settings: Settings) -> None:
    number = made(settings, "Thái độ không tốt ở quầy số ba", "rong")
    page = desk(Role.EDITOR).post(f"/admin/petitions/{number}", data={"step": "propose"})

    assert page.status_code == 422
    assert "Nội dung đang trống." in page.text


def test_the_list_filters_and_escapes(desk: Desk, settings: Settings) -> None:
    made(settings, HARMFUL, "doc")
    editor = desk(Role.EDITOR)
    page = editor.get("/admin/petitions?status=owed&kind=refused").text

    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;" in page
    assert editor.get("/admin/petitions?status=nonsense&before=5").status_code == 200
    assert "Không có phản ánh nào" in editor.get("/admin/petitions?code=PA-0000-0000").text


def test_the_export_opens_in_excel_and_runs_nothing(desk: Desk, settings: Settings) -> None:
    made(settings, HARMFUL, "doc")
    raw = desk(Role.EDITOR).get("/admin/petitions/export.csv").content

    assert raw.startswith(b"\xef\xbb\xbf")
    assert "'=cmd" in raw.decode()
    assert ",=cmd" not in raw.decode()
    assert "0912345678" not in raw.decode()


def test_photos_are_served_as_nothing_but_pictures(desk: Desk, settings: Settings) -> None:
    number = made(settings, "Có ảnh phiếu hẹn đính kèm đây", "anh")
    other = made(settings, "Phản ánh khác không có ảnh nào đâu", "anh-khac")
    editor = desk(Role.EDITOR)
    link = editor.get(f"/admin/petitions/{number}").text.split("/photos/")[1].split('"')[0]
    photo = editor.get(f"/admin/petitions/{number}/photos/{link}")

    assert photo.headers["content-type"] == "image/jpeg"
    assert "sandbox" in photo.headers["content-security-policy"]
    assert editor.get(f"/admin/petitions/{other}/photos/{link}").status_code == 404


def test_the_public_page_shows_only_what_an_official_wrote(desk: Desk, settings: Settings) -> None:
    number = made(settings, "Bà Nguyễn Thị Bí Mật không nhận hồ sơ của tôi", "cong-khai")
    editor, approver = desk(Role.EDITOR), desk(Role.APPROVER)
    early = do(approver, number, "publish", "/judge", text="Không nhận hồ sơ", answer="Đã nhắc.")
    do(editor, number, "propose", text="Đã nhắc nhở.")
    page = approver.get(f"/admin/petitions/{number}").text
    answer = page.split('name="answer_id" value="')[1].split('"')[0]
    do(approver, number, "approve", "/judge", answer_id=answer)
    do(
        approver, number, "publish", "/judge",
        text="Một người dân không được nhận hồ sơ, gọi 0912345678", answer="Đã nhắc nhở.",
    )  # fmt: skip
    public = editor.get("/phan-anh").text

    assert early == 422
    assert "Một người dân không được nhận hồ sơ, gọi [số]" in public
    assert "Bí Mật" not in public
    assert editor.get("/phan-anh?before=1").status_code == 200


def test_a_rule_sends_new_petitions_to_their_unit(desk: Desk, settings: Settings) -> None:
    admin = desk(Role.ADMIN)
    wrong = admin.post("/admin/petitions/routes", data={"place": "xã Không Có Thật", "unit": "X"})
    admin.post("/admin/petitions/routes", data={"place": "", "field": "", "unit": "Văn phòng UBND"})
    number = made(settings, "Quy định này rườm rà quá đi thôi", "duong-di")
    admin.post("/admin/petitions/routes", data={"unit": ""})

    assert wrong.status_code == 422
    assert stored(settings, number).unit == "Văn phòng UBND"


def test_every_step_is_in_the_log_of_deeds_and_owes_the_citizen_a_notice(
    desk: Desk, settings: Settings
) -> None:
    number = made(settings, "Trang web bị lỗi không nộp được", "so-viec")
    do(desk(Role.EDITOR), number, "decline", text="Gửi đến Bộ Công an")

    async def look() -> tuple[list[str], list[str]]:
        database = Database(settings.url)
        async with database.read() as session:
            code = (await session.exec(select(Petition.code).where(Petition.id == number))).one()
            deeds = select(AuditEntry.action).where(AuditEntry.subject == code)
            told = select(Notice.text).where(Notice.address == "so-viec")
            found = list(await session.exec(deeds)), list(await session.exec(told))
        await database.close()
        return found

    deeds, told = asyncio.run(look())
    assert deeds == ["petition.decline"]
    assert len(told) == 1
