"""A bot that can be killed, a Redis that can be killed, and a workspace in between that sees all of it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs

import aiohttp
from redis import Redis as Blocking
from redis.exceptions import RedisError

from bot.jobs import answer_jobs
from bot.kernel.clock import Clock, seconds_of
from bot.kernel.settings import Secret, Settings, variable
from bot.kernel.telemetry import SHORTEST_HIDDEN
from bot.state.connection import connected
from bot.state.embedded_server import server_program
from handlers.measured_app import words_in
from standins.slack.seed import JISOO, MINA, demo_seed
from standins.slack.workspace import Workspace
from standins.slack.workspace_config import WorkspaceConfig
from tests.forked import Forked
from tests.free_ports import free_port
from tests.handlers import bot_process
from tests.handlers.house import SMALL_CLIPS, WAIT_S, House, living, until
from tests.moments import ahead_of

Json = dict[str, Any]
TOKEN, SECRET, PASSWORD = "xoxb-must-not-be-seen", "signing-must-not-be-seen", "redis-must-not-be-seen"
UP_S = 240.0
"""A bot starts in a few seconds; several that start at once on a busy machine take a minute."""


class RedisProcess:
    """A Redis with a password, on a port of loopback, its data on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()

    def start(self) -> None:
        options = {
            "dir": self.folder, "port": self.port, "bind": "127.0.0.1", "requirepass": PASSWORD,
            "appendonly": "yes", "appendfsync": "always", "save": "", "logfile": self.folder / "log",
        }  # fmt: skip
        command = [server_program(), *(str(it) for name, value in options.items() for it in (f"--{name}", value))]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        with Blocking(port=self.port, password=PASSWORD) as client:
            while True:
                with suppress(RedisError):
                    client.ping()
                    return

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def emptied(self, number: int) -> str:
        """The address of one of its databases, with nothing in it."""
        url = f"redis://:{PASSWORD}@127.0.0.1:{self.port}/{number}"
        with Blocking.from_url(url) as client:
            client.flushdb()
        return url


class Bot:
    """The bot as a process. `kill` is -9; `keep` has it started again whenever it dies."""

    def __init__(self, settings: Settings, log: Path, **more: str) -> None:
        self._settings = settings
        self._log = log
        self._more = more
        self.process: Forked | None = None
        self.deaths = 0
        self.endings: list[int | None] = []
        """The exit codes of those that ended."""

    @property
    def log(self) -> str:
        return self._log.read_text()

    async def start(self) -> None:
        given = {name: getattr(self._settings, name) for name in self._settings.__struct_fields__}
        plain = (str, Path, int, float)
        changed = {variable(name): str(value) for name, value in given.items() if isinstance(value, plain)}
        theirs = {name: text for each in self._settings.providers for name, text in each.to_env().items()}
        environment = {**os.environ, **changed, **theirs, **self._more}
        self.process = await asyncio.to_thread(Forked, bot_process.run, environment, self._log)

    def kill(self) -> None:
        """-9, at this very moment."""
        if self.process is not None:
            self.process.kill()

    def terminate(self) -> None:
        """SIGTERM, as from whoever replaces it by a newer one."""
        if self.process is not None:
            self.process.terminate()

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Running for the length of the body, and started again at once when it dies."""

        async def keep() -> None:
            while True:
                assert self.process
                await self.process.wait()
                self.deaths += 1
                self.endings.append(self.process.ending)
                await self.start()

        await self.start()
        keeping = asyncio.create_task(keep())
        try:
            yield
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping
            self.kill()
            if self.process:
                await self.process.wait()


@dataclass
class Scene(House):
    """A house whose bot is a process. There are no services to look into: what counts is what was posted and kept."""

    bot: Bot = field(default_factory=lambda: cast(Bot, None))
    workspace: Workspace = field(default_factory=lambda: cast(Workspace, None))

    async def until(self, found: Callable[[], Awaitable[Any]], wait_s: float = WAIT_S) -> Any:
        """As there. After a death it counts from when the bot is up again: on a busy machine that takes a while."""
        try:
            return await super().until(found, wait_s)
        except AssertionError:
            if not self.bot.deaths:
                raise
        await self.up()
        return await super().until(found, wait_s)

    async def up(self) -> None:
        async def healthy() -> bool:
            return await self.health() == 200

        await until(healthy, UP_S)

    async def health(self) -> int:
        try:
            async with self.session.get(f"http://127.0.0.1:{self.settings.port}/healthz") as answer:
                return answer.status
        except aiohttp.ClientError:
            return 0

    def after(self, call: str, deed: Callable[[], object], nth: int = 1) -> None:
        """Do something the moment the workspace has done its nth `call` from now, before the answer is sent."""
        journal, left = self.workspace.team.journal, nth
        note = type(journal).note

        def noted(way: str, name: str, **what: Any) -> None:
            nonlocal left
            note(journal, way, name, **what)
            left -= (way, name) == ("api", call)
            if left <= 0:
                del journal.note
                deed()

        journal.note = noted  # type: ignore[method-assign]

    async def insist(self, deed: Callable[[], Awaitable[Json]]) -> Json:
        """Until the bot heard of it: what a person does who reads that it failed."""

        async def done() -> Json | None:
            before = await self.turned_away()
            result = await deed()
            return None if result.get("error") or await self.turned_away() > before else result

        return await until(done, UP_S)

    async def turned_away(self) -> int:
        """How often people were told that nothing can be kept now, as on a machine that is busy for seconds."""
        seen = [it for user in (MINA, JISOO) for it in await self.messages(user=user.id) if it.get("is_ephemeral")]
        return sum("try again in a minute" in it["text"] for it in seen)

    async def posted(self) -> Counter[str]:
        """How often each intent was posted, by the first words of its key."""
        calls = [it for it in await self.journal(way="api", name="chat.postMessage") if it["ok"]]
        return Counter(str(it["args"]["metadata"]["event_payload"]["key"]) for it in calls)


@asynccontextmanager
async def scene(
    folder: Path, sample: Path, redis_url: str | None, clock: Clock, *, app_token: str = "", **more: str
) -> AsyncIterator[Scene]:
    """A workspace, and a bot process that is started again whenever it dies. Nothing secret is in its log, ever."""
    page, port = free_port(), free_port()
    root = f"http://127.0.0.1:{page}"
    shutil.copytree(sample, folder / "rum")
    settings = Settings(
        data=folder,
        redis_url=Secret(redis_url) if redis_url else None,
        port=port,
        slack_api_url=f"{root}/api/",
        slack_bot_token=Secret(TOKEN),
        slack_signing_secret=Secret(SECRET),
        slack_app_token=Secret(app_token) if app_token else None,
        clock_ahead_s=ahead_of(clock),
        web_access="open",
        **SMALL_CLIPS,
    )
    events = f"http://127.0.0.1:{port}/slack/events"
    config = WorkspaceConfig(
        folder / "workspace",
        root,
        events,
        TOKEN,
        SECRET,
        demo_seed(),
        app_token=app_token,
        clock=seconds_of(clock),
        retry_delays=(0.5, 2.0, 4.0),
    )
    workspace = Workspace(config)
    url = redis_url or f"unix://{folder / 'redis' / 'redis.sock'}"
    bot = Bot(settings, folder / "log", **more)
    async with living(workspace, page), aiohttp.ClientSession() as session, bot.kept():
        here = Scene(root, cast(Any, None), settings, session, cast(Any, None), clock, bot=bot, workspace=workspace)
        await here.up()
        async with connected(url) as here.redis:
            yield here
            refused = await here.refused()
            assert refused == [], refused
    check_log(bot.log, workspace)


def check_log(log: str, workspace: Workspace) -> None:
    """Every line says whose work it is about, none has a secret or what somebody wrote."""
    for secret in (TOKEN, SECRET, PASSWORD):
        assert secret not in log
    said = {text for delivery in workspace.team.journal.entries(0, "delivery") for text in written_in(delivery["body"])}
    for line in map(json.loads, filter(None, log.splitlines())):
        assert {"event", "team", "channel", "reference"} <= line.keys(), line
        at_work = line["logger"].startswith("handlers.") or line.get("job") in answer_jobs()
        assert not at_work or line["reference"], line
        assert not [text for text in said if text in str(line.values())], line


def written_in(body: Any) -> Iterator[str]:
    """What people wrote of a delivery: its texts that are no single words."""
    form = parse_qs(body) if isinstance(body, str) else {}
    if form:
        body = json.loads(form["payload"][0]) if "payload" in form else {name: all[0] for name, all in form.items()}
    for text in words_in(body):
        if " " in text and len(text) >= SHORTEST_HIDDEN:
            yield text


__all__ = ["Bot", "RedisProcess", "Scene", "scene"]
