"""Alerts and the dashboard ask for what processes really tell, and each alert is explained."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from bot.jobs import answer_jobs, clip_jobs
from bot.kernel.metrics import Metrics
from bot.queue.job import ANSWERS, CLIPS

FOLDER = Path("deploy/monitoring")
RULES = [rule for group in yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"] for rule in group["rules"]]
DASHBOARD = json.loads((FOLDER / "grafana-dashboard.json").read_text())
PANELS = [(panel["title"], target) for panel in DASHBOARD["panels"] for target in panel["targets"]]
EXPRESSIONS = [rule["expr"] for rule in RULES] + [target["expr"] for _, target in PANELS]
OF_PROMETHEUS = {"job", "instance"}


def told() -> dict[str, set[str]]:
    """Every series that a process may tell, with the names of its labels."""
    metrics = Metrics()
    labels: dict[str, set[str]] = {}
    for collector in vars(metrics).values():
        if names := getattr(collector, "_labelnames", ()):
            collector.labels(*names)
    for family in text_string_to_metric_families(generate_latest(metrics.registry).decode()):
        for sample in family.samples:
            labels.setdefault(sample.name, set()).update(sample.labels)
    return labels


def parsed(expression: str) -> Any:
    """Raises ValueError for what Prometheus would refuse. Grafana puts a span of time and a choice in."""
    return promql_parser.parse(expression.replace("$__rate_interval", "5m").replace("$job", ".*"))


def nodes(expression: Any) -> Iterator[Any]:
    yield expression
    inner = [getattr(expression, name, None) for name in ("lhs", "rhs", "expr", "vector_selector", "param")]
    for each in [*inner, *getattr(expression, "args", ())]:
        if each is not None:
            yield from nodes(each)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_expression_asks_for_series_and_labels_that_are_told(expression: str) -> None:
    known = told()
    selectors = [node for node in nodes(parsed(expression)) if isinstance(node, promql_parser.VectorSelector)]
    assert selectors
    labels: set[str] = set()
    for selector in selectors:
        assert selector.name in known
        labels |= known[selector.name]
        matched = {matcher.name for matcher in selector.matchers.matchers}
        assert matched <= known[selector.name] | OF_PROMETHEUS
    for node in nodes(parsed(expression)):
        if isinstance(node, promql_parser.AggregateExpr) and node.modifier:
            assert set(node.modifier.labels) <= labels | OF_PROMETHEUS


def test_what_is_told_has_units_and_endings_as_prometheus_wants_them_and_no_label_of_its_own() -> None:
    for name, labels in told().items():
        assert re.fullmatch(r"(replaybook|process)_[a-z_]+", name)
        assert not labels & OF_PROMETHEUS
    counters = {family.name for family in Metrics().registry.collect() if family.type == "counter"}
    assert all(f"{name}_total" in told() for name in counters)


def test_names_in_the_expressions_are_those_of_jobs_and_lanes() -> None:
    jobs = {**answer_jobs(), **clip_jobs()}
    for expression in EXPRESSIONS:
        for name in re.findall(r'[{,]name="(\w+)"', expression):
            assert name in jobs
        for pattern in re.findall(r'[{,]name=~"([^"]+)"', expression):
            assert [name for name in jobs if re.fullmatch(pattern, name)]
        assert set(re.findall(r'lane="(\w+)"', expression)) <= {ANSWERS, CLIPS}


def test_every_alert_has_a_chapter_that_says_what_to_do() -> None:
    text = Path("docs/operations.md").read_text()
    names = [rule["alert"] for rule in RULES]
    assert re.findall(r"^### (\w+)$", text, re.MULTILINE) == names
    for rule in RULES:
        assert rule["annotations"]["runbook_url"] == f"docs/operations.md#{rule['alert'].casefold()}"
        assert rule["labels"]["severity"] in ("critical", "warning")
        for label in re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]):
            assert label in rule["expr"]


def test_every_metric_is_explained() -> None:
    text = Path("docs/operations.md").read_text()
    families = {family.name for family in Metrics().registry.collect() if family.name.startswith("replaybook_")}
    counters = {family.name for family in Metrics().registry.collect() if family.type == "counter"}
    assert [name for name in families if f"`{name}{'_total' if name in counters else ''}" not in text] == []


def test_the_dashboard_is_one_that_grafana_takes() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not taken & cells
        assert place["x"] + place["w"] <= 24
        taken |= cells
        assert panel["datasource"]["uid"] == "${datasource}"
    variables = {variable["name"] for variable in DASHBOARD["templating"]["list"]}
    used = set(re.findall(r"\$(\w+)", " ".join(EXPRESSIONS))) - {"__rate_interval"}
    assert used <= variables
