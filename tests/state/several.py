"""Real servers on loopback: a Cluster of three, and a primary with a replica and a Sentinel. They end with the test."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.kernel import child_process
from bot.state.embedded_server import server_program
from tests.free_ports import free_port
from tests.polling import until

HOST = "127.0.0.1"
SLOTS = 16384
PASSWORD, IN_THE_URL = "pass/w%rd:@", "pass%2Fw%25rd%3A%40"


@dataclass
class Server:
    """One process of `valkey-server`; `kill` is -9."""

    folder: Path
    options: dict[str, Any]
    watching: tuple[str, ...] = ()
    """Lines of a Sentinel's configuration; a Sentinel has no password."""
    port: int = field(default_factory=lambda: free_port(HOST))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Server]:
        await asyncio.to_thread(self._write)
        command = [server_program(), str(self.folder / "config"), *(["--sentinel"] if self.watching else [])]
        parent = [sys.executable, "-I", "-S", child_process.__file__, str(os.getpid())]  # it dies with these tests
        self.process = await asyncio.create_subprocess_exec(
            *parent, *command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        try:
            await until(self.answers)
            yield self
        finally:
            await self.kill()

    async def kill(self) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()

    async def ask(self, *command: str | int) -> Any:
        async with Redis(host=HOST, port=self.port, password=None if self.watching else PASSWORD) as client:
            return await client.execute_command(*command)

    async def answers(self) -> bool:
        with suppress(RedisError, OSError):
            return bool(await self.ask("PING"))
        return False

    async def follows(self) -> bool:
        """Whether it is a replica that has all of its primary's data."""
        role = await self.ask("ROLE")
        return bool(role[0] == b"slave" and role[3] == b"connected")

    async def feeds(self) -> bool:
        """Whether it is a primary and knows of a replica that has all of its data: a moment after that says so."""
        role = await self.ask("ROLE")
        return bool(role[0] == b"master" and role[2])

    def _write(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "config").write_text("".join(f"{line}\n" for line in self._lines()))

    def _lines(self) -> Iterator[str]:
        given = {"port": self.port, "bind": HOST, "dir": self.folder, "logfile": self.folder / "log", **self.options}
        yield from (f"{name} {value}" for name, value in given.items())
        yield from self.watching
        if not self.watching:
            yield from (f'{name} "{PASSWORD}"' for name in ("requirepass", "masterauth"))


@dataclass
class Several:
    """`primaries` take writes at the start; each has the replica at its place, if there are any."""

    url: str
    primaries: list[Server]
    replicas: list[Server]


@asynccontextmanager
async def cluster(folder: Path, *, replicas: bool = False) -> AsyncIterator[Several]:
    """Three servers with a third of the slots each; with `replicas`, each with one that takes over soon."""
    async with AsyncExitStack() as stack:
        servers = []
        for number in range(6 if replicas else 3):
            options = {
                "cluster-enabled": "yes", "cluster-port": free_port(HOST), "cluster-node-timeout": 1000, "save": '""',
                "cluster-replica-validity-factor": 0, "repl-diskless-sync-delay": 0, "appendonly": "yes",
            }  # fmt: skip
            servers.append(await stack.enter_async_context(Server(folder / str(number), options).running()))
        for server in servers[1:]:
            await servers[0].ask("CLUSTER", "MEET", HOST, server.port, server.options["cluster-port"])
        primaries, others = servers[:3], servers[3:]
        for number, server in enumerate(primaries):
            await server.ask("CLUSTER", "ADDSLOTSRANGE", SLOTS * number // 3, SLOTS * (number + 1) // 3 - 1)
        await until(partial(_agree, servers))
        for primary, replica in zip(primaries, others, strict=False):
            await replica.ask("CLUSTER", "REPLICATE", (await primary.ask("CLUSTER", "MYID")).decode())
        for replica in others:
            await until(replica.follows)
        for primary in primaries if others else ():
            await until(primary.feeds)
        nodes = ",".join(f"{HOST}:{server.port}" for server in servers)
        yield Several(f"redis+cluster://:{IN_THE_URL}@{nodes}", primaries, others)


async def _agree(servers: list[Server]) -> bool:
    told = [(await server.ask("CLUSTER", "INFO")).decode() for server in servers]
    return all("cluster_state:ok" in it and f"cluster_known_nodes:{len(servers)}" in it for it in told)


@asynccontextmanager
async def sentinel(folder: Path) -> AsyncIterator[Several]:
    """A primary, its replica, and a Sentinel that makes the replica the primary once that one is gone."""
    options: dict[str, Any] = {"save": '""', "repl-diskless-sync-delay": 0, "appendonly": "yes"}
    primary = Server(folder / "primary", options)
    replica = Server(folder / "replica", {**options, "replicaof": f"{HOST} {primary.port}"})
    watching = (
        f"sentinel monitor shop {HOST} {primary.port} 1",
        f'sentinel auth-pass shop "{PASSWORD}"',
        "sentinel down-after-milliseconds shop 700",
        "sentinel failover-timeout shop 3000",
    )
    watcher = Server(folder / "sentinel", {}, watching)
    async with primary.running(), replica.running():
        await until(replica.follows)
        await until(primary.feeds)
        async with watcher.running():

            async def knows_the_replica() -> bool:
                return len(await watcher.ask("SENTINEL", "REPLICAS", "shop")) == 1

            await until(knows_the_replica)
            yield Several(f"redis+sentinel://:{IN_THE_URL}@{HOST}:{watcher.port}/shop", [primary], [replica])
