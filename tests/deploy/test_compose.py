"""The compose files: valid, closed to the outside, and in agreement with the image and the product."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema

from tests.deploy.manifests import (
    COMPOSE,
    DIGEST,
    health_paths,
    image_port,
    instructions,
    leaves,
    ours,
    refused,
    services,
    variables,
)

SMALL, REPLICATED = COMPOSE
each_file = pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)


@cache
def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


@each_file
def test_it_is_valid(path: Path) -> None:
    schema = get_builtin_schema("vendor.compose-spec")
    jsonschema.Draft202012Validator(schema).validate(read(path))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate({**read(path), "service": {}})


@each_file
def test_every_variable_is_a_setting(path: Path) -> None:
    given = {name for service in ours(path).values() for name in service["environment"]}
    assert given
    assert given <= variables()


@each_file
def test_a_process_is_started_by_a_command_that_there_is(path: Path) -> None:
    [default] = instructions("CMD")
    commands = {
        name: service.get("command", [word.strip("[],") for word in default]) for name, service in ours(path).items()
    }
    assert {name: refused(command) for name, command in commands.items()} == dict.fromkeys(commands, "")
    assert {command[0] for command in commands.values()} >= {"serve", "worker"}
    for command in commands.values():
        assert "--port" not in command or command[command.index("--port") + 1] == str(image_port())


@each_file
def test_a_process_has_no_rights_and_writes_only_where_the_image_says(path: Path) -> None:
    [[data]] = instructions("VOLUME")
    for name, service in ours(path).items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
        mounts = [volume.split(":")[1] for volume in service.get("volumes", ())]
        assert {*(each.split(":")[0] for each in service["tmpfs"]), *mounts} == {data, "/tmp"}
        assert service["mem_limit"]


@each_file
def test_only_workers_have_the_wider_seccomp_profile(path: Path) -> None:
    for name, service in ours(path).items():
        profiles = [each.removeprefix("seccomp=") for each in service["security_opt"] if each.startswith("seccomp=")]
        assert bool(profiles) == (service.get("command", [""])[0] == "worker"), name
        assert all((path.parent / profile).resolve() == Path("deploy/seccomp.json").resolve() for profile in profiles)


def test_a_folder_in_memory_belongs_to_the_user_of_the_image() -> None:
    [[user]] = instructions("USER")
    uid, gid = user.split(":")
    for service in ours(REPLICATED).values():
        [data] = [each for each in service["tmpfs"] if each.startswith("/data:")]
        assert f"uid={uid}" in data
        assert f"gid={gid}" in data


@each_file
def test_images_that_are_not_built_are_named_by_digest(path: Path) -> None:
    images = {name: service["image"] for name, service in services(path).items() if name not in ours(path)}
    assert images
    assert [name for name, image in images.items() if not DIGEST.fullmatch(image)] == []
    built = {(service["image"], str(service["build"])) for service in ours(path).values()}
    assert len(built) == 1


@each_file
def test_only_the_balancer_is_reached_from_other_machines(path: Path) -> None:
    for name, service in services(path).items():
        ports = service.get("ports", [])
        assert name == "balancer" or all(port.startswith("127.0.0.1:") for port in ports), name
    assert read(path)["networks"]["engines"] == {"internal": True}
    engines = [name for name in services(path) if name not in {*ours(path), "balancer"}]
    assert all(services(path)[name]["networks"] == ["engines"] for name in engines)


@each_file
def test_whoever_is_waited_for_says_when_it_is_ready(path: Path) -> None:
    all_of_them = services(path)
    image_checks = bool(instructions("HEALTHCHECK"))
    for name, service in all_of_them.items():
        for other, wait in service.get("depends_on", {}).items():
            checked = all_of_them[other].get("healthcheck", {"test": image_checks and "build" in all_of_them[other]})
            if wait["condition"] == "service_healthy":
                assert checked.get("test"), (name, other)
            else:
                assert (wait["condition"], other) == ("service_completed_successfully", "migrate")
    [check] = [" ".join(words) for words in instructions("HEALTHCHECK")]
    assert any(f"'{path}'" in check for path in health_paths())


@each_file
def test_engines_keep_what_they_have_on_volumes_of_their_own(path: Path) -> None:
    volumes = read(path)["volumes"]
    kept = {name: service.get("volumes", []) for name, service in services(path).items()}
    used = [volume.split(":")[0] for each in kept.values() for volume in each if not volume.startswith(".")]
    assert set(used) == set(volumes)
    engines = [name for name in services(path) if name not in {*ours(path), "balancer"}]
    assert all(len(kept[name]) == 1 for name in engines)
    if path == REPLICATED:
        assert not any(kept[name] for name in ours(path)), "no process keeps anything that another one needs"


def test_what_has_to_be_given_is_in_the_example_and_nothing_else() -> None:
    lines = Path("deploy/example.env").read_text().splitlines()
    example = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    needed = set(re.findall(r"\$\{(\w+):\?\}", REPLICATED.read_text()))
    assert needed <= example.keys()
    assert example.keys() - needed <= variables()
    secrets = [name for name in example if re.search("PASSWORD|SECRET|TOKEN|KEYS", name)]
    assert {example[name].strip("'") for name in secrets} == {""}
    given = [str(each).replace("$$", "") for each in leaves(read(REPLICATED))]
    assert not [each for each in given if "$" in re.sub(r"\$\{\w+:(?:\?|-)\}", "", each)]
    may_be_given = set(re.findall(r"\$\{(\w+):-\}", REPLICATED.read_text()))
    assert may_be_given == {line[2:].split("=")[0] for line in lines if re.match(r"# [A-Z_]+=", line)}


def test_the_balancer_leads_to_services_and_gets_what_it_asks_for() -> None:
    text = Path("deploy/Caddyfile").read_text()
    assert set(re.findall(r"import replicas (\w+)", text)) <= ours(REPLICATED).keys()
    assert f"port {image_port()}" in text
    balancer = services(REPLICATED)["balancer"]
    assert set(re.findall(r"\{\$(\w+)\}", text)) == balancer["environment"].keys()
    mounted = {
        Path(REPLICATED.parent, volume.split(":")[0]) for volume in balancer["volumes"] if volume.startswith(".")
    }
    assert {path.resolve() for path in mounted} == {Path("deploy/Caddyfile").resolve()}


def test_the_lock_of_the_image_has_what_its_settings_need() -> None:
    locks = {service["build"]["args"]["LOCK"] for service in ours(REPLICATED).values()}
    assert locks == {"requirements-all.lock"}
    assert all(
        (REPLICATED.parent / service["build"]["context"]).resolve() == Path().resolve()
        for service in ours(REPLICATED).values()
    )
