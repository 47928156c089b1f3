"""Finding Chromium, starting it on a pair of pipes, and ending it with all its children."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.kernel.errors import Unavailable
from bot.kernel.processes import TemporaryFolder, in_a_thread
from bot.replay.stage.pipe import Pipe

Kind = Literal["shell", "chromium"]
HOMES = "replaybook-browser-"
"""Begins the names of the browsers' temporary folders."""
END_S = 10.0
"""A killed browser that isn't gone by then hangs in the kernel; nobody waits for it any longer."""
LOOK_EVERY_S = 0.005

NAMES: tuple[tuple[str, Kind], ...] = (
    ("chromium-headless-shell", "shell"),
    ("chrome-headless-shell", "shell"),
    ("chromium", "chromium"),
    ("chromium-browser", "chromium"),
    ("google-chrome", "chromium"),
    ("google-chrome-stable", "chromium"),
)
PLAYWRIGHT_GLOBS: tuple[tuple[str, Kind], ...] = (
    ("chromium_headless_shell-*/*/*headless*shell", "shell"),
    ("chromium-*/chrome-*/chrome", "chromium"),
)

LOOKS = (
    "--headless",
    "--remote-debugging-pipe=cbor",
    "--disable-gpu",
    "--hide-scrollbars",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    "--disable-lcd-text",
)
QUIET = (
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--disable-breakpad",
    "--mute-audio",
    "--disable-dev-shm-usage",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-features=Translate,MediaRouter,OptimizationHints,AutofillServerCommunication,PaintHolding",
)
# No name resolves, and every connection would go through a proxy that nobody serves. Loopback bypasses a proxy
# unless the bypass list takes that rule back.
UNPLUGGED = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)
# The page draws when it is told to, and a screenshot comes with the frame: 16 ms instead of 23.
BEGIN_FRAME = (
    "--enable-begin-frame-control",
    "--run-all-compositor-stages-before-draw",
    "--disable-new-content-rendering-timeout",
    "--disable-threaded-animation",
    "--disable-threaded-scrolling",
    "--disable-checker-imaging",
    "--disable-image-animation-resync",
    "--enable-surface-synchronization",
)
NO_VSYNC = ("--disable-gpu-vsync", "--disable-frame-rate-limit")


def find_browser(configured: str | None = None) -> tuple[str, Kind]:
    """Path and kind of the browser: the configured one, else the PATH, else what Playwright has downloaded.

    Raises `Unavailable` when there is none.
    """
    if configured:
        path = shutil.which(configured)
        if path is None:
            raise Unavailable(
                "REPLAYBOOK_BROWSER names %(program)s, which is not a program that can be started.", program=configured
            )
        return path, "shell" if "headless" in Path(path).name else "chromium"
    for path, kind in _candidates():
        return path, kind
    raise Unavailable(
        "No Chromium was found to play recordings. Install chromium-headless-shell or chromium, "
        "or name one in REPLAYBOOK_BROWSER."
    )


def _candidates() -> Iterator[tuple[str, Kind]]:
    for name, kind in NAMES:
        path = shutil.which(name)
        if path is not None:
            yield path, kind
    home = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    for glob, kind in PLAYWRIGHT_GLOBS:
        for program in sorted(home.glob(glob), reverse=True):
            if os.access(program, os.X_OK):
                yield str(program), kind


def may_sandbox() -> bool:
    """Chromium's own sandbox refuses to work for root."""
    return os.geteuid() != 0


@dataclass(slots=True)
class Browser:
    """A running browser. `pid` leads a process group of its own, so that nothing of it outlives `end`."""

    pid: int
    pipe: Pipe
    kind: Kind
    folder: TemporaryFolder
    begin_frame: bool
    _gone: asyncio.Future[None] | None = None

    @property
    def home(self) -> str:
        """The path of its folder."""
        return str(self.folder.path)

    def end(self) -> asyncio.Future[None]:
        """Kills the browser with its children at once. Awaited, it has ended and its folder is gone.

        May be called twice. It goes on to the end in a thread of its own, whoever is cancelled meanwhile.
        """
        self.pipe.close()
        if self._gone is None:  # else its number may be that of somebody else's processes by now
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            self._gone = in_a_thread(_bury, self.pid, self.folder)
        return asyncio.shield(self._gone)


def _bury(pid: int, folder: TemporaryFolder) -> None:
    until = time.monotonic() + END_S
    while not _has_ended(pid) and time.monotonic() < until:
        time.sleep(LOOK_EVERY_S)
    folder.remove()


def _has_ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def launch(
    path: str,
    kind: Kind,
    *,
    sandbox: bool | None = None,
    unplugged: bool = True,
    begin_frame: bool | None = None,
) -> Browser:
    """Starts the browser; returns before it answers. `sandbox` and `begin_frame` are on where they can be."""
    frames = kind == "shell" if begin_frame is None else begin_frame
    folder = TemporaryFolder(HOMES)
    home = str(folder.path)
    flags = [*LOOKS, *QUIET, *(BEGIN_FRAME if frames else NO_VSYNC), f"--user-data-dir={home}"]
    if unplugged:
        flags += UNPLUGGED
    if not (may_sandbox() if sandbox is None else sandbox):
        flags.append("--no-sandbox")
    theirs_in, ours_out = _high_pipe()
    ours_in, theirs_out = _high_pipe()
    try:
        pid = _spawn(path, flags, theirs_in, theirs_out, home)
    except OSError as failed:
        os.close(ours_in)
        os.close(ours_out)
        folder.remove()
        raise Unavailable("Chromium at %(path)s could not be started.", path=path) from failed
    finally:
        os.close(theirs_in)
        os.close(theirs_out)
    return Browser(pid, Pipe(ours_in, ours_out), kind, folder, frames)


def _spawn(path: str, flags: list[str], reading: int, writing: int, home: str) -> int:
    silence = (os.POSIX_SPAWN_OPEN, os.O_RDWR)
    actions: list[tuple[int, ...] | tuple[int, int, str, int, int]] = [
        (silence[0], 0, os.devnull, silence[1], 0),
        (silence[0], 1, os.devnull, silence[1], 0),
        (silence[0], 2, os.devnull, silence[1], 0),
        (os.POSIX_SPAWN_DUP2, reading, 3),  # Chromium reads commands from 3 and answers on 4
        (os.POSIX_SPAWN_DUP2, writing, 4),
    ]
    known = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "FONTCONFIG_FILE") if name in os.environ}
    return os.posix_spawn(
        path, [path, *flags, "about:blank"], {**known, "HOME": home}, file_actions=actions, setpgroup=0
    )


def _high_pipe() -> tuple[int, int]:
    """A pipe whose ends are not 3 or 4, so that neither is overwritten while they are moved there."""
    ends = os.pipe()
    moved = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends)
    for end in ends:
        os.close(end)
    return moved[0], moved[1]
