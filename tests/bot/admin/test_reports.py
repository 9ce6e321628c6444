"""The desks of reports and centres: read, approve, mend; what is wrong is told and what was typed is kept."""

from __future__ import annotations

from fastapi.testclient import TestClient

from bot.models import Role
from tests.bot.admin.conftest import Desk
from tests.bot.admin.test_imports import finished, said

REPORT = (
    "BÁO CÁO kết quả cải cách hành chính quý I năm 2026 của tỉnh Lạng Sơn\n\n"
    "Quý I năm 2026, tỉnh tiếp nhận 9.361 hồ sơ trực tuyến.\n"
    "Trung tâm Phục vụ hành chính công phường Tam Thanh được đưa vào hoạt động.\n"
)


def ask(client: TestClient, question: str) -> str:
    message = {"session": "r" * 24, "text": question}
    return client.post("/api/v1/messages", json=message).text


def test_a_pasted_report_is_read_mended_approved_and_answers(
    anyone: TestClient, desk: Desk
) -> None:
    editor, approver = desk(Role.EDITOR), desk(Role.APPROVER)
    job = editor.post("/admin/import/reports", data={"text": REPORT}).headers["Location"]
    finished(editor, job)
    path = editor.get(job).headers["Location"]
    html = editor.get(path).text
    assert "9.361" in html
    assert "Trung tâm: " in html
    fact = html.split(f"{path}/facts/")[1].split('"')[0]
    assert "9.361" in editor.get(f"{path}/facts/{fact}").text or fact
    empty = editor.post(f"{path}/facts/{fact}", data={"subject": "", "statement": "giữ lại"})
    assert empty.status_code == 422
    assert "giữ lại" in empty.text
    assert said(editor.post(f"{path}/reject", data={})) == "Chưa chọn dữ kiện nào."
    assert editor.post(f"{path}/approve", data={"what": "all"}).status_code == 403
    assert said(approver.post(f"{path}/approve", data={"what": "all"})).startswith("Đã duyệt")
    locked = editor.post(f"{path}/facts/{fact}", data={"subject": "a", "statement": "b"})
    assert locked.status_code == 422

    centre = html.split('href="/admin/centres/')[1].split('"')[0]
    form = approver.get(f"/admin/centres/{centre}").text
    assert "Nháp đọc được từ một báo cáo" in form
    wrong = {
        "name": "Trung tâm Tam Thanh thử",
        "place": "phường Tam Thanh, Lạng Sơn",
        "hours": "cả ngày",
    }
    refused = approver.post(f"/admin/centres/{centre}", data=wrong)
    assert refused.status_code == 422
    assert "giờ làm việc: không hiểu" in refused.text
    assert "cả ngày" in refused.text
    right = wrong | {"hours": "T2-T6 07:30-11:30", "exceptions": "2026-12-24 nghỉ kiểm kê"}
    saved = approver.post(f"/admin/centres/{centre}", data=right)
    assert said(saved) == "Đã lưu. Người dân thấy ngay."
    page = approver.get(saved.headers["Location"]).text
    assert "2026-12-24 nghỉ kiểm kê" in page
    assert approver.get(f"/admin/centres/{centre}").status_code == 404


def test_a_report_that_cannot_be_read_is_a_sentence(desk: Desk) -> None:
    editor = desk(Role.EDITOR)
    answer = editor.post("/admin/import/reports", files={"file": ("a.doc", b"x")})
    assert "Word kiểu cũ" in said(answer)
    job = editor.post("/admin/import/reports", files={"file": ("a.pdf", b"%PDF-1.4")})
    html = finished(editor, job.headers["Location"])
    assert "a.pdf: " in html
    assert said(editor.post("/admin/import/reports", data={})) == "Chưa chọn tệp nào."


def test_what_does_not_exist_is_told(desk: Desk) -> None:
    approver = desk(Role.APPROVER)
    for path in ("/admin/reports/khong", "/admin/reports/jobs/9999", "/admin/centres/khong"):
        assert approver.get(path).status_code == 404
    assert approver.post("/admin/centres/khong", data={}).status_code == 404
    assert said(approver.post("/admin/centres/khong/drop")) == "Bản nháp này không còn."
    told = said(approver.post("/admin/reports/khong/approve", data={"what": "all"}))
    assert told.startswith("Không có báo cáo")


def test_centres_are_found_and_added(desk: Desk) -> None:
    approver = desk(Role.APPROVER)
    assert "trung tâm</caption>" in approver.get("/admin/centres", params={"q": "cà mau"}).text
    assert approver.get("/admin/centres/new").status_code == 200
    bad = approver.post("/admin/centres/new", data={"name": "<b>Bộ phận</b>", "place": "xứ sở mây"})
    assert bad.status_code == 422
    assert "&lt;b&gt;Bộ phận&lt;/b&gt;" in bad.text
