"""Random histories: people ask, press, pin, edit, delete; deliveries come again, late; Slack fails; bots die.

However it went: each effect is there once, nobody waits in silence, and what a person did last stands.
`--histories 1000` makes as many; the suite makes a few.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from bot.providers.local.local_notebooks import LocalNotebooks
from bot.state import keys
from bot.state.redis_records import RedisRecords
from standins.slack.seed import BOT, JISOO, MINA
from standins.slack.slack_faults import SlackFault
from standins.slack.workspace_config import SeedChannel
from tests.handlers.datadog import CHANGE, Shop
from tests.handlers.house import has, until
from tests.handlers.killing import SECRET, UP_S, RedisProcess
from tests.handlers.test_deliveries import FORM, JSON, deliver, signed
from tests.handlers.threaded_scene import ThreadedScene
from tests.handlers.walking import TEAM, settled

Json = dict[str, Any]
T = TypeVar("T")
WHO = st.sampled_from([MINA.id, JISOO.id])
WORDS = st.sampled_from(
    ["rage clicks on buy button today", "dead clicks on checkout this week", "rage clicks this week"]
)
WHICH = st.integers(0, 10_000)
"""Chooses among what is there, of which there may be more or less the next time."""
MOST_DEATHS = 2  # of bots in one history; more of them only take time
FAULTS = st.sampled_from(
    [
        {"kind": "lost_response", "method": "chat.postMessage"},
        {"kind": "cut_response", "method": "chat.update"},
        {"kind": "lost_request", "method": "chat.postMessage"},
        {"kind": "ratelimit", "method": "chat.update", "retry_after": 1},
        {"kind": "ratelimit", "method": "chat.postMessage", "retry_after": 1},
        {"kind": "http", "method": "*", "status": 502},
        {"kind": "http", "method": "chat.postMessage", "status": 503, "body": "{}", "content_type": "application/json"},
        {"kind": "error", "method": "chat.update", "error": "internal_error"},
        {"kind": "error", "method": "users.info", "error": "fatal_error"},
        {"kind": "lost_response", "method": "response_url"},
        {"kind": "drop_ack", "event": "*"},
        {"kind": "duplicate", "event": "*", "copies": 2},
    ]
)  # fmt: skip


class History(RuleBasedStateMachine):
    """One channel's history. What people did is kept beside, as what must stand in the end."""

    world: ThreadedScene

    @initialize()
    def channel_is_made(self) -> None:
        self.world.made += 1
        self.channel = f"C0HIST{self.world.made:05}"
        self.asked: list[str] = []
        self.texts: dict[str, str] = {}
        self.pinned: set[str] = set()
        self.live: dict[str, bool] = {}
        self.deaths = 0
        self.here = self.world.scene
        self.first = self.do(self._opened())

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.world.do(work)

    @rule(who=WHO, words=WORDS, mention=st.booleans())
    def somebody_asks(self, who: str, words: str, mention: bool) -> None:
        if mention:
            posted = self.do(self.here.say(f"<@{BOT.id}> {words}", user=who, channel=self.channel))
            self.asked.append(posted["ts"])
        else:
            self.do(self.here.insist(lambda: self.here.say(f"/replay {words}", user=who, channel=self.channel)))

    @rule(who=WHO, text=st.sampled_from(["rolled back", "*deployed*", "it is <fixed>"]))
    def somebody_writes(self, who: str, text: str) -> None:
        posted = self.do(self.here.say(text, user=who, channel=self.channel))
        self.texts[posted["ts"]] = text

    @precondition(lambda self: self.texts)
    @rule(data=st.data())
    def somebody_pins(self, data: st.DataObject) -> None:
        ts = data.draw(st.sampled_from(sorted(self.texts)))
        on = self.do(self.here.human("pin", channel=self.channel, ts=ts))["on"]
        (self.pinned.add if on else self.pinned.discard)(ts)

    @precondition(lambda self: self.texts)
    @rule(data=st.data(), text=st.sampled_from(["mended", "rolled back at 14:02"]))
    def somebody_edits(self, data: st.DataObject, text: str) -> None:
        ts = data.draw(st.sampled_from(sorted(self.texts)))
        user = self.do(self._author(ts))
        self.do(self.here.human("edit", channel=self.channel, ts=ts, text=text, user=user))
        self.texts[ts] = text

    @precondition(lambda self: self.texts)
    @rule(data=st.data())
    def somebody_deletes(self, data: st.DataObject) -> None:
        ts = data.draw(st.sampled_from(sorted(self.texts)))
        self.do(self.here.human("delete", channel=self.channel, ts=ts, user=self.do(self._author(ts))))
        del self.texts[ts]
        self.pinned.discard(ts)

    @rule(which=WHICH, who=WHO, action=st.sampled_from(["live.keep", "live.stop", "notebook.add", "backlog.ask"]))
    def somebody_presses(self, which: int, who: str, action: str) -> None:
        answers = sorted((it for it in self.do(self._answers()) if has(it, action)), key=lambda it: it["ts"])
        if answers:
            message = answers[which % len(answers)]
            self.do(self.here.insist(lambda: self._press(message, action, who)))
            if action.startswith("live."):
                self.live[message["ts"]] = action == "live.keep"
                self.do(self._settled())  # what was drawn for the press before says nothing of the next one

    @rule(which=WHICH, times=st.integers(1, 3))
    def a_delivery_comes_again(self, which: int, times: int) -> None:
        """Any of this history, however late: with the retry header or without."""
        bodies = self.do(self._deliveries())
        if bodies:
            body, kind = bodies[which % len(bodies)]
            for _ in range(times):
                self.do(self._deliver(body, kind))

    @rule(fault=FAULTS, times=st.integers(1, 2))
    def slack_fails(self, fault: Json, times: int) -> None:
        self.here.workspace.team.faults.add(SlackFault.from_json({**fault, "times": times}))

    @precondition(lambda self: self.deaths < MOST_DEATHS)
    @rule(gently=st.booleans())
    def a_bot_ends(self, gently: bool) -> None:
        """Killed in the middle of what it does, or told to end."""
        self.deaths += 1
        end = self.here.bot.terminate if gently else self.here.bot.kill
        end()

    @rule()
    def time_passes(self) -> None:
        self.do(asyncio.sleep(0.3))

    def teardown(self) -> None:
        if hasattr(self, "channel"):
            self.here.workspace.team.faults.clear()
            self.do(self._settled())
            self.do(self._check())

    async def _opened(self) -> int:
        team, everyone = self.here.workspace.team, (MINA.id, JISOO.id, BOT.id)
        team.add_channel(SeedChannel(self.channel, f"hist-{self.world.made}", everyone))
        entries = team.journal.entries()
        return int(entries[-1]["n"]) if entries else 0

    async def _settled(self) -> None:
        """Slack gives nothing out any more, and the bots have nothing left to do."""

        async def given_out() -> bool:
            return not self.here.workspace.team.deliveries.under_way

        await until(given_out, UP_S)
        await settled(self.here)

    async def _author(self, ts: str) -> str:
        message = self.here.workspace.team.store.message(self.channel, ts)
        assert message
        return str(message["user"])

    async def _answers(self) -> list[Json]:
        return [it for it in await self.here.messages(channel=self.channel) if has(it, "signals.refine")]

    async def _press(self, message: Json, action: str, user: str) -> Json:
        block = next(b for b in message["blocks"] for e in b.get("elements", ()) if e.get("action_id") == action)
        place = {"channel": self.channel, "ts": message["ts"], "block_id": block["block_id"], "action_id": action}
        return await self.here.human("press", user=user, **place)

    async def _deliveries(self) -> list[tuple[bytes, str]]:
        entries = self.here.workspace.team.journal.entries(self.first, "delivery")
        bodies = [it["body"] for it in entries]
        return [(json.dumps(it).encode(), JSON) if isinstance(it, dict) else (it.encode(), FORM) for it in bodies]

    async def _deliver(self, body: bytes, kind: str) -> None:
        """What Slack does with a bot that is being started: it tries again."""

        async def taken() -> bool:
            try:
                status = await deliver(self.here, body, signed(body, secret=SECRET), kind)
            except (OSError, aiohttp.ClientError):
                return False
            assert status in {200, 404} or status >= 500, status
            return status < 500

        await until(taken)

    async def _check(self) -> None:
        await self._each_effect_once()
        await self._nobody_waits()
        await self._what_was_done_last_stands()

    async def _each_effect_once(self) -> None:
        here = Counter(
            it["metadata"]["event_payload"]["key"]
            for it in self.here.workspace.team.store.since(self.channel, "0", limit=10_000)
            if it.get("metadata")
        )
        assert set(here.values()) <= {1}, here

    async def _nobody_waits(self) -> None:
        shown = await self.here.look("history", channel=self.channel)
        assert "messages" in shown, shown
        messages = shown["messages"]
        assert not [it["text"] for it in messages if "Looking" in it["text"]]
        for ts in filter(self._was_heard, self.asked):
            answer = await self.here.look("thread", user=MINA.id, channel=self.channel, ts=ts)
            assert any(it["user"] == BOT.id for it in answer["replies"]), "a mention without an answer"
        assert [key async for key in self.here.redis.scan_iter(keys.inbox("*")) if await self._has_body(key)] == []

    def _was_heard(self, ts: str) -> bool:
        """Whether a bot took the mention in before Slack gave up."""
        entries = self.here.workspace.team.journal.entries(self.first, "delivery", "app_mention")
        return any(it["body"]["event"]["ts"] == ts and not it["failure"] for it in entries)

    async def _has_body(self, key: bytes) -> bool:
        return bool(await self.here.redis.hexists(key.decode(), "body"))

    async def _what_was_done_last_stands(self) -> None:
        for message in await self._answers():
            if (wanted := self.live.get(message["ts"])) is not None:
                assert has(message, "live.stop") == wanted, "a press that came again undid a later one"
        kept = await LocalNotebooks(RedisRecords(self.here.redis)).find(TEAM, self.channel)
        if kept is None:
            return
        shown = {entry.key: entry.text for entry in kept.timeline if entry.key in self.texts or not entry.what}
        assert {ts: shown.get(ts) for ts in self.pinned} == {ts: self._stored(ts) for ts in self.pinned}
        assert set(shown) <= self.pinned, "what was unpinned or deleted is shown"

    def _stored(self, ts: str) -> str:
        message = self.here.workspace.team.store.message(self.channel, ts)
        return str(message["text"]) if message else ""


def test_whatever_happens_each_effect_is_there_once_and_what_was_done_last_stands(
    tmp_path: Path, shop: Shop, pytestconfig: pytest.Config
) -> None:
    (tmp_path / "server").mkdir()
    server, world = RedisProcess(tmp_path / "server"), ThreadedScene()
    server.start()
    try:
        world.do(world.enter(tmp_path / "house", server.emptied(0), shop(CHANGE)))
        machine = type("ThisHistory", (History,), {"world": world})
        few = settings(
            max_examples=int(pytestconfig.getoption("--histories")),
            stateful_step_count=12,
            deadline=None,
            database=None,
            derandomize=False,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        try:
            run_state_machine_as_test(machine, settings=few)
        finally:
            world.do(world.leave())
    finally:
        world.end()
        server.kill()
