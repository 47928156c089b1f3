"""The image: all that it is made of is there, named exactly, and as the set-up installs it."""

from __future__ import annotations

import re
from pathlib import Path

from scripts.setup import DEBIAN_BROWSER, DEBIAN_FONTS
from tests.deploy.manifests import DIGEST, instructions

EXTRAS = {"asyncpg", "clickhouse-connect", "obstore"}


def locked(lock: str) -> dict[str, str]:
    """Versions by package; one that depends on the Python has several, one after the other."""
    entries = re.findall(r"^([a-z0-9._-]+)(?:\[.*\])?==(\S+)", Path(lock).read_text(), re.MULTILINE)
    return {name: " ".join(version for other, version in entries if other == name) for name, _ in entries}


def test_the_image_can_copy_what_it_copies() -> None:
    """What `.dockerignore` doesn't let through is not there for the build."""
    let_through = {line[1:] for line in Path(".dockerignore").read_text().splitlines() if line.startswith("!")}
    patterns = {word for words in instructions("COPY") if not words[0].startswith("--from") for word in words[:-1]}
    copied = {str(path) for pattern in patterns for path in Path().glob(pattern)}
    assert {"bot", "requirements.lock", "requirements-all.lock"} <= copied == let_through
    assert all(list(Path().glob(pattern)) for pattern in patterns)


def test_stages_are_copied_from_stages_that_there_are() -> None:
    stages = {words[-1] for words in instructions("FROM") if "AS" in words}
    sources = {word.partition("=")[2] for words in instructions("COPY") for word in words if word.startswith("--from")}
    assert sources <= stages


def test_bases_are_named_by_digest() -> None:
    stages = {words[-1] for words in instructions("FROM") if "AS" in words}
    bases = [words[0] for words in instructions("FROM") if words[0] not in stages]
    assert len(bases) == 2
    assert all(DIGEST.fullmatch(base) for base in bases), bases


def test_it_does_not_run_as_root() -> None:
    """Kubernetes checks a number only."""
    [[user]] = instructions("USER")
    [made] = [words for words in instructions("RUN") if "useradd" in words]
    assert user == f"{made[made.index('--uid') + 1]}:{made[made.index('--uid') + 1]}"
    assert int(user.partition(":")[0]) > 0


def test_it_installs_the_debian_packages_of_the_set_up() -> None:
    [installed] = [words for words in instructions("RUN") if "apt-get" in words]
    assert {*DEBIAN_BROWSER, *DEBIAN_FONTS, "tini"} <= set(installed)


def test_the_extras_have_a_lock_that_agrees_with_the_others() -> None:
    small, extras, development = (locked(f"requirements{kind}.lock") for kind in ("", "-all", "-dev"))
    assert small.items() <= extras.items() <= development.items()
    assert not EXTRAS & small.keys()
    assert extras.keys() >= EXTRAS
    assert instructions("ARG") == [("LOCK=requirements.lock",)]


def test_its_health_is_asked_for_where_it_is_told() -> None:
    [check] = [" ".join(words) for words in instructions("HEALTHCHECK")]
    assert "'/healthz'" in check
    assert '"/healthz"' in Path("bot/web/health.py").read_text()
    [[port]] = instructions("EXPOSE")
    assert [f"REPLAYBOOK_PORT={port}"] == [word for words in instructions("ENV") for word in words if "_PORT=" in word]
