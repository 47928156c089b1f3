"""Links back and files on an issue, and what is sent to Linear."""

from __future__ import annotations

import msgspec
import pytest
from graphql import GraphQLError

from bot.backlog.ticket import BackLink, NewTicket, TicketFile, TicketLink
from bot.kernel.errors import Missing
from bot.providers.linear import linear_documents as documents
from bot.providers.linear.linear_tracker import LinearTracker
from standins.linear.linear_schema import checked, complexity
from standins.linear.linear_world import LinearWorld

NEW = NewTicket("SHOP", "Buy does nothing", "why", meaning="R1")
LINK = BackLink("thread", "https://slack.example/p1", "The thread", "1,204 people")


async def test_a_link_is_brought_up_to_date_and_never_doubled(tracker: LinearTracker, world: LinearWorld) -> None:
    key = (await tracker.create(NEW)).key
    for summary in ("1,204 people", "1,204 people", "1,300 people"):
        await tracker.link_back(key, msgspec.structs.replace(LINK, summary=summary))
    (link,) = world.issue(key).attachments
    assert (link.url, link.title, link.subtitle, link.changes) == (LINK.url, "The thread", "1,300 people", 2)
    await tracker.link_back(key, msgspec.structs.replace(LINK, url="https://slack.example/p2"))
    await tracker.link_back(key, BackLink("notebook", "https://bot.example/n/1", "Post-mortem"))
    assert [one.url for one in world.issue(key).attachments] == ["https://slack.example/p2", "https://bot.example/n/1"]
    more = (TicketLink("Clip", "https://bot.example/c/1"),)
    for _ in range(2):
        await tracker.link_back(key, msgspec.structs.replace(LINK, url="https://slack.example/p2", more=more))
    assert [one.title for one in world.issue(key).attachments] == ["The thread", "Post-mortem", "Clip"]
    with pytest.raises(Missing):
        await tracker.link_back("SHOP-99", LINK)


async def test_what_people_attached_stays(tracker: LinearTracker, world: LinearWorld) -> None:
    key = (await tracker.create(NEW)).key
    await tracker.link_back(key, LINK)
    world.issue(key).attachments[0].metadata = {}  # as if a person had attached it
    await tracker.link_back(key, msgspec.structs.replace(LINK, url="https://slack.example/p2"))
    assert len(world.issue(key).attachments) == 2


async def test_a_file_is_attached_once_for_its_name(tracker: LinearTracker, world: LinearWorld) -> None:
    key = (await tracker.create(NEW)).key
    for _ in range(2):
        await tracker.attach(key, TicketFile("still-1.png", "image/png", b"\x89PNG", "The moment"))
    assert [one.title for one in world.issue(key).attachments] == ["The moment"]
    assert [upload.data for upload in world.uploads] == [b"\x89PNG"]


VARIABLES = {"first": documents.MANY}


@pytest.mark.parametrize("document", documents.ALL, ids=lambda document: document.name)
def test_a_request_costs_no_more_than_it_says(document: documents.LinearDocument) -> None:
    parsed, operation, name = checked(document.text)
    assert name == document.name
    assert complexity(parsed, operation, VARIABLES) <= document.cost(VARIABLES) <= 5_000


@pytest.mark.parametrize(
    "query",
    [
        'query A { issue(id: "SHOP-1") { nothing } }',
        "query A { issue { id } }",
        "{ viewer { id } }",
        "query A { viewer { id } } query B { viewer { id } }",
        'mutation A { issueCreate(input: {title: "Buy"}) { success } }',
        "query A {",
    ],
)
def test_the_stand_in_refuses_what_does_not_fit_the_schema(query: str) -> None:
    with pytest.raises(GraphQLError):
        checked(query)


def test_a_connection_in_a_connection_costs_their_product() -> None:
    query = "query A { teams(first: 250) { nodes { id states(first: 50) { nodes { id name } } } } }"
    parsed, operation, _ = checked(query)
    assert complexity(parsed, operation, {}) > 10_000
