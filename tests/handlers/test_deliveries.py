"""What reaches the address that Slack delivers to: signed or not, malformed, too large, unknown, again and again."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import time
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest

from bot.slack.inbox import Inbox
from bot.web.access.gate import AccessGate, Doors
from bot.web.listening import listening
from handlers import register
from handlers.bolt_app import SlackApp
from handlers.bot_identity import BotIdentity
from handlers.edge import slack_edge
from handlers.receiving import MOST_BYTES, slack_routes
from standins.slack.seed import BOT, MINA
from tests.free_ports import free_port
from tests.handlers.house import INCIDENT, SECRET, House, has, until
from tests.handlers.walking import TEAM, quiet

Json = dict[str, Any]
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
QUESTION = "frustration signals on buy button this week"


def signed(body: bytes, stamp: str = "", secret: str = SECRET) -> dict[str, str]:
    stamp = stamp or str(int(time.time()))
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


async def deliver(house: House, body: Any, headers: dict[str, str], kind: str = JSON) -> int:
    url = f"http://127.0.0.1:{house.settings.port}/slack/events"
    async with house.session.post(url, data=body, headers={"Content-Type": kind, **headers}) as answer:
        return answer.status


def event(**fields: Any) -> bytes:
    ts = f"{time.time():.6f}"
    body = {
        "type": "message",
        "channel": INCIDENT,
        "channel_type": "channel",
        "user": MINA.id,
        "ts": ts,
        "event_ts": ts,
    }
    return json.dumps({"type": "event_callback", "team_id": TEAM, "event": {**body, **fields}}).encode()


PRESS = {
    "type": "block_actions", "team": {"id": TEAM}, "user": {"id": MINA.id}, "channel": {"id": INCIDENT},
    "trigger_id": "1.2.3", "actions": [{"action_id": "nobody.knows", "block_id": "b", "type": "button", "value": "x"}],
}  # fmt: skip


def pressed(**fields: Any) -> bytes:
    return urlencode({"payload": json.dumps({**PRESS, **fields})}).encode()


BAD_STAMPS = ["now", "1.5", "-1", "1e9", "٣٣", "99999999999999999999", "0"]
BAD_SIGNATURES = ["", "v0=", "v0=zz", "v1=" + "0" * 64, "v0=" + "0" * 64, "v0=" + "0" * 63, "v0=" + "é" * 64]


async def test_what_slack_did_not_sign_is_401_and_leaves_no_trace(
    house: House, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    body = event(text="secret words of nobody")
    good = signed(body)
    now = good["X-Slack-Request-Timestamp"]
    capsys.readouterr()
    for stamp in (*BAD_STAMPS, now[:-1] + "x", str(int(now) - 301)):
        assert await deliver(house, body, signed(body, stamp)) == 401, stamp
    for stamp in ("", str(int(now) - 1)):
        assert await deliver(house, body, {**good, "X-Slack-Request-Timestamp": stamp}) == 401, stamp
    for signature in BAD_SIGNATURES:
        headers = {**good, "X-Slack-Signature": signature.encode().decode("latin-1")}
        assert await deliver(house, body, headers) == 401, signature
    assert await deliver(house, body, {}) == 401
    assert await deliver(house, body, signed(body, secret="")) == 401
    assert await deliver(house, body + b" ", good) == 401
    heard = caplog.text + "".join(capsys.readouterr())
    assert "secret words" not in heard
    assert "Traceback" not in heard


MALFORMED = [
    (b"", JSON), (b"{", JSON), (b"[]", JSON), (b"null", JSON), (b'"x"', JSON), (b"1", JSON), (b"\xff\xfe", JSON),
    (b'{"type": "event_callback", "event": 5}', JSON), (b'{"type": "event_callback", "event": []}', JSON),
    (b"[" * 100_000, JSON), (b'{"a":' * 50_000, JSON), (b"", FORM), (b"payload=", FORM), (b"payload=[]", FORM),
    (b"payload=%7B", FORM), (b"payload=null", FORM), (b"%ff%fe", FORM),
]  # fmt: skip


async def test_what_is_signed_and_malformed_is_400_and_leaves_no_trace(
    house: House, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    for body, kind in MALFORMED:
        assert await deliver(house, body, signed(body), kind) in {400, 404}, (body[:60], kind)
    heard = caplog.text + "".join(capsys.readouterr())
    assert "Traceback" not in heard
    await quiet(house.redis)


async def test_a_body_that_is_too_large_is_refused_before_it_is_read(house: House) -> None:
    """Unsigned, after a piece of it; signed and too large, by what its header says or by what comes."""
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while sent < 64 * MOST_BYTES:
            sent += 1 << 16
            yield b"x" * (1 << 16)
            await asyncio.sleep(0)

    for headers in ({}, signed(b"")):
        sent = 0
        with suppress(ConnectionError, OSError):  # the bot may close the connection in the middle
            assert await deliver(house, endless(), headers) in {401, 413}
        assert sent < 64 * MOST_BYTES
    large = b"x" * (MOST_BYTES + 1)
    assert await deliver(house, large, signed(large)) == 413
    body = event()
    assert await deliver(house, body, signed(body), "text/plain") in {200, 400, 404}


async def test_what_no_handler_wants_is_not_kept(house: House) -> None:
    for n in range(50):
        for body in (pressed(trigger_id=f"{n}.1"), pressed(trigger_id=f"{n}.2", type="view_submission", view={})):
            assert await deliver(house, body, signed(body), FORM) in {400, 404}
        unknown = event(type="some_event_of_next_year")
        assert await deliver(house, unknown, signed(unknown)) == 404
    chatter = event(text="good morning")
    assert await deliver(house, chatter, signed(chatter)) == 200
    await quiet(house.redis)
    assert [key async for key in house.redis.scan_iter("*inbox*")] == []


async def test_a_press_that_comes_again_is_handled_once(house: House) -> None:
    """While it is handled and afterwards, in any number."""
    said = await house.ask(QUESTION)
    block = next(it for it in said["blocks"] if any(e.get("action_id") == "live.keep" for e in it.get("elements", ())))
    button = next(it for it in block["elements"] if it["action_id"] == "live.keep")
    action = {**button, "block_id": block["block_id"]}
    keep = pressed(trigger_id="9.1", actions=[action], message={"ts": said["ts"]})
    await asyncio.gather(*(deliver(house, keep, signed(keep), FORM) for _ in range(4)))
    live = await house.message(lambda it: has(it, "live.stop"))
    await house.press(live, "live.stop")
    await house.message(lambda it: it["ts"] == said["ts"] and not has(it, "live.stop"))
    assert await deliver(house, keep, signed(keep), FORM) == 200
    await quiet(house.redis)
    assert not any(has(it, "live.stop") for it in await house.messages()), "what was done last stands"


async def test_an_older_refinement_that_comes_again_does_not_win(house: House) -> None:
    said = await house.ask(QUESTION)
    for words in ("rage clicks on buy button in the last 24 hours", "dead clicks on buy button yesterday"):
        await house.press(said, "signals.refine")
        view = await house.modal()
        [block] = [it["block_id"] for it in view["blocks"] if it["type"] == "input"]
        assert await house.submit(view, {block: {"question": words}}) == {"ok": True}
        said = await house.message(lambda it, words=words: words in str(it.get("blocks")) and has(it, "signals.refine"))
    entries = await house.journal(way="delivery", name="view_submission")
    first = entries[0]["body"].encode()
    assert await deliver(house, first, signed(first), FORM) == 200
    await quiet(house.redis)
    [now] = [it for it in await house.messages() if it["ts"] == said["ts"]]
    assert "dead clicks on buy button yesterday" in str(now["blocks"])


async def test_while_slack_does_not_say_who_the_bot_is_events_are_kept_and_nobody_is_told_to_reinstall(
    house: House,
) -> None:
    for code in ("invalid_auth", "internal_error"):
        await house.fault(kind="error", method="auth.test", error=code, times=1000)
        app, identity = SlackApp(SECRET, f"{house.root}/api/"), BotIdentity(house.services.slack.clients)
        async with (
            identity.learning(),
            slack_edge(app, house.services, Inbox(house.redis), register, identity) as bolt,
        ):
            port = free_port()
            async with listening("127.0.0.1", port, slack_routes(bolt, SECRET), AccessGate(Doors())):
                there = replace(house, settings=msgspec.structs.replace(house.settings, port=port))
                words = f"<@{BOT.id}> rage clicks on buy button in the last {len(code)} days"
                posted = await house.human("post", channel=INCIDENT, text="who asks?")
                mention = event(type="app_mention", text=words, ts=posted["ts"], event_ts=posted["ts"])
                assert await deliver(there, mention, signed(mention)) == 200
                command = urlencode({
                    "command": "/replay", "text": "help", "team_id": TEAM, "channel_id": INCIDENT, "user_id": MINA.id,
                    "trigger_id": f"7.{code}", "response_url": f"{house.root}/response/none",
                }).encode()  # fmt: skip
                assert await deliver(there, command, signed(command), FORM) == 200
                assert await house.redis.zcard("{all}:inbox-alive") >= 1
                await house.session.delete(f"{house.root}/_test/faults")
                await house.reply(posted["ts"], lambda it: has(it, "signals.refine"))
        seen = await house.messages()
        assert not [it for it in seen if "reinstall" in it["text"].lower()]


async def test_the_answer_to_a_repeated_command_is_one(house: House) -> None:
    await house.say(f"/replay {QUESTION}")
    said = await house.message(lambda it: has(it, "signals.refine"))
    [entry] = await house.journal(way="delivery", name="/replay")
    body = entry["body"].encode()
    for _ in range(3):
        assert await deliver(house, body, signed(body), FORM) == 200
    await quiet(house.redis)
    assert [it["ts"] for it in await house.messages() if has(it, "signals.refine")] == [said["ts"]]
    assert not [it for it in await house.messages() if it.get("is_ephemeral")]
    assert await until(lambda: _nothing_waits(house))


async def _nothing_waits(house: House) -> bool:
    return int(await house.redis.zcard("{all}:inbox-alive")) == 0
