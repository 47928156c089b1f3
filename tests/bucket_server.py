"""A real S3 server: SeaweedFS in one process, on free ports of loopback, in a folder of its own.

It is started by a test that asks for it, ends with whoever started it, and forgets nothing when it is killed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import msgspec
import obstore
import pytest
from obstore.exceptions import BaseError

from bot.files.bucket_store import opened_bucket
from bot.files.file_areas import file_areas
from bot.files.file_store import FileStore
from bot.files.folder_store import FolderStore
from bot.kernel import child_process
from bot.kernel.settings import Secret, Settings
from tests.free_ports import free_port

BUCKET, KEY, SECRET = "replaybook-tests", "AKIDOFTHETESTS", "secret-of-the-tests"
LONGEST_S = 120.0
_PARTS = ("master", "volume", "filer", "s3", "admin")
_OFF = ("-webdav=false", "-admin.ui=false", "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false")


class BucketServer:
    """`start` and `kill` as often as wanted: ports and data stay."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="s3-"))
        self._ports = _free_ports([f"{part}.port{kind}" for part in _PARTS for kind in ("", ".grpc")])
        self._process: subprocess.Popen[bytes] | None = None
        self._begun = False
        self.url = f"http://127.0.0.1:{self._ports['s3.port']}"

    def start(self) -> None:
        """Returns when it answers."""
        weed = Path(sys.executable).with_name("weed")
        ports = [f"-{name}={port}" for name, port in self._ports.items()]
        own = [f"-dir={self.folder}", f"-bucket={BUCKET}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", *_OFF, *ports]
        command = [str(weed if weed.exists() else shutil.which("weed")), "-logtostderr=true", "mini", *own]
        # Its first keys become those of an administrator; without any, everybody may write.
        environment = {**os.environ, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
        leash = [sys.executable, str(child_process.__file__), str(os.getpid())]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*leash, *command], stdout=log, stderr=log, cwd=self.folder, env=environment
            )
        self._wait()

    def _wait(self) -> None:
        assert self._process is not None
        begun = time.monotonic()
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() - begun > LONGEST_S:
                self.kill()
                raise RuntimeError((self.folder / "log").read_text(errors="replace")[-3000:])
            time.sleep(0.05)

    def _answers(self) -> bool:
        """Whether what was stored before can be read, and more be stored: so much that it isn't kept with its name."""
        place = opened_bucket(self.settings(""), BUCKET, "ready")
        try:
            if self._begun:
                obstore.get(place, "ready").bytes()
            obstore.put(place, "ready", b"x" * 100_000)
        except BaseError:
            return False
        self._begun = True
        return True

    def kill(self) -> None:
        """-9: on SIGTERM it would wait for 10 to 15 seconds."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def settings(self, prefix: str, **others: object) -> Settings:
        """Those of a bot with its files below the prefix."""
        own = Settings(
            files=f"s3://{BUCKET}/{prefix}",
            files_endpoint=self.url,
            files_region="us-east-1",
            files_key=Secret(KEY),
            files_secret=Secret(SECRET),
        )
        return msgspec.structs.replace(own, **others)

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def bucket_server() -> Iterator[BucketServer]:
    """Started for the first test that asks for it, for all tests of this process. It runs again after a test."""
    server = BucketServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(params=["folder", "bucket"])
def file_store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    """An empty FileStore of each engine."""
    if request.param == "folder":
        return FolderStore(tmp_path / "store")
    server: BucketServer = request.getfixturevalue("bucket_server")
    return file_areas(server.settings(str(uuid.uuid4()))).segments


def _free_ports(names: list[str]) -> dict[str, int]:
    ports = set[int]()
    while len(ports) < len(names):
        ports.add(free_port("127.0.0.1"))
    return dict(zip(names, sorted(ports), strict=True))
