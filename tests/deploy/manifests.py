"""What the files of an installation say, and what the product says of itself, to hold one against the other."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from click import Context
from prometheus_client import CollectorRegistry

from bot.cli import COMMANDS, cli
from bot.kernel.settings import Settings
from bot.providers.registry import providers
from bot.web.health import health_routes
from bot.web.readiness import Readiness

KUBERNETES = Path("deploy/kubernetes")
COMPOSE = (Path("compose.yaml"), Path("deploy/compose.replicated.yaml"))
DIGEST = re.compile(r".+:.+@sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Manifest:
    path: Path
    body: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.path.relative_to(KUBERNETES)}:{self.body.get('kind')}/{self.body['metadata']['name']}"


@cache
def manifests() -> list[Manifest]:
    """Every object of Kubernetes, in the order of its file."""
    files = [path for path in sorted(KUBERNETES.glob("*/*.yaml")) if path.name not in NOT_OBJECTS]
    return [Manifest(path, body) for path in files for body in yaml.safe_load_all(path.read_text())]


NOT_OBJECTS = frozenset({"kustomization.yaml", "owners.yaml", "owners-patch.yaml"})


def pods() -> list[tuple[str, dict[str, Any]]]:
    """The name and the template of whatever makes pods."""
    kinds = ("Deployment", "Job", "DaemonSet")
    made = [each for each in manifests() if each.body["kind"] in kinds]
    jobs = [each for each in manifests() if each.body["kind"] == "CronJob"]
    return [
        *((str(each), each.body["spec"]["template"]) for each in made),
        *((str(each), each.body["spec"]["jobTemplate"]["spec"]["template"]) for each in jobs),
    ]


def containers() -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """The name, the container and the pod's spec of every container that runs a command of ours."""
    return [
        (f"{name}/{container['name']}", container, template["spec"])
        for name, template in pods()
        for container in template["spec"]["containers"]
        if "command" not in container
    ]


@cache
def services(path: Path) -> dict[str, dict[str, Any]]:
    read: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text())["services"]
    return read


def ours(path: Path) -> dict[str, dict[str, Any]]:
    """The services that run the product's own image."""
    return {name: service for name, service in services(path).items() if "build" in service}


@cache
def variables() -> frozenset[str]:
    """Every environment variable that is a setting."""
    tables = (Settings.table(), *(each.settings.table() for each in providers().values()))
    return frozenset(name for table in tables for name, _, _ in table)


def refused(arguments: list[str]) -> str:
    """Why the command line doesn't take these, or nothing."""
    if arguments[0] not in COMMANDS:
        return f"there is no command {arguments[0]}"
    command = cli.get_command(Context(cli), arguments[0])  # type: ignore[attr-defined]
    try:
        command.make_context(arguments[0], arguments[1:])
    except Exception as error:  # noqa: BLE001 - whatever it is, it is why
        return str(error)
    return ""


def health_paths() -> set[str]:
    async def nothing() -> None: ...

    return {route.path for route in health_routes(CollectorRegistry(), Readiness({}), nothing)}


@cache
def dockerfile() -> tuple[tuple[str, ...], ...]:
    """Each instruction of the Dockerfile as its words, in order; comments left out."""
    lines = [line for line in Path("Dockerfile").read_text().splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ").splitlines()
    return tuple(tuple(line.split(maxsplit=1)[:1] + shlex.split(line.split(maxsplit=1)[1])) for line in joined if line)


def instructions(name: str) -> list[tuple[str, ...]]:
    """The words of every instruction of one name."""
    return [words[1:] for words in dockerfile() if words[0] == name]


def image_port() -> int:
    [[port]] = instructions("EXPOSE")
    return int(port)


def leaves(part: Any) -> Iterator[Any]:
    """Every value that isn't made of others."""
    if isinstance(part, dict):
        for each in part.values():
            yield from leaves(each)
    elif isinstance(part, list):
        for each in part:
            yield from leaves(each)
    else:
        yield part
