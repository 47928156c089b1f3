"""Deliveries as Slack sends them, signed, in a rhythm that doesn't wait for answers or in a closed loop."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import math
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

import aiohttp

from bench.slack_processes import CHANNELS, SECRET
from standins.slack.seed import BOT, INCIDENT, JISOO, MINA

TEAM = "T0NORDIC01"
SIGNALS = ("frustration signals", "rage clicks", "dead clicks", "error clicks")
PERIODS = (*(f"in the last {n} days" for n in range(2, 25)), "today", "this week")
QUESTIONS = tuple(f"{signals} on buy button {period}" for period in PERIODS for signals in SIGNALS)
"""A hundred, all different."""
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Prepared:
    body: bytes
    kind: str


@dataclass
class Answers:
    """Seconds from when a delivery was due to its acknowledgement; what was answered with anything but 200 is lost."""

    seconds: list[float] = field(default_factory=list)
    lost: int = 0
    took_s: float = 0.0

    def quantile(self, share: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)] if ordered else math.inf

    @property
    def rate(self) -> float:
        return len(self.seconds) / self.took_s

    def __add__(self, other: Answers) -> Answers:
        return Answers(self.seconds + other.seconds, self.lost + other.lost, self.took_s + other.took_s)


class LoadDeliveries:
    """What people do, over and over: seven commands, a mention, a press and a message among people in ten."""

    def __init__(self, response_url: str, thread: str) -> None:
        """`thread` is one that is there, for mentions."""
        self._response_url, self._thread = response_url, thread
        self._numbers = itertools.count()

    def next(self) -> Prepared:
        n = next(self._numbers)
        match n % 10:
            case 3:
                return self._event("app_mention", f"<@{BOT.id}> {QUESTIONS[n % 100]}")
            case 6:
                return self._press()
            case 9:
                return self._event("message", "good morning everybody")
        return self.command(QUESTIONS[n % 100], channel_of(n))

    def command(self, text: str, channel: str) -> Prepared:
        fields = {
            "team_id": TEAM, "channel_id": channel, "user_id": MINA.id, "command": "/replay", "text": text,
            "trigger_id": uuid.uuid4().hex, "response_url": self._response_url, "api_app_id": "A1", "token": "",
        }  # fmt: skip
        return Prepared(urlencode(fields).encode(), FORM)

    def _event(self, kind: str, text: str) -> Prepared:
        ts = f"{time.time():.6f}"
        event = {"type": kind, "channel": INCIDENT, "channel_type": "channel", "user": JISOO.id, "text": text}
        event |= {"ts": ts, "event_ts": ts, "thread_ts": self._thread}
        body = {"type": "event_callback", "team_id": TEAM, "event_id": f"Ev{uuid.uuid4().hex}", "event": event}
        return Prepared(json.dumps(body).encode(), JSON)

    def _press(self) -> Prepared:
        """*How this was counted* of an answer that is no longer kept."""
        action = {"type": "button", "action_id": "signals.counted", "block_id": "b", "value": '{"id":"Q0"}'}
        body = {
            "type": "block_actions", "team": {"id": TEAM}, "user": {"id": MINA.id}, "channel": {"id": INCIDENT},
            "trigger_id": uuid.uuid4().hex, "response_url": self._response_url, "actions": [action],
            "message": {"ts": "1.1"}, "container": {"message_ts": "1.1"},
        }  # fmt: skip
        return Prepared(urlencode({"payload": json.dumps(body)}).encode(), FORM)


def channel_of(number: int) -> str:
    """A question is asked in every channel before it is asked in one again."""
    return CHANNELS[(number + number // 100) % len(CHANNELS)]


class Sender:
    def __init__(self, session: aiohttp.ClientSession, address: str) -> None:
        self._session = session
        self._url = f"{address}/slack/events"

    async def rhythm(self, deliveries: Sequence[Prepared], a_second: float) -> Answers:
        """Each is sent when it is due, whatever became of the others."""
        answers, loop = Answers(), asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.TaskGroup() as tasks:
            for number, delivery in enumerate(deliveries):
                due = began + number / a_second
                if (wait := due - loop.time()) > 0:
                    await asyncio.sleep(wait)
                tasks.create_task(self._send(delivery, due, answers))
        answers.took_s = loop.time() - began
        return answers

    async def loop(self, deliveries: LoadDeliveries, at_once: int, seconds: float) -> Answers:
        """So many senders, each of whom sends a command when its last one was answered."""
        answers, loop = Answers(), asyncio.get_running_loop()
        began, numbers = loop.time(), itertools.count()

        async def one() -> None:
            while (now := loop.time()) < began + seconds:
                n = next(numbers)
                await self._send(deliveries.command(QUESTIONS[n % 100], channel_of(n)), now, answers)

        await asyncio.gather(*(one() for _ in range(at_once)))
        answers.took_s = loop.time() - began
        return answers

    async def _send(self, delivery: Prepared, due: float, answers: Answers) -> None:
        stamp = str(int(time.time()))
        signed = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + delivery.body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": delivery.kind,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={signed}",
        }
        try:
            async with asyncio.timeout(WAIT_S):
                async with self._session.post(self._url, data=delivery.body, headers=headers) as answer:
                    await answer.read()
                    good = answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            good = False
        if good:
            answers.seconds.append(asyncio.get_running_loop().time() - due)
        else:
            answers.lost += 1
