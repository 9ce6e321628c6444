"""The import desk: upload, see, take over, download; bad input is a sentence."""

from __future__ import annotations

import base64
import json
import time

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from bot.models import Role
from tests.bot.admin.conftest import Desk

#: An import is read by a process of its own; nothing else tells that it is done.
READ_WITHIN = 60.0


def said(answer: Response) -> str:
    """The sentence that the next page will show."""
    raw = answer.cookies.get("motcua_flash") or ""
    return str(json.loads(base64.urlsafe_b64decode(raw.strip('"')))["said"]) if raw else ""


def upload(client: TestClient, content: bytes, name: str = "thu.csv") -> Response:
    return client.post("/admin/import/files", files={"file": (name, content)})


def finished(client: TestClient, path: str) -> str:
    """The job's page once nobody works on it."""
    end = time.monotonic() + READ_WITHIN
    while time.monotonic() < end:
        html = client.get(path).text
        if "data-again" not in html:
            return html
        time.sleep(0.2)
    pytest.fail("the import did not end")


def test_a_table_is_uploaded_looked_at_and_published(desk: Desk) -> None:
    table = (
        "Mã thủ tục,Tên,Lĩnh vực,Nơi nộp\n9.700001,<script>alert(1)</script> Thẻ,Thư viện thử,Xã\n"
    )
    editor, approver = desk(Role.EDITOR), desk(Role.APPROVER)
    path = upload(editor, table.encode()).headers["Location"]
    html = finished(editor, path)
    assert "1 mới" in html
    assert "<script>alert" not in html
    row = html.split(f'href="{path}/rows/')[1].split('"')[0]
    assert "Nội dung sẽ có" in editor.get(f"{path}/rows/{row}").text
    assert "Công bố" not in html
    assert editor.post(f"{path}/publish", data={"row": row}).status_code == 403
    assert said(approver.post(f"{path}/publish", data={"row": row})) == "Đang công bố 1 dòng."
    assert "đã công bố" in finished(approver, path)
    assert "9.700001" in approver.get("/admin/import/export/csv").text


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.xlsm", b"x", "macro"),
        ("a.exe", b"x", "không nhận được"),
        ("a.csv", b"", "Tệp rỗng"),
    ],
)
def test_a_file_that_is_not_taken_is_a_sentence(
    desk: Desk, name: str, content: bytes, reason: str
) -> None:
    answer = upload(desk(Role.EDITOR), content, name)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/import")
    assert reason in said(answer)


def test_no_file_at_all_is_a_sentence(desk: Desk) -> None:
    assert said(desk(Role.EDITOR).post("/admin/import/files", data={})) == "Chưa chọn tệp nào."


def test_two_gigabytes_are_refused_unread(desk: Desk) -> None:
    answer = desk(Role.EDITOR).post(
        "/admin/import/files",
        content=b"x",
        headers={"Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(2**31)},
    )
    assert answer.status_code == 413
    assert "lớn quá" in answer.text


def test_what_does_not_exist_is_a_page(desk: Desk) -> None:
    client = desk(Role.APPROVER)
    assert client.get("/admin/import/999999").status_code == 404
    assert client.get("/admin/import/1/rows/999999").status_code == 404
    assert client.get("/admin/import/export/exe").status_code == 404
    assert said(client.post("/admin/import/999999/save", data={"what": "all"})).startswith(
        "Tệp này"
    )
    assert said(client.post("/admin/import/999999/cancel")) == "Tệp này đã đóng rồi."
    assert said(client.post("/admin/import/1/save", data={})) == "Chưa chọn dòng nào."


@pytest.mark.parametrize("name", ["xlsx", "csv", "jsonl", "list", "jsonld"])
def test_everything_published_can_be_downloaded(desk: Desk, name: str) -> None:
    answer = desk(Role.VIEWER).get(f"/admin/import/export/{name}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="thu-tuc-')
    assert len(answer.content) > 10_000
