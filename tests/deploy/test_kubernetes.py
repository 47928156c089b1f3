"""The manifests for Kubernetes: valid, complete, closed, and in agreement with the image and the product."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from bot.backlog.owners import Owners
from bot.kernel.metrics import Metrics
from bot.queue.job import ANSWERS, CLIPS
from bot.web.access.route_rules import RULES, RouteRule
from bot.web.install_pages import INSTALL, REDIRECT
from tests.deploy.manifests import (
    KUBERNETES,
    NOT_OBJECTS,
    Manifest,
    containers,
    health_paths,
    image_port,
    instructions,
    manifests,
    pods,
    refused,
    variables,
)

OLDEST = "1.30"
DOES_WITHOUT = {"bot": "?exclude=slack&exclude=clips", "worker": "?exclude=slack"}
"""The first with a pause before the end of a container, which bots need."""
KUSTOMIZATIONS = sorted(KUBERNETES.glob("*/kustomization.yaml"))
ALL, CONTAINERS = manifests(), containers()
by_name = pytest.mark.parametrize(("name", "container", "spec"), CONTAINERS, ids=[name for name, _, _ in CONTAINERS])


def kinds(*wanted: str) -> list[Manifest]:
    return [each for each in ALL if each.body["kind"] in wanted]


@pytest.mark.parametrize("version", [OLDEST, kubernetes_validate.latest_version()])
@pytest.mark.parametrize("manifest", ALL, ids=str)
def test_every_object_is_valid(manifest: Manifest, version: str) -> None:
    kubernetes_validate.validate(manifest.body, version, strict=True)


def test_what_is_not_valid_is_found() -> None:
    body = yaml.safe_load((KUBERNETES / "base" / "service-account.yaml").read_text())
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate({**body, "automount": True}, OLDEST, strict=True)


@pytest.mark.parametrize("path", KUSTOMIZATIONS, ids=lambda path: path.parent.name)
def test_a_kustomization_names_every_file_beside_it(path: Path) -> None:
    body = yaml.safe_load(path.read_text())
    files = [name for each in body.get("configMapGenerator", ()) for name in each.get("files", ())]
    named = {*body["resources"], *files, *(patch["path"] for patch in body.get("patches", ()))}
    beside = {each.name for each in path.parent.glob("*.yaml")} - {path.name}
    assert {name for name in named if not name.startswith("..")} == beside
    assert all((path.parent / name).exists() for name in named)


@by_name
def test_a_process_has_no_rights_and_writes_where_the_image_says(
    name: str, container: dict[str, Any], spec: dict[str, Any]
) -> None:
    pod, own = spec["securityContext"], container["securityContext"]
    [[user]] = instructions("USER")
    assert user == f"{pod['runAsUser']}:{pod['runAsGroup']}"
    assert pod["runAsNonRoot"]
    assert own == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert (spec["automountServiceAccountToken"], spec["serviceAccountName"]) == (False, "replaybook")
    mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    [[data]] = instructions("VOLUME")
    kept = {path for path, volume in mounts.items() if "persistentVolumeClaim" in volumes[volume]}
    assert kept == ({"/backups"} if container["args"][0] == "backup" else set())
    assert mounts.keys() - kept == {data, "/tmp"}
    assert all("sizeLimit" in volumes[mounts[path]]["emptyDir"] for path in mounts.keys() - kept), name
    assert "memory" in container["resources"]["limits"]


@by_name
def test_only_workers_have_the_wider_seccomp_profile(
    name: str, container: dict[str, Any], spec: dict[str, Any]
) -> None:
    profile = spec["securityContext"]["seccompProfile"]
    if container["args"][0] != "worker":
        assert profile == {"type": "RuntimeDefault"}, name
        return
    [(_, node)] = [each for each in pods() if each[0].startswith("seccomp/")]
    [volume] = [each["hostPath"]["path"] for each in node["spec"]["volumes"] if "hostPath" in each]
    [copied] = [each["command"][-1] for each in node["spec"]["initContainers"]]
    assert profile["type"] == "Localhost"
    assert f"/var/lib/kubelet/seccomp/{profile['localhostProfile']}" == f"{volume}/{copied.rpartition('/')[2]}"
    assert "--from-file=replaybook.json=deploy/seccomp.json" in (KUBERNETES / "seccomp/kustomization.yaml").read_text()


@by_name
def test_a_process_is_started_by_a_command_that_there_is(
    name: str, container: dict[str, Any], spec: dict[str, Any]
) -> None:
    assert not refused(container["args"]), name


@by_name
def test_a_process_is_asked_how_it_is_where_it_tells(
    name: str, container: dict[str, Any], spec: dict[str, Any]
) -> None:
    """It is started anew only when it doesn't answer itself, not when an engine is away."""
    probes = {
        kind: container[f"{kind}Probe"]["httpGet"]
        for kind in ("startup", "liveness", "readiness")
        if "ports" in container
    }
    assert {probe["path"].partition("?")[0] for probe in probes.values()} <= health_paths()
    if not probes:
        assert spec["restartPolicy"] in ("OnFailure", "Never"), name
        return
    paths = [probes[kind]["path"] for kind in ("startup", "liveness", "readiness")]
    # While Slack is away, or no worker runs, a process goes on taking in what comes.
    assert paths == ["/livez", "/livez", f"/readyz{DOES_WITHOUT.get(container['name'], '')}"]
    metrics = {"name": "metrics", "containerPort": int(metrics_port())}
    assert container["ports"] == [{"name": "http", "containerPort": image_port()}, metrics]
    assert {probe["port"] for probe in probes.values()} == {"http"}
    if "--port" in container["args"]:
        assert container["args"][container["args"].index("--port") + 1] == str(image_port())


def metrics_port() -> str:
    """The port of their own that the settings of every process give the metrics."""
    [base] = yaml.safe_load((KUBERNETES / "base" / "kustomization.yaml").read_text())["configMapGenerator"]
    [port] = [each.partition("=")[2] for each in base["literals"] if each.startswith("REPLAYBOOK_METRICS_PORT=")]
    return str(port)


def test_the_metrics_are_read_by_prometheus_alone_at_their_own_port() -> None:
    for each in kinds("Deployment"):
        notes = each.body["spec"]["template"]["metadata"]["annotations"]
        assert (notes["prometheus.io/port"], notes["prometheus.io/path"]) == (metrics_port(), "/metrics")
    opened = [
        (each.body["metadata"]["name"], port["port"])
        for each in kinds("NetworkPolicy")
        for rule in each.body["spec"].get("ingress", ())
        for port in rule["ports"]
    ]
    assert [name for name, port in opened if port == "metrics"] == ["replaybook-from-prometheus"]
    assert ("replaybook-from-prometheus", "http") not in opened
    services = [port["targetPort"] for each in kinds("Service") for port in each.body["spec"]["ports"]]
    assert set(services) == {"http"}


def test_every_variable_is_a_setting() -> None:
    literals = [
        literal.partition("=")[0]
        for path in KUSTOMIZATIONS
        for generator in yaml.safe_load(path.read_text()).get("configMapGenerator", ())
        for literal in generator.get("literals", ())
    ]
    assert len(literals) > 3
    assert set(literals) <= variables()
    set_there = [
        entry["name"] for _, container, _ in CONTAINERS for entry in container.get("env", ()) if "value" in entry
    ]
    assert set(set_there) <= variables()


def test_the_secrets_are_settings_and_none_is_in_git() -> None:
    lines = (KUBERNETES / "example" / "secrets.example.env").read_text().splitlines()
    secrets = dict(line.split("=", 1) for line in lines)
    assert secrets.keys() <= variables()
    assert all("…" in value for value in secrets.values())
    assert "secrets.env" in Path(".gitignore").read_text().splitlines()
    assert not kinds("Secret")
    # A file with an ellipsis in it, used as it is, is refused where it matters, not sent.
    assert not any("…" in str(each.body) for each in ALL)


def test_selectors_find_what_they_are_for() -> None:
    labels = [template["metadata"]["labels"] for _, template in pods()]
    for each in kinds("Deployment", "Service", "PodDisruptionBudget"):
        selector = each.body["spec"]["selector"]
        wanted = selector.get("matchLabels", selector)
        assert sum(wanted.items() <= found.items() for found in labels) == 1, each
    for each in kinds("NetworkPolicy"):
        wanted = each.body["spec"]["podSelector"]["matchLabels"]
        assert sum(wanted.items() <= found.items() for found in labels) == len(CONTAINERS), each


def test_a_backup_goes_to_the_claim_that_there_is_and_each_into_a_file_of_its_own() -> None:
    [claim] = kinds("PersistentVolumeClaim")
    [(_, container, spec)] = [each for each in CONTAINERS if each[1]["args"][0] == "backup"]
    [name] = [each["persistentVolumeClaim"]["claimName"] for each in spec["volumes"] if "emptyDir" not in each]
    assert name == claim.body["metadata"]["name"]
    [own] = container["env"]
    assert own["valueFrom"]["fieldRef"]["fieldPath"] == "metadata.name"
    assert container["args"][1] == f"/backups/$({own['name']}).backup"


def test_every_deployment_may_lose_one_at_a_time() -> None:
    deployed = {each.body["metadata"]["name"] for each in kinds("Deployment")}
    budgets = {
        each.body["metadata"]["name"]: each.body["spec"]["maxUnavailable"] for each in kinds("PodDisruptionBudget")
    }
    assert budgets == dict.fromkeys(deployed, 1)


def test_workers_are_as_many_as_the_queue_needs() -> None:
    [scaler] = kinds("HorizontalPodAutoscaler")
    [metric] = scaler.body["spec"]["metrics"]
    name, labels = metric["external"]["metric"]["name"], metric["external"]["metric"]["selector"]["matchLabels"]
    assert name in {family.name for family in Metrics().registry.collect()}
    assert set(labels) == {"lane"}
    assert labels["lane"] in {ANSWERS, CLIPS}
    [scaled] = [
        each for each in kinds("Deployment") if each.body["metadata"]["name"] == scaler.body["metadata"]["name"]
    ]
    assert "replicas" not in scaled.body["spec"], "applying it again would undo what was scaled"
    [rule] = yaml.safe_load((KUBERNETES / "prometheus-adapter.yaml").read_text())["rules"]["external"]
    assert rule["name"]["as"] == name
    assert rule["seriesQuery"].startswith(f"{name}{{")


def test_ingresses_lead_to_services_and_not_to_what_is_for_the_inside() -> None:
    names = {each.body["metadata"]["name"] for each in kinds("Service")}
    paths = []
    for each in kinds("Ingress"):
        for path in each.body["spec"]["rules"][0]["http"]["paths"]:
            assert path["backend"]["service"]["name"] in names
            paths.append(path["path"])
    balancer = Path("deploy/Caddyfile").read_text()
    assert all(path in balancer for path in paths)
    inside = {*health_paths(), "/api", "/"}
    assert not inside & set(paths)


def test_whatever_is_for_the_outside_has_a_way_in() -> None:
    """By the table of the gate; below /slack are what Slack calls and where the app is installed."""
    inside = {RouteRule.METRICS, RouteRule.PROGRAM}
    places = {place for place, rule in RULES if rule not in inside} - health_paths() - {"/slack"}
    wanted = {place.partition("{")[0].rstrip("/") for place in places} | {"/slack/events", INSTALL, REDIRECT}
    rules = [path for each in kinds("Ingress") for path in each.body["spec"]["rules"][0]["http"]["paths"]]
    assert {path["path"].rstrip("/") for path in rules} == wanted


def test_nothing_goes_to_the_clouds_own_address() -> None:
    [blocks] = [each.body["spec"]["egress"][0]["to"] for each in kinds("NetworkPolicy") if "outside" in str(each)]
    assert "169.254.0.0/16" in blocks[0]["ipBlock"]["except"]
    ports = {
        port["port"]
        for each in kinds("NetworkPolicy")
        for rule in each.body["spec"].get("egress", ())
        for port in rule["ports"]
    }
    in_compose = {
        int(port) for port in re.findall(r"@?\w+:(\d{4})\b", Path("deploy/compose.replicated.yaml").read_text())
    }
    assert ports >= {port for port in in_compose if port != image_port()} - {443}


def test_the_example_of_owners_can_be_read() -> None:
    path = KUBERNETES / "example" / "owners.yaml"
    assert Owners.load(path).features is not None
    assert {path.name, "owners-patch.yaml", "kustomization.yaml"} == NOT_OBJECTS
