"""The seccomp profile of workers: Chromium keeps its sandbox under it, and needs each thing that it adds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.replay.stage.browser import find_browser
from tests.cli.conftest import RAGE

PROFILE = Path("deploy/seccomp.json").absolute()
UNDER = Path(__file__).with_name("under_seccomp.py")
NOBODY = 65534
NEW_USER, NEW_PID, NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
EVERY_NAMESPACE = 0x7E020000
"""The flags of clone that Docker's default profile forbids, one for each kind of namespace."""
WITH_CONDITIONS = {"socket", "personality", "clone", "unshare", "clone3"}
PAGE = "data:text/html,<p id=sum></p><script>sum.textContent = 6 * 7</script>"

Profile = dict[str, Any]
Change = Callable[[Profile], object]


@pytest.fixture
def profile() -> Profile:
    read: Profile = json.loads(PROFILE.read_text())
    return read


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everybody may write to, and reach: the one of the tests' run is closed to other users."""
    with tempfile.TemporaryDirectory(prefix="replaybook-test-", dir="/tmp") as made:
        Path(made).chmod(0o777)
        yield Path(made)


def rules(profile: Profile, name: str) -> list[dict[str, Any]]:
    return [rule for rule in profile["syscalls"] if name in rule["names"]]


def without(name: str) -> Change:
    return lambda profile: profile["syscalls"].remove(rules(profile, name)[0])


def clone_without(flags: int) -> Change:
    def change(profile: Profile) -> None:
        rules(profile, "clone")[0]["args"][0]["value"] |= flags

    return change


def page_shown(profile: Profile, folder: Path, user: int = NOBODY) -> bool:
    """Whether Chromium, as an ordinary user, with its sandbox and under the profile, runs the script of a page."""
    (folder / "profile.json").write_text(json.dumps(profile))
    browser, _ = find_browser(os.environ.get("REPLAYBOOK_BROWSER"))
    done = subprocess.run(
        [sys.executable, UNDER, folder / "profile.json", str(user), browser,
         "--headless", "--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={folder / 'home'}",
         "--dump-dom", PAGE],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        cwd="/",
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
    )  # fmt: skip
    return ">42</p>" in done.stdout


def test_chromium_keeps_its_sandbox_under_the_profile(profile: Profile, folder: Path) -> None:
    assert page_shown(profile, folder)


@pytest.mark.parametrize(
    "change",
    [
        without("chroot"),
        without("unshare"),
        clone_without(NEW_USER),
        clone_without(NEW_PID),
        clone_without(NEW_NETWORK),
    ],
    ids=["chroot", "unshare", "a new user namespace", "a new process-id namespace", "a new network namespace"],
)
def test_nothing_is_added_that_chromium_can_do_without(profile: Profile, folder: Path, change: Change) -> None:
    change(profile)
    assert not page_shown(profile, folder)


def test_a_clip_is_made_under_the_profile(folder: Path) -> None:
    """All of the product: Python, Chromium, the encoder. (As root without Chromium's sandbox, which refuses root.)"""
    command = (sys.executable, "-m", "bot", "clip", RAGE, "-o", folder / "clip.gif", "--width", "320", "--fps", "4")
    done = subprocess.run(
        [sys.executable, UNDER, PROFILE, str(os.geteuid()), *command, "--from", "28000", "--to", "29000"],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "REPLAYBOOK_DATA": str(folder), "PYTHONPATH": "."},
    )
    assert done.returncode == 0, done.stderr
    assert (folder / "clip.gif").read_bytes()[:4] == b"GIF8"


def test_what_is_added_is_what_the_readme_says(profile: Profile) -> None:
    [clone], [unshare], [chroot] = (rules(profile, name) for name in ("clone", "unshare", "chroot"))
    allowed = NEW_USER | NEW_PID | NEW_NETWORK
    assert clone["args"] == [_no_flag_of(EVERY_NAMESPACE & ~allowed)]
    assert unshare["args"] == [_no_flag_of(0xFFFFFFFF & ~NEW_USER)]
    assert "args" not in chroot
    text = Path("deploy/README.md").read_text()
    for mask in (EVERY_NAMESPACE, EVERY_NAMESPACE & ~allowed, 0xFFFFFFFF & ~NEW_USER):
        assert f"`0x{mask:08X}`" in text


def test_everything_else_is_refused(profile: Profile) -> None:
    assert (profile["defaultAction"], profile["defaultErrnoRet"]) == ("SCMP_ACT_ERRNO", 1)
    names = {name for rule in profile["syscalls"] for name in rule["names"]}
    dangerous = {
        "mount", "umount2", "setns", "pivot_root", "open_tree", "move_mount", "fsopen", "fsmount", "bpf",
        "perf_event_open", "userfaultfd", "keyctl", "add_key", "request_key", "io_uring_setup", "kexec_load",
        "init_module", "finit_module", "reboot", "swapon", "iopl", "ioperm", "settimeofday", "open_by_handle_at",
        "acct", "quotactl", "nfsservctl",
    }  # fmt: skip
    assert not names & dangerous
    assert {rule["action"] for rule in profile["syscalls"] if rule["names"] != ["clone3"]} == {"SCMP_ACT_ALLOW"}
    assert rules(profile, "clone3") == [{"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]
    assert {rule["args"][0]["value"] for rule in rules(profile, "socket")} == {1, 2, 10, 16}


def test_it_is_read_alike_by_docker_and_containerd(profile: Profile) -> None:
    """containerd takes the runtime's own form, and ignores what only Docker knows: its conditions would be lost."""
    assert set(profile) == {"defaultAction", "defaultErrnoRet", "architectures", "syscalls"}
    seen: list[str] = []
    for rule in profile["syscalls"]:
        assert set(rule) <= {"names", "action", "args", "errnoRet"}
        conditions = WITH_CONDITIONS & set(rule["names"])
        assert not conditions or len(rule["names"]) == 1
        seen += [] if rule.get("args") else rule["names"]
    assert len(seen) == len(set(seen))


def _no_flag_of(mask: int) -> dict[str, Any]:
    return {"index": 0, "value": mask, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}
