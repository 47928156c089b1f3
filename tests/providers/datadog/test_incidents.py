"""The channel's incident gets the notebook as its post-mortem and the follow-ups as tasks, each once."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from redis.asyncio import Redis

from bot.kernel.errors import Missing, Unauthorized
from bot.notebook.cell_data import FollowUp
from bot.notebook.head import Severity
from bot.notebook.ports import change
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.incidents.datadog_incidents import DatadogIncidents, PreviewFailed
from bot.providers.datadog.incidents.incident_calls import OneIncident
from bot.providers.datadog.incidents.incident_notes import IncidentNotes, incidents_by_channel
from bot.providers.datadog.notebooks.datadog_notebooks import DatadogNotebooks
from bot.providers.datadog.owners.accounts import Users
from bot.state.redis_records import RedisRecords
from standins.datadog.datadog_faults import DatadogFault
from standins.datadog.incident_management import StoredIncident, incidents
from standins.datadog.owner_catalog import User, catalog
from standins.datadog.world import World
from tests.notebook.examples import opened
from tests.providers.datadog.house import WORDS, entry, merged, sent, until_through

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NOTEBOOK = "https://app.datadoghq.com/notebook/1000"
ROW = FollowUp("R1", "Buy does nothing", NOON, "Jisoo", "SHOP-1", "https://t.example/SHOP-1", "in_backlog", revision=2)


@pytest.fixture
def world() -> World:
    world = World(clock=lambda: NOON)
    incidents(world).extend(
        [StoredIncident(141, "Search is slow", [("T1", "C9")]), StoredIncident(142, "Buy is broken", [("T1", "C1")])]
    )
    incidents(world).append(StoredIncident(143, "Unrelated"))
    return world


@pytest.fixture
def ours(client: Client, redis: Redis) -> DatadogIncidents:
    return DatadogIncidents(client, redis, RedisRecords(redis), now=lambda: NOON)


async def test_the_incident_is_the_one_whose_slack_channel_this_is(ours: DatadogIncidents, world: World) -> None:
    found = await ours.of_channel("T1", "C1")
    assert found is not None
    assert (found.number, found.title) == (142, "Buy is broken")
    assert found.link == "https://app.datadoghq.com/incidents/142"
    assert await ours.of_channel("T2", "C1") is None, "the same channel id in another workspace"
    before = len(world.requests)
    await ours.of_channel("T1", "C1")
    assert len(world.requests) == before + 1, "once known it isn't looked for again"


async def test_a_declared_incident_says_how_grave_it_is_who_commands_and_what_it_is_about(
    ours: DatadogIncidents, world: World
) -> None:
    incident = incidents(world)[1]
    incident.severity, incident.services = "SEV-1", ["shop-web", "cart"]
    incident.commander = ("u1", "Erik Strøm", "erik@example.com")
    declared = await ours.declared("T1", "C1")
    assert declared
    facts = declared.facts
    assert (facts.severity, facts.topic, facts.services) == (Severity.SEV_1, "Buy is broken", ("shop-web", "cart"))
    assert (facts.incident, facts.incident_link) == ("IR-142", "https://app.datadoghq.com/incidents/142")
    assert facts.commander
    assert (facts.commander.name, declared.email) == ("Erik Strøm", "erik@example.com")
    assert await ours.declared("T1", "C5") is None


async def test_what_an_incident_does_not_say_stays_unknown(ours: DatadogIncidents, world: World) -> None:
    incidents(world)[1].severity = "UNKNOWN"
    declared = await ours.declared("T1", "C1")
    assert declared
    assert (declared.facts.severity, declared.facts.commander, declared.email) == (None, None, "")


@pytest.mark.parametrize("odd", [{"severity": 5, "fields": []}, {"fields": {"services": {"value": [1, "a", None]}}},
                                 {"fields": {"services": "x"}}, {"title": None, "severity": {}}])  # fmt: skip
def test_fields_that_an_organization_made_its_own_cost_nothing_else(odd: dict[str, object]) -> None:
    body = {"data": {"id": "i", "attributes": odd, "relationships": {"commander_user": {"data": {"id": "u"}}}},
            "included": [{"id": "u", "type": "users", "attributes": {"name": 7}}, {"id": "v"}]}  # fmt: skip
    one = msgspec.convert(body, OneIncident)
    assert set(one.data.attributes.services) <= {"a"}
    assert one.commander.name is None


async def test_an_incident_that_was_deleted_is_looked_up_anew(ours: DatadogIncidents, world: World) -> None:
    await ours.of_channel("T1", "C1")
    incidents(world)[1] = StoredIncident(144, "Buy is broken again", [("T1", "C1")])
    found = await ours.of_channel("T1", "C1")
    assert found is not None
    assert found.number == 144
    del incidents(world)[1]
    assert await ours.of_channel("T1", "C1") is None


@pytest.mark.parametrize("lost", range(8))
@pytest.mark.parametrize("in_a_row", [1, 2, 3, 4])
async def test_an_answer_lost_at_any_call_doubles_no_attachment_and_no_task(
    ours: DatadogIncidents, world: World, lost: int, in_a_row: int
) -> None:
    async def job() -> None:
        found = await ours.of_channel("T1", "C1")
        assert found
        await ours.attach(found, NOTEBOOK, "Post-mortem")
        await ours.follow_up(found, ROW, assignee="jisoo@example.com")

    world.faults.add(DatadogFault(".", times=in_a_row, skip=lost, drop=True, after=True))
    await until_through(job)
    await job()
    assert (len(incidents(world)[1].attachments), len(incidents(world)[1].todos)) == (1, 1)


async def test_a_channel_without_an_incident_is_not_looked_for_all_the_time(
    ours: DatadogIncidents, world: World
) -> None:
    assert await ours.of_channel("T1", "C5") is None
    before = len(world.requests)
    assert await ours.of_channel("T1", "C5") is None
    assert len(world.requests) == before


async def test_a_setting_names_the_incident_of_a_channel_that_datadog_doesnt_know(
    client: Client, redis: Redis, world: World
) -> None:
    third = incidents(world)[2].id
    ours = DatadogIncidents(
        client, redis, RedisRecords(redis), {"C5": "IR-143", "C6": third, "C7": "999"}, now=lambda: NOON
    )
    assert (await ours.of_channel("T1", "C5")) == (await ours.of_channel("T1", "C6"))
    with pytest.raises(Missing, match="no incident 999"):
        await ours.of_channel("T1", "C7")


async def test_the_notebook_is_attached_once_as_the_postmortem(ours: DatadogIncidents, world: World) -> None:
    found = await ours.of_channel("T1", "C1")
    assert found
    world.faults.add(DatadogFault("POST .*/attachments", drop=True, after=True))
    assert await ours.attach(found, NOTEBOOK, "Post-mortem")
    assert not await ours.attach(found, f"{NOTEBOOK}/post-mortem-buy", "Post-mortem")
    (attached,) = incidents(world)[1].attachments
    assert (attached.attachment_type, attached.attachment.document_url) == ("postmortem", NOTEBOOK)


async def test_a_follow_up_is_one_task_that_follows_its_state(ours: DatadogIncidents, world: World) -> None:
    found = await ours.of_channel("T1", "C1")
    assert found
    asked_row = msgspec.structs.replace(ROW, ticket="", ticket_link="", state="asked", revision=1)
    world.faults.add(DatadogFault("POST .*/todos", drop=True, after=True))
    await ours.follow_up(found, asked_row, assignee="jisoo@example.com")
    (task,) = incidents(world)[1].todos.values()
    assert task.content.startswith("Buy does nothing (Replaybook ")
    assert (task.assignees, task.completed) == (["@jisoo@example.com"], None)
    for _ in range(2):
        await ours.follow_up(found, ROW, assignee="jisoo@example.com")
    (task,) = incidents(world)[1].todos.values()
    assert "(SHOP-1: https://t.example/SHOP-1)" in task.content
    assert len(sent(world, "PATCH")) == 1
    await ours.follow_up(found, msgspec.structs.replace(ROW, state="done"), assignee="jisoo@example.com")
    (task,) = incidents(world)[1].todos.values()
    assert task.completed == NOON.isoformat()
    for state, completed in [("too_early", False), ("not_improved", False), ("improved", True), ("in_backlog", False)]:
        await ours.follow_up(found, msgspec.structs.replace(ROW, state=state), assignee="jisoo@example.com")
        (task,) = incidents(world)[1].todos.values()
        assert bool(task.completed) is completed, state


@pytest.mark.parametrize("status", [400, 404])
async def test_when_the_preview_has_changed_a_sentence_says_so(
    ours: DatadogIncidents, world: World, status: int
) -> None:
    world.faults.add(DatadogFault("GET .*/search", status=status))
    with pytest.raises(PreviewFailed, match="marks its incident API as a preview, so it may have changed"):
        await ours.of_channel("T1", "C1")


async def test_a_missing_permission_is_named(ours: DatadogIncidents, world: World) -> None:
    world.permissions = set()
    with pytest.raises(Unauthorized, match="it needs “incident_read”"):
        await ours.of_channel("T1", "C1")


@pytest.fixture
def store(client: Client, redis: Redis, ours: DatadogIncidents) -> DatadogNotebooks:
    notes = IncidentNotes(ours, redis, Users(client))
    return DatadogNotebooks(client, redis, RedisRecords(redis), public_url="https://bot.example", written=notes.written)


async def test_a_notebook_tells_its_incident_and_asks_no_more_when_there_is_nothing_new(
    store: DatadogNotebooks, world: World
) -> None:
    made = await store.create(opened(WORDS))
    await change(store, made.id, merged(ROW))
    incident = incidents(world)[1]
    assert [it.attachment.document_url for it in incident.attachments] == [made.link]
    assert [task.completed for task in incident.todos.values()] == [None]
    so_far = len([it for it in world.requests if "/incidents" in it.path])
    await change(store, made.id, merged(entry(1)))
    assert len([it for it in world.requests if "/incidents" in it.path]) == so_far
    await change(store, made.id, merged(msgspec.structs.replace(ROW, state="done", revision=3)))
    assert [task.completed for task in incident.todos.values()] == [NOON.isoformat()]


async def test_an_incident_that_cant_be_told_stops_no_notebook_and_is_told_with_the_next_change(
    store: DatadogNotebooks, world: World
) -> None:
    world.permissions = {"notebooks_read", "notebooks_write"}
    made = await store.create(opened(WORDS))
    await change(store, made.id, merged(ROW))
    assert incidents(world)[1].attachments == []
    world.permissions = None
    await change(store, made.id, merged(entry(1)))
    assert len(incidents(world)[1].attachments) == len(incidents(world)[1].todos) == 1


def assigned(world: World) -> list[str]:
    (task,) = incidents(world)[1].todos.values()
    return task.assignees


async def test_the_owner_whom_datadog_knows_by_address_is_assigned_and_makes_room_for_the_next(
    store: DatadogNotebooks, world: World
) -> None:
    people = catalog(world).users = {"u-1": User("Jisoo@example.com"), "u-2": User("hana@example.com")}
    made = await store.create(opened(WORDS))
    row = msgspec.structs.replace(ROW, owner_email="jisoo@example.com")
    await change(store, made.id, merged(row))
    assert assigned(world) == ["@Jisoo@example.com"]
    handed = msgspec.structs.replace(row, owner="Hana", owner_email="hana@example.com", revision=3)
    await change(store, made.id, merged(handed))
    assert assigned(world) == ["@hana@example.com"]
    people["u-2"] = User("hana@example.com", disabled=True)
    await change(store, made.id, merged(msgspec.structs.replace(handed, state="done", revision=4)))
    assert assigned(world) == []


async def test_whom_people_assigned_stays_assigned(store: DatadogNotebooks, world: World) -> None:
    catalog(world).users = {"u-1": User("jisoo@example.com")}
    made = await store.create(opened(WORDS))
    row = msgspec.structs.replace(ROW, owner_email="jisoo@example.com")
    await change(store, made.id, merged(row))
    (task,) = incidents(world)[1].todos.values()
    task.assignees = ["@erik@example.com"]
    await change(store, made.id, merged(msgspec.structs.replace(row, state="done", revision=3)))
    assert assigned(world) == ["@erik@example.com"]


@pytest.mark.parametrize("permission", ["user_access_read", ""])
async def test_without_an_account_or_the_permission_to_look_a_task_is_nobodys(
    store: DatadogNotebooks, world: World, permission: str
) -> None:
    if permission:
        catalog(world).users = {"u-1": User("jisoo@example.com")}
        world.permissions = {"notebooks_read", "notebooks_write", "incident_read", "incident_write"}
    made = await store.create(opened(WORDS))
    await change(store, made.id, merged(msgspec.structs.replace(ROW, owner_email="jisoo@example.com")))
    assert assigned(world) == []


def test_incidents_of_channels_are_read_from_the_settings() -> None:
    assert incidents_by_channel(("C1=142", " C2 = IR-7 ")) == {"C1": "142", "C2": "IR-7"}
