"""A proxy before Slack answers with a page of its own, or with anything else that isn't Slack's: nothing dies of it."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from redis.asyncio import Redis

from bot.kernel.errors import RateLimited, ReplaybookError, Unavailable
from bot.kernel.locale import Locale
from bot.slack.outbox import Outbox
from bot.slack.people import People
from bot.slack.web_api import Clients, SlackInternalError, called, everywhere
from tests.http_server import answering
from tests.standins.slack.house import INCIDENT, MINA, TOKEN, living

PAGE = b"<html><h1>502 Bad Gateway</h1></html>"
ANSWERS = [
    (502, "text/html", PAGE, Unavailable),
    (502, "application/json", PAGE, Unavailable),
    (502, "application/json", b"", Unavailable),
    (502, "application/json", b"[1]", Unavailable),
    (502, "text/plain", b"bad gateway", Unavailable),
    (502, "", PAGE, Unavailable),
    (502, "text/plain; charset=utf-8", b"\xff\xfe", SlackInternalError),
    (502, "application/json; charset=utf-8", b"\xff\xfe", SlackInternalError),
    (502, "application/json; charset=nonsense", PAGE, Unavailable),
    (502, "application/gzip", b"\x1f\x8b", SlackInternalError),
    (429, "text/html", PAGE, RateLimited),
    (429, "application/json", PAGE, RateLimited),
    (200, "text/html", PAGE, Unavailable),
    (200, "text/plain", b"fine", SlackInternalError),
    (200, "application/gzip", b"\x1f\x8b", SlackInternalError),
    (200, "application/json", b"[1]", SlackInternalError),
    (200, "application/json", b"null", Unavailable),
    (200, "application/json", b'"ok"', SlackInternalError),
]


@pytest.mark.parametrize(("status", "kind", "body", "meaning"), ANSWERS)
async def test_every_answer_that_is_not_slacks_has_a_meaning(
    status: int, kind: str, body: bytes, meaning: type[ReplaybookError]
) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, body=body, headers={"Content-Type": kind, "Retry-After": "soon"})

    async with answering(answer) as url, Clients.opened(everywhere(TOKEN), f"{url}/api") as clients:
        client = clients.for_team("T1")
        for call in (
            client.chat_postMessage(channel="C1", text="x"),
            client.files_upload_v2(content=b"x", filename="x.gif", request_file_info=False),
        ):
            with pytest.raises(ReplaybookError) as caught:
                await called("a method", call)
            assert type(caught.value) is meaning
            assert "a method" in caught.value.sentence


async def test_a_person_has_the_usual_language_while_slack_shows_pages(redis: Redis) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=502, body=PAGE, content_type="text/html")

    async with answering(answer) as url, Clients.opened(everywhere(TOKEN), f"{url}/api") as clients:
        person = await People(redis, clients, tag="ko", zone="Asia/Seoul").get("T1", MINA.id)
    assert person.locale == Locale.of("ko", "Asia/Seoul")


@pytest.mark.parametrize("is_taken", [True, False])
async def test_a_message_answered_by_a_page_is_there_once_whether_or_not_slack_took_it(
    redis: Redis, tmp_path: Path, is_taken: bool
) -> None:
    posts = 0
    async with living(tmp_path) as house, aiohttp.ClientSession() as session:

        async def proxy(request: web.Request) -> web.Response:
            """Passes everything on, but for the answer to the first post; and that post only if it is taken."""
            nonlocal posts
            posts += request.path.endswith("chat.postMessage")
            broken = request.path.endswith("chat.postMessage") and posts == 1
            body = PAGE
            if is_taken or not broken:
                headers = {name: request.headers[name] for name in ("Authorization", "Content-Type")}
                url, data = f"{house.config.root}{request.path}", await request.read()
                async with session.post(url, data=data, params=request.query, headers=headers) as response:
                    body = await response.read()
            if broken:
                return web.Response(status=502, body=PAGE, content_type="text/html")
            return web.Response(body=body, content_type="application/json")

        before = len(await house.messages())
        async with (
            answering(proxy) as url,
            Clients.opened(everywhere(TOKEN), f"{url}/api") as clients,
            Outbox(redis, clients).running() as outbox,
        ):
            await outbox.post("m", team="T1", channel=INCIDENT, message={"text": "m"})
            await outbox.post("n", team="T1", channel=INCIDENT, message={"text": "n"})
            await outbox.ts("n", team="T1", timeout=60)
        assert [message["text"] for message in (await house.messages())[before:]] == ["m", "n"]
    assert posts == (2 if is_taken else 3)
