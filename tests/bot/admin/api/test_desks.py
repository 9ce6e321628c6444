"""The other desks by the API: imports, questions, golden, staleness, switches, announcements, …"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from fastapi.testclient import TestClient

from bot.db import Database
from bot.imports.packing import pack
from bot.models import ImportJob, ImportRow, JobStatus, Role, RowOutcome
from bot.settings import Settings
from knowledge.columns import utc_now
from knowledge.content import Content
from knowledge.importing import Draft
from tests.bot.admin.api.conftest import Program
from tests.bot.admin.conftest import Desk
from tests.bot.admin.procedures.test_desk import few_golden_questions
from tests.bot.admin.test_announcements import _subscriber
from tests.bot.admin.test_questions import ask

__all__ = ["few_golden_questions"]


async def _ready(settings: Settings, author: str = "editor") -> tuple[int, int]:
    """A file that was read, with one new row; the desk's own test drives the reading."""
    draft = Draft("thu.csv", Content(code="9.700201", title="Thẻ mượn thuyền", where="Bến xã"))
    database = Database(settings.url)
    async with database.write() as session:
        job = ImportJob(
            name="thu.csv", stored_as="x", size=1, status=JobStatus.READY, author=author
        )
        session.add(job)
        await session.flush()
        row = ImportRow(
            job_id=job.id or 0, record=1, code="9.700201", title="Thẻ mượn thuyền",
            outcome=RowOutcome.NEW, packed=pack(draft),
        )  # fmt: skip
        session.add(row)
        await session.flush()
        ids = job.id or 0, row.id or 0
    await database.close()
    return ids


def test_a_file_is_looked_at_and_taken_over(program: Program, settings: Settings) -> None:
    editor, approver = program(Role.EDITOR), program(Role.APPROVER)
    job, row = asyncio.run(_ready(settings))
    rows = editor.get(f"/imports/{job}/rows", params={"show": "new"}).json()
    assert [(one["code"], one["id"]) for one in rows["rows"]] == [("9.700201", row)]
    read = editor.get(f"/imports/{job}/rows/{row}").json()
    assert "where" in [one["part"] for one in read["changes"]]

    unsaid = approver.post(f"/imports/{job}/publish", json={})
    assert (unsaid.status_code, "một trong ba" in unsaid.json()["detail"]) == (422, True)
    assert approver.post(f"/imports/{job}/publish", json={"all": True}).json() == {"rows": 1}
    assert editor.get(f"/imports/{job}").json()["decided_by"] == "approver"
    assert job in [one["id"] for one in editor.get("/imports").json()]
    assert editor.post(f"/imports/{job}/cancel").json()["status"] == "cancelled"
    again = editor.post(f"/imports/{job}/cancel")
    assert (again.status_code, again.json()["detail"]) == (409, "Tệp này đã đóng rồi.")


def test_who_uploaded_a_file_saves_drafts_and_another_publishes(
    program: Program, settings: Settings, desk: Desk
) -> None:
    approver = program(Role.APPROVER)
    job, row = asyncio.run(_ready(settings, "approver"))
    page = desk(Role.APPROVER).get(f"/admin/import/{job}").text
    assert "cần một người khác duyệt công bố" in page
    assert f"/admin/import/{job}/publish" not in page
    own = approver.post(f"/imports/{job}/publish", json={"rows": [row]})
    assert (own.status_code, "cần một người khác" in own.json()["detail"]) == (409, True)
    assert f"/admin/import/{job}/publish" in desk(Role.ADMIN).get(f"/admin/import/{job}").text
    assert program(Role.ADMIN).post(f"/imports/{job}/publish", json={"rows": [row]}).json() == {
        "rows": 1
    }
    approver.post(f"/imports/{job}/cancel")


def test_a_file_is_queued(program: Program) -> None:
    editor = program(Role.EDITOR)
    taken = editor.post("/imports/files", files={"file": ("thu.csv", "Mã thủ tục,Tên\n".encode())})
    assert (taken.status_code, taken.json()["status"]) == (202, "waiting")
    assert editor.post(f"/imports/{taken.json()['id']}/cancel").status_code == 200


def test_a_file_that_is_not_taken_is_a_problem(program: Program) -> None:
    client = program(Role.EDITOR)
    macro = client.post("/imports/files", files={"file": ("a.xlsm", b"x")})
    assert (macro.status_code, "macro" in macro.json()["detail"]) == (422, True)
    assert client.post("/imports/files", json={"file": "a"}).status_code == 422
    huge = client.post("/imports/files", content=b"x", headers={"Content-Length": str(2**31)})
    assert huge.status_code in (413, 422)


def test_a_missed_question_is_taught_and_another_closed(
    program: Program, anyone: TestClient
) -> None:
    editor = program(Role.EDITOR)
    for question in ("nuôi dế mèn hội thi làng ven", "đổi màu cầu vồng sau mưa giông"):
        ask(anyone, question)
    groups = editor.get("/questions", params={"order": "newest"}).json()["groups"]
    by_words = {one["question"]: one["id"] for one in groups}
    group = by_words["nuôi dế mèn hội thi làng ven"]
    assert editor.get(f"/questions/{group}").json()["questions"][0]["status"] == "open"
    unknown = editor.post(f"/questions/{group}/alias", json={"code": "x", "text": "nuôi dế"})
    assert (unknown.status_code, unknown.json()["detail"]) == (409, "Không có thủ tục x.")
    taught = editor.post(
        f"/questions/{group}/alias",
        json={"code": "1.001193", "text": "nuôi dế mèn hội thi làng ven"},
    ).json()
    assert taught["questions"][0]["status"] == "aliased"
    assert taught["now"]["what"] in ("trả lời", "hỏi lại")
    other = by_words["đổi màu cầu vồng sau mưa giông"]
    assert editor.post(f"/questions/{other}/close", json={"as": "out_of_scope"}).json() == {
        "closed": 1
    }
    golden = editor.get("/golden", params={"q": "cầu vồng"}).json()["questions"]
    assert [(one["question"], one["codes"]) for one in golden] == [
        ("đổi màu cầu vồng sau mưa giông", [])
    ]
    drafted = editor.post(f"/questions/{other}/draft", json={"title": "Xem cầu vồng"}).json()
    assert drafted["code"].startswith("MC-xem-cau-vong-")
    assert editor.post("/questions/999999/close", json={"as": "dismissed"}).status_code == 404


def test_golden_questions_are_kept_and_asked(program: Program) -> None:
    editor = program(Role.EDITOR)
    given = {"question": "làm khai sinh cho cháu nội út ít", "codes": ["1.001193"]}
    assert editor.post("/golden", json=given).status_code == 201
    twice = editor.post("/golden", json=given)
    assert (twice.status_code, "đã có trong danh sách" in twice.json()["detail"]) == (422, True)
    (one,) = editor.get("/golden", params={"q": "cháu nội út ít"}).json()["questions"]
    changed = {**given, "question": "khai sinh cháu nội út ít"}
    assert editor.put(f"/golden/{one['id']}", json=changed).json() == {"done": True}
    assert editor.put(f"/golden/{one['id']}", json=changed).status_code == 404
    (kept,) = editor.get("/golden", params={"q": "cháu nội út ít"}).json()["questions"]
    ran = editor.get("/golden/run").json()
    assert ran["asked"] > 10
    assert editor.delete(f"/golden/{kept['id']}").json() == {"done": True}
    assert editor.get("/golden", params={"q": "cháu nội út ít"}).json()["count"] == 0


def test_what_is_old_is_verified(program: Program) -> None:
    approver = program(Role.APPROVER)
    listed = approver.get("/stale", params={"show": "old"}).json()
    assert set(listed["counts"]) == {"ends", "old", "gone", "conflict", "beside"}
    code = approver.get("/procedures", params={"status": "live", "page": 3}).json()["procedures"][
        9
    ]["code"]
    done = approver.post("/stale/verified", json={"codes": [code, "khong-co"]}).json()
    assert done["codes"] == [code]
    today = approver.get(f"/procedures/{code}").json()["live"]["verified_on"]
    assert today >= utc_now().date().isoformat()
    assert approver.post("/stale/verified", json={"codes": []}).status_code == 422


def test_a_switch_is_turned_off_and_on(program: Program) -> None:
    approver = program(Role.APPROVER)
    off = {"on": False, "kind": "channel", "name": "kiosk", "message": "Bảo trì.", "reason": "thử"}
    assert approver.post("/switches", json=off).json()["channels"]["kiosk"]["message"] == "Bảo trì."
    on = approver.post("/switches", json={**off, "on": True}).json()
    assert on["channels"]["kiosk"] is None
    bare = approver.post("/switches", json={**off, "reason": ""})
    assert (bare.status_code, "Cần ghi lý do" in bare.json()["detail"]) == (409, True)
    odd = approver.post("/switches", json={**off, "name": "fax"})
    assert (odd.status_code, "chọn thứ cần tắt" in odd.json()["detail"]) == (409, True)


def test_an_announcement_is_drafted_approved_stopped(program: Program, settings: Settings) -> None:
    asyncio.run(_subscriber(settings, "chat-api"))
    sender = program(Role.SENDER)
    given = {
        "title": "Nghỉ bão", "text": "Chiều mai bộ phận một cửa nghỉ.", "topic": "storms",
        "places": ["tỉnh Cà Mau"], "send_at": (utc_now() + timedelta(days=1)).isoformat(),
    }  # fmt: skip
    wrong = sender.post("/announcements", json={**given, "text": "Họp lúc {giờ}"})
    assert (wrong.status_code, "chưa điền" in wrong.json()["detail"]) == (422, True)
    made = sender.post("/announcements", json=given).json()
    path = f"/announcements/{made['id']}"
    assert (made["status"], made["places"]) == ("draft", ["96"])
    edited = sender.put(path, json={**given, "title": "Nghỉ vì bão"}).json()
    assert edited["title"] == "Nghỉ vì bão"
    seen = sender.get(path).json()
    assert (seen["reaches"] >= 1, seen["wrong"]) == (True, [])
    assert sender.post(f"{path}/approve", json={}).json()["people"] == seen["reaches"]
    late = sender.put(path, json=given)
    assert (late.status_code, "Chỉ bản nháp" in late.json()["detail"]) == (409, True)
    assert sender.post(f"{path}/stop").json()["status"] == "stopped"
    assert sender.post(f"{path}/resume").json()["status"] == "scheduled"
    assert sender.post(f"{path}/again").json() == {"people": 0}
    assert sender.post(f"{path}/correct", json={"text": "Đúng là"}).status_code == 409
    sender.post(f"{path}/stop")
    listed = sender.get("/announcements", params={"status": "stopped"}).json()
    assert made["id"] in [one["id"] for one in listed]


def test_a_centre_is_added_changed_and_read(program: Program) -> None:
    approver = program(Role.APPROVER)
    (one, *_) = approver.get("/centres", params={"q": "phường"}).json()["centres"]
    read = approver.get(f"/centres/{one['key']}").json()
    kept = approver.put(
        f"/centres/{one['key']}",
        json={"fields": {**read["fields"], "phones": "0236 3000 111"}, "exceptions": ""},
    )
    assert kept.status_code == 200, kept.text
    assert "0236 3000 111" in kept.json()["fields"]["phones"]
    wrong = approver.post("/centres", json={"fields": {"name": "Trạm"}})
    assert (wrong.status_code, len(wrong.json()["errors"]) >= 1) == (422, True)
    odd = approver.post("/centres", json={"fields": {"tên": "x"}})
    assert odd.json()["detail"] == "Không có mục tên."
    assert approver.get("/centres/khong-co").status_code == 404
    assert approver.delete("/centres/khong-co").status_code == 404


def test_a_day_is_set_and_taken_back(program: Program) -> None:
    approver = program(Role.APPROVER)
    day = {"day": "2027-03-02", "kind": "off", "name": "Nghỉ bù", "source": "Công văn 12"}
    assert approver.put("/calendar", json=day).status_code == 200
    days = approver.get("/calendar", params={"year": 2027}).json()
    assert [(one["day"], one["kind"]) for one in days] == [("2027-03-02", "off")]
    bare = approver.put("/calendar", json={**day, "source": ""})
    assert (bare.status_code, "văn bản căn cứ" in bare.json()["detail"]) == (422, True)
    assert approver.delete("/calendar/2027-03-02").json() == {"taken_back": True}
    assert approver.delete("/calendar/2027-03-02").status_code == 404


def test_a_report_is_read_and_its_facts_decided(program: Program) -> None:
    editor, approver = program(Role.EDITOR), program(Role.APPROVER)
    key = editor.get("/reports").json()[0]["key"]
    (fact, *_) = editor.get(f"/reports/{key}/facts", params={"status": "published"}).json()
    words = {
        name: fact[name]
        for name in ("subject", "statement", "value", "unit", "level", "place", "period")
    }
    mine = f"/reports/{key}/facts/{fact['key']}"
    refused = editor.put(mine, json=words)
    assert (refused.status_code, "chỉ người duyệt" in refused.json()["detail"]) == (422, True)
    assert approver.put(mine, json=words).json() == {"changed": 1}
    chosen = {"facts": [fact["key"]]}
    assert editor.post(f"/reports/{key}/reject", json=chosen).json() == {"changed": 1}
    assert approver.post(f"/reports/{key}/approve", json=chosen).json() == {"changed": 1}
    assert editor.post(f"/reports/{key}/reject", json={}).status_code == 422
    assert editor.get("/reports/khong-co/facts").status_code == 404
    assert approver.post("/reports/khong-co/approve", json={"all": True}).status_code == 404


def test_the_log_is_paged_and_figures_counted(program: Program) -> None:
    admin = program(Role.ADMIN)
    first = admin.get("/audit").json()
    if first["more"]:
        then = admin.get("/audit", params={"before": first["more"]}).json()["entries"]
        assert then[0]["id"] < first["entries"][-1]["id"]
    assert admin.get("/audit.csv", params={"actor": "admin"}).content.startswith(b"\xef\xbb\xbf")
    figures = admin.get("/figures", params={"since": "2026-11-01", "until": "1999-01-01"}).json()
    assert set(figures) >= {"days", "channels", "hours", "topics", "helpful"}
