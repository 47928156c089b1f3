"""Bots and workers as processes of their own behind a balancer: they share Redis, Datadog's stand-in and a folder."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import cycle
from pathlib import Path
from typing import Any, cast

import aiohttp
import msgspec
from aiohttp import web

from bot.kernel.clock import seconds_of
from bot.kernel.settings import Secret, Settings
from bot.providers.datadog.datadog_settings import DatadogSettings
from bot.state.connection import connected
from standins.datadog.datadog_server import running
from standins.datadog.world import World
from standins.serving import served
from standins.slack.seed import demo_seed
from standins.slack.workspace import Workspace
from standins.slack.workspace_config import WorkspaceConfig
from tests.free_ports import free_port
from tests.handlers.house import SMALL_CLIPS, living, until
from tests.handlers.killing import SECRET, TOKEN, UP_S, Bot, Scene
from tests.moments import ahead_of


class Replicas:
    """In the place of a scene's one bot. `kill` is -9 for any of the processes."""

    def __init__(
        self, settings: Settings, folder: Path, *, bots: int, workers: int, seed: int, apart_s: float = 0.0
    ) -> None:
        """The clock of each bot is so many seconds ahead of that of the one before."""
        self.ports = [free_port() for _ in range(bots)]
        self.bots = [
            Bot(
                msgspec.structs.replace(settings, port=port, clock_ahead_s=settings.clock_ahead_s + apart_s * number),
                folder / f"bot-{port}.log",
                ROLE="bot" if workers else "",
            )
            for number, port in enumerate(self.ports)
        ]
        self.workers = [Bot(settings, folder / f"worker-{number}.log", ROLE="worker") for number in range(workers)]
        self._chance = random.Random(seed)

    @property
    def every(self) -> list[Bot]:
        return [*self.bots, *self.workers]

    @property
    def deaths(self) -> int:
        return sum(process.deaths for process in self.every)

    @property
    def log(self) -> str:
        return "".join(process.log for process in self.every)

    def kill(self) -> None:
        self._chance.choice(self.every).kill()

    def terminate(self) -> None:
        """SIGTERM for any of them: it ends when it has finished or handed back what it has, and is started again."""
        self._chance.choice(self.every).terminate()


@asynccontextmanager
async def replicas(
    folder: Path,
    redis_url: str,
    world: World,
    *,
    bots: int = 2,
    workers: int = 2,
    seed: int = 2026,
    apart_s: float = 0.0,
    **more: Any,
) -> AsyncIterator[Scene]:
    """A workspace whose deliveries go to a balancer in front of the bots. What is killed is started again."""
    page, front = free_port(), free_port()
    root = f"http://127.0.0.1:{page}"
    async with AsyncExitStack() as stack:
        datadog = await stack.enter_async_context(running(world))
        theirs = DatadogSettings(api_key=Secret(world.api_key), app_key=Secret(world.app_key), url=datadog)
        shared = {"data": folder / "shared", "redis_url": Secret(redis_url), "port": front, "providers": (theirs,)}
        settings = _settings(root, front, clock_ahead_s=ahead_of(world.clock), **shared, **more)
        every = Replicas(settings, folder, bots=bots, workers=workers, seed=seed, apart_s=apart_s)
        workspace = Workspace(
            WorkspaceConfig(
                folder / "workspace",
                root,
                f"http://127.0.0.1:{front}/slack/events",
                TOKEN,
                SECRET,
                demo_seed(),
                clock=seconds_of(world.clock),
                retry_delays=(0.5, 2.0, 4.0),
            )
        )
        await stack.enter_async_context(living(workspace, page))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        await stack.enter_async_context(balancer(front, every.ports, session))
        for process in every.every:
            await stack.enter_async_context(process.kept())
        redis = await stack.enter_async_context(connected(redis_url))
        nobody = cast(Any, None)
        here = Scene(root, nobody, settings, session, redis, world.clock, bot=cast(Bot, every), workspace=workspace)
        for port in every.ports:
            await until(lambda port=port: _is_up(session, port), UP_S)  # type: ignore[misc]
        here.asked_for.update(("expired_trigger_id", "exchanged_trigger_id"))  # of a press that is handled again
        yield here
        refused = await here.refused()
        assert not refused, [(method, error) for method, error, _ in refused]


def _settings(root: str, front: int, **more: Any) -> Settings:
    """Of bots behind the address `front`, whose Slack is at `root`."""
    usual = {
        "public_url": f"http://127.0.0.1:{front}",
        "slack_api_url": f"{root}/api/",
        "slack_bot_token": Secret(TOKEN),
        "slack_signing_secret": Secret(SECRET),
        "notebooks": "local",
        "tracker": "local",
        "web_access": "open",
    }
    return Settings(**{**usual, **SMALL_CLIPS, **more})


async def _is_up(session: aiohttp.ClientSession, port: int) -> bool:
    try:
        async with session.get(f"http://127.0.0.1:{port}/healthz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


@asynccontextmanager
async def balancer(front: int, ports: Sequence[int], session: aiohttp.ClientSession) -> AsyncIterator[None]:
    """Gives requests to the bots in turns, leaves out those where nobody listens, and repeats nothing that was sent."""
    turns = cycle(ports)

    async def pass_on(request: web.Request) -> web.Response:
        body = await request.read()
        for _ in ports:
            to = f"http://127.0.0.1:{next(turns)}{request.raw_path}"
            try:
                sent = session.request(request.method, to, headers=request.headers, data=body, allow_redirects=False)
                async with sent as answer:
                    kind = {"Content-Type": answer.headers.get("Content-Type", "text/plain")}
                    return web.Response(status=answer.status, body=await answer.read(), headers=kind)
            except aiohttp.ClientConnectorError:
                continue
            except aiohttp.ClientError:
                return web.Response(status=502)
        return web.Response(status=503)

    app = web.Application(client_max_size=64_000_000)
    app.router.add_route("*", "/{path:.*}", pass_on)
    async with served(app, port=front, shutdown_s=0.2):
        yield
