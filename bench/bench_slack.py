"""How fast deliveries of Slack's are acknowledged, against Bolt apps on the same machine in the same run.

The bot runs with its real handlers and a Redis of its own process that appends every write. Nothing else runs while a
part is measured; the bot is quiet before the Bolt apps have their turn.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
from redis.asyncio import Redis

from bench.figures import Figure, table
from bench.resident_memory import resident
from bench.slack_load import QUESTIONS, Answers, LoadDeliveries, Sender
from bench.slack_processes import CHANNELS, SECRET, TOKEN
from bot.kernel import child_process
from bot.kernel.clock import system_clock
from bot.providers.local.event_store import EventStore
from bot.providers.local.sample.load import load_sample
from bot.state.connection import connected
from bot.state.embedded_server import private_redis
from bot.web.listening import free_port
from standins.slack.seed import INCIDENT, MINA
from tests.handlers.walking import quiet

A_SECOND, AT_ONCE, BURST = 100, 32, 300
BROWSERS = ("Chrome", "Firefox", "Safari")
LATEST_S = 3.0
"""Slack waits for so long."""


async def run(*, quick: bool) -> list[Figure]:
    seconds, closed_s, rounds = (10, 4, 1) if quick else (60, 10, 3)
    with tempfile.TemporaryDirectory() as folder:
        async with house(Path(folder)) as here:
            figures: list[Figure] = []
            await here.warm()
            for part in (here.rhythm(seconds), here.closed(closed_s, rounds), here.burst()):
                figures += (measured := await part)
                print(table(measured), file=sys.stderr)  # the whole of it takes minutes
            return figures


class House:
    def __init__(
        self, session: aiohttp.ClientSession, redis: Redis, page: str, addresses: dict[str, str], thread: str
    ) -> None:
        self._redis = redis
        self._session = session
        self._page = page
        self._senders = {name: Sender(session, address) for name, address in addresses.items()}
        self._deliveries = LoadDeliveries(f"{page}/response/none", thread)
        self.bot_pid = 0

    async def warm(self) -> None:
        """Everything is read, compiled and connected."""
        for sender in self._senders.values():
            await sender.rhythm([self._deliveries.next() for _ in range(60)], 20)
        await quiet(self._redis)

    async def rhythm(self, seconds: int) -> list[Figure]:
        """Half of the bare app's turn comes before the bot's and half after it: a machine may change meanwhile."""
        bare = await self._turn("bolt", seconds // 2)
        memory = resident(self.bot_pid)
        ours = await self._turn("bot", seconds)
        await quiet(self._redis)
        after = resident(self.bot_pid)
        bare += await self._turn("bolt", seconds // 2)
        detail = f"p99 {spans(ours, bare, 0.99)}; half {spans(ours, bare, 0.5)}"
        return [
            Figure("acknowledged p99 / bare Bolt app", ours.quantile(0.99) / bare.quantile(0.99), 5.0, detail=detail),
            Figure("slowest acknowledgement", max(ours.seconds), LATEST_S, unit="s"),
            Figure("lost", ours.lost, 0),
            Figure("memory after / before", after / memory, 1.25, detail=f"{after >> 20} MiB / {memory >> 20} MiB"),
        ]

    async def closed(self, seconds: float, rounds: int) -> list[Figure]:
        """Pairs of turns; the median of their ratios."""
        ratios, alone, details = [], [], []
        for _ in range(rounds):
            rates = {}
            for name in ("bolt and one", "bot", "bolt"):
                rates[name] = (await self._senders[name].loop(self._deliveries, AT_ONCE, seconds)).rate
                await quiet(self._redis)
            ratios.append(rates["bot"] / rates["bolt and one"])
            alone.append(rates["bot"] / rates["bolt"])
            details.append(f"{rates['bot']:.0f} / {rates['bolt and one']:.0f} a second")
        name = f"closed loop at {AT_ONCE} / Bolt app that writes and posts"
        return [
            Figure(name, statistics.median(ratios), 0.35, floor=True, detail=", ".join(details)),
            Figure(f"closed loop at {AT_ONCE} / bare Bolt app", statistics.median(alone)),
        ]

    async def burst(self) -> list[Figure]:
        """All at once, each in words of its own, so that each has an answer of its own."""
        before = (await self._journal())[-1]["n"]
        commands = [
            self._deliveries.command(
                f"{QUESTIONS[n % 100]} for {BROWSERS[n // 100]} users", CHANNELS[n % len(CHANNELS)]
            )
            for n in range(BURST)
        ]
        answers = await self._senders["bot"].rhythm(commands, 1e9)
        await quiet(self._redis)
        told = await self._answered(before)
        return [
            Figure(f"burst of {BURST}: acknowledged", len(answers.seconds), BURST, floor=True),
            Figure(f"burst of {BURST}: slowest", max(answers.seconds), LATEST_S, unit="s"),
            Figure(f"burst of {BURST}: answered in the channel", told, BURST, floor=True),
        ]

    async def _turn(self, name: str, seconds: int) -> Answers:
        deliveries = [self._deliveries.next() for _ in range(seconds * A_SECOND)]
        return await self._senders[name].rhythm(deliveries, A_SECOND)

    async def _answered(self, since: int) -> int:
        """Answers that stand in a channel, without those that were only promised."""
        updates = [entry["args"] for entry in await self._journal(since=since, name="chat.update") if entry["ok"]]
        return len({(args["channel"], args["ts"]) for args in updates if "signals.refine" in str(args)})

    async def _journal(self, **what: Any) -> list[dict[str, Any]]:
        async with self._session.get(f"{self._page}/_test/journal", params={"way": "api", **what}) as got:
            entries: list[dict[str, Any]] = (await got.json())["entries"]
        return entries


def spans(ours: Answers, bare: Answers, share: float) -> str:
    return f"{ours.quantile(share) * 1000:.1f} ms / {bare.quantile(share) * 1000:.1f} ms"


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    store = await EventStore.open(folder / "data" / "rum", clock=system_clock)
    await load_sample(store, system_clock())
    await store.settle()
    await store.close()
    ports = {name: free_port("127.0.0.1") for name in ("workspace", "bot", "bolt", "bolt and one")}
    addresses = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    page = addresses.pop("workspace")
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(private_redis(folder / "redis"))
        environment = {
            "REDIS_URL": url, "REPLAYBOOK_DATA": str(folder / "data"), "REPLAYBOOK_PORT": str(ports["bot"]),
            "SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET, "REPLAYBOOK_SLACK_API_URL": f"{page}/api/",
        }  # fmt: skip
        for arguments in (
            ("workspace", str(ports["workspace"]), addresses["bot"], str(folder / "workspace")),
            ("bolt", str(ports["bolt"]), page),
            ("bolt", str(ports["bolt and one"]), page, url),
        ):
            await stack.enter_async_context(process("-m", "bench.slack_processes", *arguments))
        bot = await stack.enter_async_context(process("-m", "bot", "serve", "--quiet", **environment))
        session = await stack.enter_async_context(
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(30))
        )
        redis = await stack.enter_async_context(connected(url))
        for address in (f"{page}/_test/journal", f"{addresses['bot']}/healthz", f"{addresses['bolt']}/"):
            await until_up(session, address)
        said = {"user": MINA.id, "channel": INCIDENT, "text": "Who can look at this?"}
        async with session.post(f"{page}/_page/post", json=said) as posted:
            thread = (await posted.json())["ts"]
        here = House(session, redis, page, addresses, thread)
        here.bot_pid = bot
        yield here


async def until_up(session: aiohttp.ClientSession, address: str) -> None:
    while True:
        with suppress(aiohttp.ClientError):
            async with session.get(address) as answer:
                if answer.status < 500:
                    return
        await asyncio.sleep(0.1)


@asynccontextmanager
async def process(*arguments: str, **more: str) -> AsyncIterator[int]:
    """Its pid, for as long as the body lasts."""
    ending_with_this_one = ("-I", "-S", child_process.__file__, str(os.getpid()), sys.executable)
    running = await asyncio.create_subprocess_exec(
        sys.executable, *ending_with_this_one, *arguments, env={**os.environ, **more}
    )
    try:
        yield running.pid
    finally:
        with suppress(ProcessLookupError):
            running.terminate()
        await running.wait()
