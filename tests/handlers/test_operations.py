"""What operators see of a bot at work: lines with place and reference, metrics, and which parts can be used."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families
from redis.asyncio import Redis

from bot.kernel.clock import Clock
from bot.kernel.settings import Secret
from bot.kernel.telemetry import set_up_logging
from handlers import questions
from tests.deploy.test_monitoring import EXPRESSIONS, nodes, parsed
from tests.handlers.house import INCIDENT, House, open_house, until
from tests.handlers.test_deliveries import deliver, signed
from tests.handlers.walking import TEAM, quiet

Json = dict[str, Any]
METRICS_TOKEN = "metrics-for-tests"
QUESTION = "frustration signals on buy button this week"


@pytest.fixture
def log() -> io.StringIO:
    stream = io.StringIO()
    set_up_logging("json", stream=stream)
    return stream


def lines(log: io.StringIO, about: str) -> list[Json]:
    """The lines of the log so far with this event, or all."""
    return [line for line in map(json.loads, log.getvalue().splitlines()) if about in {"", line["event"]}]


def broken(*_: Any, **__: Any) -> Any:
    raise ValueError("can’t read: frustration of the purple elephant")


async def test_a_failure_is_in_the_log_with_the_place_and_the_reference_and_without_the_words(
    house: House, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "ask", broken)
    await house.say("/replay frustration of the purple elephant")
    await house.whispered()
    told = str([it for it in await house.messages() if it.get("is_ephemeral")])
    [line] = lines(log, "handler failed")
    assert (line["team"], line["channel"]) == (TEAM, INCIDENT)
    assert line["reference"] in told
    assert "purple elephant" not in log.getvalue()
    assert "ValueError" in line["exception"]


async def test_a_job_and_a_message_that_fail_carry_what_led_to_them(house: House, log: io.StringIO) -> None:
    await house.fault(kind="error", method="chat.postMessage", error="is_archived", times=1000)
    await house.say(f"/replay {QUESTION}")
    await until(lambda: _has(log, "not sent to Slack"))
    [line] = lines(log, "not sent to Slack")
    assert (line["team"], line["channel"]) == (TEAM, INCIDENT)
    assert line["reference"]
    assert QUESTION not in log.getvalue()


async def _has(log: io.StringIO, about: str) -> bool:
    return bool(lines(log, about))


async def samples(house: House, path: str = "/metrics") -> dict[tuple[str, ...], float]:
    """By name and the values of its labels in their order, what the bot tells now."""
    headers = {"Authorization": f"Bearer {METRICS_TOKEN}"}
    async with house.session.get(f"http://127.0.0.1:{house.settings.port}{path}", headers=headers) as answer:
        text = await answer.text()
    every = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(it.name, *sorted(value for name, value in it.labels.items() if name != "le")): it.value for it in every}


@pytest.fixture
async def measured(tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock) -> AsyncIterator[House]:
    token = Secret(METRICS_TOKEN)
    async with open_house(tmp_path, sample, redis_server, clock, metrics_token=token) as opened:
        yield opened


async def test_what_a_bot_does_is_measured(measured: House) -> None:
    house = measured
    await house.fault(kind="error", method="users.info", error="fatal_error", times=1)
    await house.ask(QUESTION)
    entries = await house.journal(way="delivery", name="/replay")
    body = entries[0]["body"].encode()
    kind = "application/x-www-form-urlencoded"
    assert await deliver(house, body, signed(body), kind) == 200
    await quiet(house.redis)
    now = await samples(house)
    assert now["replaybook_acknowledgement_seconds_count", "command", "taken"] == 2
    assert now["replaybook_duplicates_absorbed_total", "delivery"] == 1
    assert now["replaybook_provider_calls_total", "chat.postMessage", "ok", "slack"] == 1
    assert now["replaybook_provider_calls_total", "ok", "slack", "users.info"] >= 1
    assert now["replaybook_jobs_total", "answer", "done"] == 1
    assert now["replaybook_job_waited_seconds_count", "answer"] == 1
    assert (now["replaybook_outbox_messages",], now["replaybook_outbox_oldest_seconds",]) == (0, 0)
    assert now["replaybook_watches",] == 0
    assert [now["replaybook_ready", part] for part in ("redis", "records", "files", "events", "slack")] == [1] * 5
    assert now["replaybook_ready", "clips"] == 0
    assert {node.name for text in EXPRESSIONS for node in nodes(parsed(text)) if hasattr(node, "matchers")} <= {
        name for name, *_ in now
    }, "alerts and the dashboard ask for what a bot at work tells"


async def ready(session: ClientSession, house: House, query: str = "") -> tuple[int, list[str]]:
    async with session.get(f"http://127.0.0.1:{house.settings.port}/readyz{query}") as answer:
        return answer.status, (await answer.json())["not_ready"]


async def test_a_part_that_is_not_ready_is_named_and_nothing_else_is_said(house: House) -> None:
    await house.fault(kind="error", method="auth.test", error="token_revoked", times=1)
    assert await ready(house.session, house) == (503, ["slack", "clips"])
    assert await ready(house.session, house, "?exclude=clips") == (200, [])
    pictures = house.settings.data / "files"
    moved = pictures.with_name("elsewhere")
    if pictures.exists():
        pictures.rename(moved)
    else:
        moved.mkdir()
    pictures.write_text("no folder")
    assert await ready(house.session, house, "?exclude=clips") == (503, ["files"])
    async with house.session.get(f"http://127.0.0.1:{house.settings.port}/healthz") as answer:
        assert (answer.status, await answer.json()) == (200, {"ok": True, "not_ready": []})
    pictures.unlink()
    moved.rename(pictures)
    async with house.rendering():
        await until(lambda: _all_ready(house))


async def _all_ready(house: House) -> bool:
    return await ready(house.session, house) == (200, [])
