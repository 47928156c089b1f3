"""Datadog makes the incident's post-mortem document of a notebook's Markdown, once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest
from redis.asyncio import Redis

from bot.files.file_store import HashedFiles
from bot.files.folder_store import FolderStore
from bot.kernel.errors import Conflict, Missing, Unauthorized
from bot.notebook.notebook import Notebook
from bot.notebook.ports import Outgoing
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.incidents.datadog_incidents import DatadogIncidents, PreviewFailed
from bot.providers.datadog.incidents.incident_postmortems import IncidentPostmortems
from bot.state.redis_records import RedisRecords
from standins.datadog.datadog_faults import DatadogFault
from standins.datadog.incident_management import StoredIncident, incidents
from standins.datadog.world import World
from tests.notebook.examples import opened
from tests.providers.datadog.examples import NOON
from tests.providers.datadog.house import WORDS

MAKE = "POST .*/attachments/postmortems"


@pytest.fixture
def incident(world: World) -> StoredIncident:
    incidents(world).append(StoredIncident(142, "Buy is broken", [("T1", "C1")]))
    return incidents(world)[0]


@pytest.fixture
def postmortems(client: Client, redis: Redis) -> IncidentPostmortems:
    return IncidentPostmortems(
        client,
        redis,
        RedisRecords(redis),
        DatadogIncidents(client, redis, RedisRecords(redis), now=lambda: NOON),
        "template-7",
    )


def outgoing(text: str = "# Buy\n\n**세 명** <b>", **facts: object) -> Outgoing:
    notebook: Notebook = msgspec.structs.replace(opened(WORDS), **facts)
    return Outgoing(notebook, HashedFiles(FolderStore(Path("/nowhere"))), text, "https://bot.example")


async def test_the_document_is_made_of_the_whole_text(
    postmortems: IncidentPostmortems, incident: StoredIncident, url: str
) -> None:
    published = await postmortems.put(outgoing())
    [made] = incident.documents
    assert (made.content, made.title, made.postmortem_template_id) == (
        "# Buy\n\n**세 명** <b>",
        "Checkout: Buy is broken",
        "template-7",
    )
    assert [cell.attributes.definition.content for cell in made.cells] == [made.content]
    assert published.link == f"{url}/incidents/142/postmortems/1"
    assert await postmortems.link(outgoing().notebook) == ""  # another notebook's


async def test_a_lost_answer_and_twenty_presses_make_one(
    postmortems: IncidentPostmortems, incident: StoredIncident, world: World
) -> None:
    world.faults.add(DatadogFault(MAKE, drop=True, after=True))
    one = outgoing(id="n1")
    published = await asyncio.gather(*(postmortems.put(one) for _ in range(20)))
    assert len(incident.documents) == 1
    assert {each.link for each in published} == {published[0].link}
    assert await postmortems.link(one.notebook) == published[0].link


async def test_a_document_of_the_same_title_that_was_there_before_is_not_taken_for_ours(
    postmortems: IncidentPostmortems, incident: StoredIncident
) -> None:
    await postmortems.put(outgoing("# Theirs", id="theirs"))
    ours = await postmortems.put(outgoing("# Ours", id="ours"))
    assert [document.content for document in incident.documents] == ["# Theirs", "# Ours"]
    assert ours.link.endswith("/2")


async def test_news_are_said_and_no_second_document_is_made(
    postmortems: IncidentPostmortems, incident: StoredIncident
) -> None:
    await postmortems.put(outgoing(id="n1"))
    with pytest.raises(Conflict) as refused:
        await postmortems.update(outgoing("# News", id="n1"))
    assert "by hand" in refused.value.sentence
    assert len(incident.documents) == 1


async def test_a_channel_without_an_incident_is_told_what_to_set(postmortems: IncidentPostmortems) -> None:
    with pytest.raises(Missing) as refused:
        await postmortems.put(outgoing())
    assert "REPLAYBOOK_DATADOG_INCIDENTS" in refused.value.sentence


async def test_a_notebook_that_lives_in_datadog_is_attached_itself(
    postmortems: IncidentPostmortems, incident: StoredIncident
) -> None:
    there = outgoing(link="https://app.datadoghq.com/notebook/1000")
    assert (await postmortems.put(there)).changed
    assert not (await postmortems.put(there)).changed
    assert incident.documents == []
    assert [attached.attachment.document_url for attached in incident.attachments] == [there.notebook.link]


@pytest.mark.parametrize(("status", "kind", "words"), [(404, PreviewFailed, "preview"), (403, Unauthorized, "key")])
async def test_what_the_beta_refuses_is_a_sentence(
    postmortems: IncidentPostmortems,
    incident: StoredIncident,
    world: World,
    status: int,
    kind: type[Exception],
    words: str,
) -> None:
    world.faults.add(DatadogFault(MAKE, times=9, status=status))
    with pytest.raises(kind) as refused:
        await postmortems.put(outgoing())
    assert words in str(refused.value)
    assert incident.documents == []
