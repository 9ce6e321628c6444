"""The web channel: its API, limits and error sentences, through the real application."""

from __future__ import annotations

import asyncio
import gzip
import io
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from PIL import Image
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import messages as say
from bot.app import create_app
from bot.channels.web import STATIC, Pushes
from bot.conversation import Action, Reply
from bot.db import Database
from bot.settings import Settings
from knowledge.models import Fact, Report
from knowledge.publishing import bump_version
from tests.conftest import NewFolder

#: The whole first load of the page, compressed, in bytes.
FIRST_LOAD = 10 * 1024


@pytest.fixture(scope="module")
def client(new_data_dir: NewFolder) -> Iterator[TestClient]:
    settings = Settings(
        _env_file=None,
        data_dir=new_data_dir(),
        rate_limit="10000/minute",
        organisation="Trung tâm thử",
    )
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


def ask(client: TestClient, text: str, session: str | None = None) -> dict[str, object]:
    answer = client.post("/api/v1/messages", json={"text": text, "session": session})
    assert answer.status_code == 200, answer.text
    body: dict[str, object] = answer.json()
    return body


def message_of(answer: object) -> str:
    assert isinstance(answer, dict)
    return str(answer["error"]["message"])


class TestAnswers:
    """Asking through the API."""

    def test_an_answer_has_a_sourced_card(self, client: TestClient) -> None:
        reply = ask(client, "làm giấy khai sinh cho con cần giấy tờ gì")["reply"]
        assert isinstance(reply, dict)
        assert reply["action"] == "answer"
        assert [card["code"] for card in reply["cards"]] == ["1.001193"]
        assert "Kiểm tra ngày 19/7/2026" in reply["cards"][0]["source"]

    def test_a_session_keeps_the_topic(self, client: TestClient) -> None:
        first = ask(client, "đăng ký thường trú cần gì")
        second = ask(client, "thế còn lệ phí?", str(first["session"]))
        assert second["session"] == first["session"]
        assert second["reply"]["cards"][0]["code"] == "1.004222"  # type: ignore[index]

    def test_another_session_knows_nothing_of_it(self, client: TestClient) -> None:
        ask(client, "đăng ký thường trú cần gì")
        assert ask(client, "thế còn lệ phí?")["reply"]["cards"] == []  # type: ignore[index]

    def test_it_says_first_that_it_is_a_machine(self, client: TestClient) -> None:
        text = ask(client, "chào")["reply"]["text"]  # type: ignore[index]
        assert str(text).startswith("Tôi là trợ lý tự động (AI) của Trung tâm thử.")


class TestLocation:
    """A shared location finds the nearest centre, and is believed only inside Vietnam."""

    def near(self, client: TestClient, latitude: float, longitude: float) -> dict[str, object]:
        body = {"text": "/vitri", "location": {"latitude": latitude, "longitude": longitude}}
        answer = client.post("/api/v1/messages", json=body)
        assert answer.status_code == 200
        reply: dict[str, object] = answer.json()["reply"]
        return reply

    def test_the_nearest_centre_says_how_far_and_what_is_not_known(
        self, client: TestClient
    ) -> None:
        card = self.near(client, 10.287, 105.653)["cards"][0]  # type: ignore[index]
        assert card["title"] == "Trung tâm Phục vụ hành chính công xã Hòa Long"
        assert "tính đến giữa xã, phường" in card["lead"][0]
        assert "tôi chưa có" in card["lead"][1]

    def test_a_place_abroad(self, client: TestClient) -> None:
        text = str(self.near(client, 48.85, 2.35)["text"])
        assert text.endswith(say.LOCATION_ABROAD)

    def test_no_place_on_earth(self, client: TestClient) -> None:
        body = {"text": "/vitri", "location": {"latitude": 91, "longitude": 0}}
        assert client.post("/api/v1/messages", json=body).status_code == 422


class TestTakeAway:
    """What is carried home."""

    def test_a_deadline_as_a_calendar_file(self, client: TestClient) -> None:
        answer = client.get("/api/v1/deadlines/1.004222/2026-12-03.ics")
        assert answer.headers["Content-Type"].startswith("text/calendar")
        assert "DTSTART;VALUE=DATE:20261203" in answer.text

    def test_a_deadline_of_nothing(self, client: TestClient) -> None:
        assert client.get("/api/v1/deadlines/9.999999/2026-12-03.ics").status_code == 404

    def test_a_code_of_another_device_works_once(self, client: TestClient) -> None:
        first = ask(client, "đăng ký thường trú cần gì")
        offer = client.post(
            "/api/v1/hand-over", headers={"X-Motcua-Session": str(first["session"])}
        )
        code = offer.json()["url"].partition("#tiep=")[2]
        claimed = client.post("/api/v1/hand-over/claim", json={"code": code})
        again = client.post("/api/v1/hand-over/claim", json={"code": code})

        reply = ask(client, "thế còn lệ phí?", claimed.json()["session"])["reply"]
        assert reply["cards"][0]["code"] == "1.004222"  # type: ignore[index]
        assert (again.status_code, message_of(again.json())) == (410, say.HAND_OVER_SPENT)


class TestTrend:
    """One figure of one place over several reports."""

    @pytest.fixture
    def with_another_quarter(self, data_dir: Path) -> Iterator[TestClient]:
        settings = Settings(_env_file=None, data_dir=data_dir)
        app = create_app(settings)
        with TestClient(app) as client:
            assert client.portal is not None
            client.portal.call(self.add_quarter, settings)
            client.portal.call(self.refresh, app)
            yield client

    async def refresh(self, app: FastAPI) -> None:
        await app.state.dialogue.sources.library.refresh()

    async def add_quarter(self, settings: Settings) -> None:
        database = Database(settings.url)
        async with database.write() as session:
            report = Report(
                key="tra-vinh-2024-q2",
                title="Báo cáo thử",
                locality="tỉnh Trà Vinh",
                period="quý II/2024",
            )
            session.add(report)
            await session.flush()
            session.add(
                Fact(
                    key="Q2-1",
                    report_id=report.id or 0,
                    kind="statistic",
                    subject="Số hồ sơ nộp trực tuyến",
                    statement="Có 31.000 hồ sơ nộp trực tuyến.",
                    value="31.000",
                    unit="hồ sơ",
                    level="tỉnh",
                )
            )
            for period, trouble in (("năm 2023", "Thiếu máy quét"), ("năm 2024", "Mạng chậm")):
                await self.add_shortcoming(session, period, trouble)
            await bump_version(session)
        await database.close()

    async def add_shortcoming(self, session: AsyncSession, period: str, trouble: str) -> None:
        place = "tỉnh Bắc Kạn"
        report = Report(key=trouble, title=f"Báo cáo {period}", locality=place, period=period)
        session.add(report)
        await session.flush()
        fact = Fact(
            key=trouble,
            report_id=report.id or 0,
            kind="shortcoming",
            subject=trouble,
            statement=f"{trouble}.",
            note="Bắc Kạn nay thuộc Thái Nguyên.",
        )
        session.add(fact)

    def test_what_each_report_says_is_told_apart_the_latest_first(
        self, with_another_quarter: TestClient
    ) -> None:
        reply = ask(with_another_quarter, "Bắc Kạn có hạn chế gì")["reply"]
        told = [(card["source"], card["sections"][0]["items"]) for card in reply["cards"]]  # type: ignore[index]
        assert [items for _, items in told] == [["Mạng chậm."], ["Thiếu máy quét."]]
        assert ["Báo cáo năm 2024" in source for source, _ in told] == [True, False]
        assert reply["cards"][0]["notices"][-1] == "Bắc Kạn nay thuộc Thái Nguyên."  # type: ignore[index]

    def test_it_is_a_table_and_a_drawing(self, with_another_quarter: TestClient) -> None:
        client = with_another_quarter
        reply = ask(client, "hồ sơ trực tuyến của Trà Vinh qua các kỳ thay đổi thế nào")["reply"]
        card = reply["cards"][0]  # type: ignore[index]
        assert [item.split(" [")[0] for item in card["sections"][0]["items"]] == [
            "quý I/2024: 29.499 hồ sơ",
            "quý II/2024: 31.000 hồ sơ",
        ]
        page = client.get(card["primary"]["url"])
        assert page.status_code == 200
        assert "<svg" in page.text
        assert "31.000 hồ sơ" in page.text

    def test_a_figure_of_one_period_is_no_trend(self, with_another_quarter: TestClient) -> None:
        reply = ask(with_another_quarter, "tỷ lệ hài lòng của Hà Giang tăng hay giảm")["reply"]
        assert say.TREND_ONE in reply["text"]  # type: ignore[index]

    def test_an_unknown_fact_has_no_page(self, with_another_quarter: TestClient) -> None:
        assert with_another_quarter.get("/reports/khong-co/trend").status_code == 404


class TestBadInput:
    """Every refusal is a Vietnamese sentence with the right status."""

    def test_an_empty_question(self, client: TestClient) -> None:
        answer = client.post("/api/v1/messages", json={"text": ""})
        assert (answer.status_code, message_of(answer.json())) == (422, say.EMPTY_QUESTION)

    def test_a_question_of_a_hundred_thousand_characters(self, client: TestClient) -> None:
        answer = client.post("/api/v1/messages", json={"text": "a" * 100_000})
        assert answer.status_code == 413
        assert message_of(answer.json()) == say.BODY_TOO_LARGE.format(limit="16 KB")

    def test_a_question_over_the_limit_of_characters(self, client: TestClient) -> None:
        answer = client.post("/api/v1/messages", json={"text": "a" * 4_001})
        assert (answer.status_code, message_of(answer.json())) == (
            422,
            say.TOO_LONG.format(limit=4_000),
        )

    def test_a_body_that_grows_while_it_comes(self, client: TestClient) -> None:
        def endless() -> Iterator[bytes]:
            yield from itertools.repeat(b"x" * 1_024, 64)

        answer = client.post("/api/v1/messages", content=endless())
        assert answer.status_code == 413

    def test_a_body_that_is_no_json(self, client: TestClient) -> None:
        answer = client.post(
            "/api/v1/messages", content=b"{", headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 422
        assert message_of(answer.json()).startswith("Yêu cầu chưa đúng mẫu")

    def test_a_session_nobody_issued_the_shape_of(self, client: TestClient) -> None:
        answer = client.post("/api/v1/messages", json={"text": "chào", "session": "../../x"})
        assert answer.status_code == 422

    def test_an_unknown_page(self, client: TestClient) -> None:
        answer = client.get("/khong-co")
        assert (answer.status_code, message_of(answer.json())) == (404, say.NOT_FOUND)

    @pytest.mark.parametrize(
        "text", ["\u202eabc\u202c", "\x00\x07", "😀😀😀", "ｔｅｓｔ", "\ud7ff", "؟؟؟"]
    )
    def test_odd_characters_get_an_answer(self, client: TestClient, text: str) -> None:
        assert ask(client, text)["reply"]


def test_too_many_messages_are_told_how_long_to_wait(data_dir: Path) -> None:
    settings = Settings(_env_file=None, data_dir=data_dir, rate_limit="2/minute")
    with TestClient(create_app(settings)) as client:
        statuses = [client.post("/api/v1/messages", json={"text": "chào"}) for _ in range(3)]
    assert [answer.status_code for answer in statuses] == [200, 200, 429]
    assert 1 <= int(statuses[2].headers["Retry-After"]) <= 60
    assert "Chờ khoảng" in message_of(statuses[2].json())


@pytest.mark.parametrize(("code", "told"), [("", False), ("SeEEB8_-x", True)])
def test_zalo_finds_its_code_on_the_home_page(data_dir: Path, code: str, *, told: bool) -> None:
    settings = Settings(_env_file=None, data_dir=data_dir, zalo_oa_site_verification=code)

    page = TestClient(create_app(settings)).get("/").text

    tag = f'<meta name="zalo-platform-site-verification" content="{code}">'
    assert (tag in page) is told
    assert ("zalo-platform" in page) is told


class TestPages:
    """The page itself."""

    def test_the_first_load_is_small(self, client: TestClient) -> None:
        page = client.get("/")
        files = re.findall(r"/static/([\w.]+)", page.text)
        parts = [page.content, *((STATIC / name).read_bytes() for name in files)]
        assert len(files) == 2
        assert sum(len(gzip.compress(part)) for part in parts) <= FIRST_LOAD

    def test_nothing_comes_from_another_host(self, client: TestClient) -> None:
        page = client.get("/")
        assert re.findall(r'(?:src|href)="(?!/static/|data:,)', page.text) == []
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]

    def test_static_files_travel_compressed(self, client: TestClient) -> None:
        answer = client.get("/static/chat.js", headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip"

    def test_it_answers_without_scripts(self, client: TestClient) -> None:
        page = client.post("/", data={"text": "đăng ký kết hôn cần gì"})
        assert "Mã thủ tục 1.000894" in page.text
        session = re.search(r'name="session" value="([^"]+)"', page.text)
        assert session
        again = client.post("/", data={"pick": "lệ phí bao nhiêu", "session": session[1]})
        assert "Mã thủ tục 1.000894" in again.text

    def test_what_is_typed_is_escaped(self, client: TestClient) -> None:
        page = client.post("/", data={"text": "<script>alert(1)</script>"})
        assert "<script>alert" not in page.text

    def test_health_and_readiness(self, client: TestClient) -> None:
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/readyz").json()["status"] == "ok"

    def test_the_api_describes_itself(self, client: TestClient) -> None:
        assert "/api/v1/messages" in client.get("/openapi.json").json()["paths"]


async def test_a_push_reaches_the_page_that_listens_and_no_other() -> None:
    pushes = Pushes()
    stream = pushes.listen("a")
    waiting = anext(stream)
    task = asyncio.ensure_future(waiting)
    await asyncio.sleep(0)

    assert pushes.send("b", Reply(Action.OTHER, "cho b")) is False
    assert pushes.send("a", Reply(Action.OTHER, "cho a")) is True
    assert '"text": "cho a"' in (await task)["data"]
    await stream.aclose()
    assert pushes.send("a", Reply(Action.OTHER, "muộn")) is False


def test_a_photo_for_a_petition_comes_by_the_page(client: TestClient) -> None:
    def reply_of(answer: Response) -> str:
        return str(answer.json()["reply"]["text"])

    raw = io.BytesIO()
    Image.new("RGB", (8, 8)).save(raw, "JPEG")
    session = str(ask(client, "gửi phản ánh")["session"])
    for text in ("cán bộ không nhận hồ sơ của tôi", "bỏ qua", "bỏ qua", "bỏ qua"):
        asked = ask(client, text, session)
    headers = {"X-Motcua-Session": session}
    taken = client.post("/api/v1/photos", headers=headers, content=raw.getvalue())
    broken = client.post("/api/v1/photos", headers=headers, content=b"not a photo")
    huge = client.post("/api/v1/photos", headers=headers, content=bytes(13 * 1024 * 1024))

    assert '"/anh"' in json.dumps(asked)
    assert "ảnh 1/5" in reply_of(taken)
    assert "không phải ảnh" in reply_of(broken)
    assert huge.status_code == 413
    assert huge.json()["error"]["message"].endswith("nhiều nhất 12 MB.")
