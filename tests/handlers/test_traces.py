"""From the command to the clip is one trace, in the bot and in the worker; without the setting there is none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.app.open_telemetry import traced
from bot.kernel.clock import Clock
from bot.kernel.errors import Misunderstood
from bot.kernel.settings import Settings
from bot.kernel.tracing import span, traceparent
from standins.slack.seed import INCIDENT, MINA
from tests.handlers.house import has, until
from tests.handlers.killing import Bot, scene
from tests.handlers.walking import settled
from tests.otlp_receiver import OtlpReceiver, otlp_receiver

QUESTION = "frustration signals on buy button this week"


async def test_one_trace_goes_from_the_command_to_the_answer_and_from_the_press_to_the_clip(
    tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock
) -> None:
    async with otlp_receiver() as receiver:
        more = {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url, "OTEL_BSP_SCHEDULE_DELAY": "100"}
        async with (
            scene(tmp_path / "house", sample, redis_server, clock, ROLE="bot", **more) as here,
            Bot(here.settings, tmp_path / "worker.log", ROLE="worker", **more).kept(),
        ):
            said = await here.ask(QUESTION)
            await here.press(said, "clip.make")
            await here.reply(said["ts"], lambda it: has(it, "clip.window"))
            await settled(here)
            await until(lambda: _has_come(receiver, "job render_clip", "slack press"))
            await until(lambda: _none_hangs_in_the_air(receiver))
    [command] = [it for it in receiver.spans if it.name == "slack command"]
    [press] = [it for it in receiver.spans if it.name == "slack press"]
    answering = {it.name for it in receiver.spans if it.trace == command.trace}
    assert {"slack command", "job answer", "slack chat.postMessage", "slack chat.update"} <= answering
    rendering = {(it.service, it.name) for it in receiver.spans if it.trace == press.trace}
    assert {("replaybook-bot", "slack press"), ("replaybook-bot", "job choose_clip")} <= rendering
    assert ("replaybook-worker", "job render_clip") in rendering
    jobs = [it for it in receiver.spans if it.name in ("job answer", "job render_clip")]
    references = {it.attributes["replaybook.reference"] for it in (command, press, *jobs)}
    assert len(references) == 2, "what the log has and what the trace has are found by one reference"
    everything = b"".join(receiver.bodies)
    for personal in (MINA.id, MINA.name, "buy button", QUESTION, "xoxb-"):
        assert personal.encode() not in everything
    assert INCIDENT.encode() not in everything


async def _has_come(receiver: OtlpReceiver, *names: str) -> bool:
    return set(names) <= {it.name for it in receiver.spans}


async def _none_hangs_in_the_air(receiver: OtlpReceiver) -> bool:
    """A span comes when it has ended, so a parent may come after its children."""
    return {it.parent for it in receiver.spans} <= {"", *(it.id for it in receiver.spans)}


def failing(carried: list[str]) -> None:
    with span("slack command", kind="server"):
        with span("inner"):
            carried.append(traceparent())
        raise ValueError("secret words")


async def test_what_fails_is_marked_by_the_kind_of_the_error_without_its_words() -> None:
    async with otlp_receiver() as receiver, traced(Settings(traces_base=receiver.url), "bot"):
        carried: list[str] = []
        with pytest.raises(ValueError, match="secret"):
            failing(carried)
        with span("job answer", kind="consumer", parent=carried[0]):
            pass
    by_name = {it.name: it for it in receiver.spans}
    assert by_name["slack command"].failed
    assert by_name["slack command"].attributes == {"error.type": "ValueError"}
    assert by_name["job answer"].parent == by_name["inner"].id
    assert len({it.trace for it in receiver.spans}) == 1
    assert b"secret" not in b"".join(receiver.bodies)


def test_without_the_setting_nothing_of_it_is_loaded() -> None:
    """The Redis client loads the part of OpenTelemetry for metrics by itself, where that is installed."""
    loaded = "[name for name in sys.modules if name.startswith(('opentelemetry.exporter', 'opentelemetry.sdk.trace'))]"
    code = f"import sys, bot.app.serve, bot.app.worker; print({loaded})"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


async def test_without_the_extra_a_sentence_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async with traced(Settings(), "bot"):
        assert traceparent() == ""
    for name in [name for name in sys.modules if name.startswith("opentelemetry")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(Misunderstood, match="“otel”"):
        await traced(Settings(traces_base="http://127.0.0.1:1"), "bot").__aenter__()


async def test_a_receiver_that_is_away_costs_nothing_but_the_traces() -> None:
    async with traced(Settings(traces_endpoint="http://127.0.0.1:1/v1/traces"), "bot"):
        with span("slack command", kind="server"):
            pass
