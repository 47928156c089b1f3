"""What we send for notebooks, cases, incidents and owners is what Datadog's own client sends."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from bot.notebook.cell_data import Bar, Chart
from bot.providers.datadog.cases import case_calls
from bot.providers.datadog.datadog_doctor import keys_call
from bot.providers.datadog.http.api_call import Call
from bot.providers.datadog.incidents import incident_calls
from bot.providers.datadog.notebooks import notebook_calls
from bot.providers.datadog.notebooks.datadog_cells import encoded, markdown_cell
from bot.providers.datadog.notebooks.graphs import graph
from bot.providers.datadog.owners import owner_calls
from tests.notebook.examples import NUMBER
from tests.providers.datadog.contract.compared import assert_same, recorded

NAME = "Post-mortem: #inc-142-checkout"
CELL = markdown_cell("<!-- replaybook:section/summary -->\n## Summary")
START, END = datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 26, tzinfo=UTC)
LIVE = msgspec.structs.replace(
    NUMBER, query='@type:action @action.target.name:("Buy now" OR "구매하기")', start=START, end=END
)
GRAPH = encoded(graph(Chart("Signals on Buy", (Bar(START, {}),), 86_400), LIVE, "chart/1"))
READ = msgspec.convert(
    {
        "id": 1000,
        "attributes": {
            "name": "Another",
            "time": msgspec.Raw(b'{"live_span":"1w"}'),
            "template_variables": msgspec.Raw(
                b'[{"name":"service","prefix":"service","defaults":["shop"],"available_values":[]}]'
            ),
        },
    },
    type=notebook_calls.NotebookReading,
)
INCIDENT = "991b0712-45ac-5c58-990b-958a10759544"
TODO = "fcbc4d56-bca2-5d1d-9b81-da1a2da35d28"
TEAM = "aeadc05e-98a8-11ec-ac2c-da7ad0900001"
WHO = ["@jisoo@example.com"]
OURS: dict[str, Call] = {
    "notebook-create": notebook_calls.create(NAME, [CELL, GRAPH]),
    "notebook-update": notebook_calls.put(READ, NAME, [encoded(msgspec.json.decode(CELL) | {"id": "amxiqk5e"}), CELL]),
    "notebook-get": notebook_calls.get(1000),
    "notebook-delete": notebook_calls.delete(1000),
    "notebook-newest": notebook_calls.newest(NAME),
    "case-create": case_calls.create("d4bbe1af-f36e-42f1-87c1-493ca35c320e", "Buy does nothing", "It *throws*."),
    "case-get": case_calls.get("DDFC-82974"),
    "case-newest": case_calls.newest(10, "buy button"),
    "case-projects": case_calls.projects(),
    "case-comment": case_calls.comment("DDFC-82974", "Asked in the thread."),
    "case-timeline": case_calls.timeline("DDFC-82974"),
    "incident-search": incident_calls.search("state:(active OR stable OR resolved)", 25),
    "incident-get": incident_calls.get(INCIDENT),
    "incident-integrations": incident_calls.integrations(INCIDENT),
    "incident-attachments": incident_calls.attachments(INCIDENT),
    "incident-attach": incident_calls.attach(INCIDENT, "https://app.datadoghq.com/notebook/1000", "Post-mortem"),
    "incident-todos": incident_calls.todos(INCIDENT),
    "incident-todo": incident_calls.todo(INCIDENT, "Fix Buy", WHO),
    "incident-change-todo": incident_calls.change_todo(INCIDENT, TODO, "Fix Buy", WHO, "2026-11-23T12:00:00+00:00"),
    "owner-rules": owner_calls.rules(),
    "owner-service": owner_calls.service("shop"),
    "owner-teams": owner_calls.teams("payments"),
    "owner-members": owner_calls.members(TEAM),
    "owner-on-call": owner_calls.on_call(TEAM),
    "owner-user": owner_calls.user("3ad549bf-eba0-11e9-a77a-0705486660d0"),
    "owner-users": owner_calls.users("jisoo@example.com"),
    "owner-keys": keys_call(),
}


@pytest.mark.parametrize(("name", "call"), OURS.items(), ids=OURS)
async def test_the_official_client_sends_the_same(name: str, call: Call) -> None:
    await assert_same(name, call)


def test_every_recorded_call_for_records_is_compared() -> None:
    ours = ("notebook", "case", "incident", "owner")
    assert {name for name in recorded() if name.startswith(ours)} == OURS.keys()


def body_of(name: str) -> Any:
    return recorded()[name]["body"]["data"]["attributes"]


def test_the_recorded_notebook_has_a_graph_and_says_what_it_is() -> None:
    """So that the comparison can't pass on an empty recording."""
    kinds = [cell["attributes"]["definition"]["type"] for cell in body_of("notebook-create")["cells"]]
    assert kinds == ["markdown", "timeseries"]
    assert body_of("notebook-update")["metadata"]["type"] == "postmortem"
