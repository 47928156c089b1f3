"""Deliveries about a message, in every order and twice: the notebook ends as Slack does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import permutations
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from bot.kernel.errors import Unavailable
from bot.notebook.notebook import Notebook
from bot.notebook.notebook_text import NotebookText
from bot.services.postmortems.context import PostmortemContext
from bot.services.postmortems.follow_message import follow_message
from bot.services.postmortems.jobs import MessageJob
from bot.slack.person import Person
from tests.notebook.examples import opened

WORDS = NotebookText.load()
START = 1_760_000_000
TS = f"{START}.000001"
Message = dict[str, Any]


class MemoryNotebooks:
    """One notebook."""

    def __init__(self) -> None:
        self.notebook = opened(WORDS)

    async def find(self, _team: str, _channel: str) -> Notebook:
        return self.notebook

    async def get(self, _id: str) -> Notebook:
        return self.notebook

    async def save(self, notebook: Notebook, expected: int) -> Notebook:
        assert expected == self.notebook.version
        self.notebook = msgspec.structs.replace(notebook, version=expected + 1)
        return self.notebook


class SlackAsItIs:
    """What Slack tells when it is asked: the end of the story, whatever is still on its way."""

    def __init__(self, message: Message | None, *, pinned: bool) -> None:
        self.message, self.is_pinned = message, pinned

    async def now(self, *_where: str) -> Message | None:
        return self.message

    async def pinned(self, *_where: str) -> frozenset[str]:
        return frozenset({TS} if self.is_pinned else ())

    async def get(self, _team: str, user: str) -> Person:
        return Person(user, "Mina Park", "en", "UTC")

    async def name(self, _team: str, user: str) -> str:
        return (await self.get(_team, user)).name

    async def permalink(self, *_where: str) -> str:
        return "https://slack.example/p1"

    async def follows(self, *_where: str) -> bool:
        return True


def delivery(kind: str, at: int, text: str = "", *, thread: str = "") -> MessageJob:
    return MessageJob(
        team="T1", channel="C1", ts=TS, kind=kind, event_ts=f"{START + at}.0", by="U1", text=text, thread=thread
    )


def message(text: str, edited: int = 0) -> Message:
    stamp: Mapping[str, Any] = {"edited": {"user": "U1", "ts": f"{START + edited}.000000"}} if edited else {}
    return {"ts": TS, "user": "U1", "text": text, **stamp}


async def ends_in(deliveries: list[MessageJob], slack: SlackAsItIs, now: int) -> Notebook:
    store = MemoryNotebooks()
    everything = SimpleNamespace(people=slack, channel_messages=slack, clients=None)
    context = SimpleNamespace(
        notebooks=store, slack=everything, questions=slack, files=None, text=WORDS,
        clock=lambda: datetime.fromtimestamp(START + now, UTC),
    )  # fmt: skip
    for job in deliveries:
        await follow_message(cast(PostmortemContext, context), job)
    return store.notebook


PINS = {
    "edited and taken off": (
        [delivery("pinned", 2, "A"), delivery("edited", 3, "B"), delivery("unpinned", 4, "B")],
        SlackAsItIs(message("B", 3), pinned=False),
        [],
    ),
    "edited and deleted": (
        [delivery("pinned", 2, "A"), delivery("edited", 3, "B"), delivery("deleted", 4, "B")],
        SlackAsItIs(None, pinned=False),
        [],
    ),
    "taken off and pinned again": (
        [delivery("pinned", 2, "A"), delivery("unpinned", 3), delivery("pinned", 4, "A"), delivery("edited", 5, "B")],
        SlackAsItIs(message("B", 5), pinned=True),
        ["B"],
    ),
    "never pinned": ([delivery("edited", 3, "B"), delivery("deleted", 4, "B")], SlackAsItIs(None, pinned=False), []),
}


@pytest.mark.parametrize("now", [5, 4000], ids=["at once", "an hour late"])
@pytest.mark.parametrize("story", PINS)
async def test_pins_end_alike_in_every_order_and_when_everything_comes_twice(story: str, now: int) -> None:
    deliveries, slack, texts = PINS[story]
    for order in permutations(deliveries):
        for told in (list(order), [*order, *order]):
            kept = await ends_in(told, slack, now)
            assert [entry.text for entry in kept.timeline] == texts, [job.kind for job in told]


REPLIES = {
    "edited": ([delivery("said", 0, "A", thread="1.0"), delivery("edited", 3, "B", thread="1.0")], ["B"]),
    "deleted": (
        [delivery("said", 0, "A", thread="1.0"), delivery("edited", 3, "B", thread="1.0"),
         delivery("deleted", 4, "B", thread="1.0")],
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("story", REPLIES)
async def test_replies_end_alike_in_every_order_and_when_everything_comes_twice(story: str) -> None:
    deliveries, texts = REPLIES[story]
    for order in permutations(deliveries):
        for told in (list(order), [*order, *order]):
            kept = await ends_in(told, SlackAsItIs(None, pinned=False), 5)
            assert [comment.text for comment in kept.comments] == texts, [job.kind for job in told]
            assert kept.timeline == ()


async def test_a_pin_that_slack_has_not_listed_yet_is_taken_at_its_word() -> None:
    kept = await ends_in([delivery("pinned", 2, "A")], SlackAsItIs(message("A"), pinned=False), 3)
    assert [entry.text for entry in kept.timeline] == ["A"]
    late = await ends_in([delivery("pinned", 2, "A")], SlackAsItIs(message("A"), pinned=False), 300)
    assert late.timeline == ()


async def test_an_edit_of_what_nobody_pinned_leaves_nothing() -> None:
    before = MemoryNotebooks().notebook.cells
    kept = await ends_in([delivery("edited", 3, "B"), delivery("unpinned", 4)], SlackAsItIs(None, pinned=False), 5)
    assert kept.timeline == ()
    assert "B" not in repr([cell.data for cell in kept.cells if cell.kind == "timeline"])
    assert len(kept.cells) == len(before)


@pytest.mark.parametrize("job", [delivery("pinned", 2, "A"), delivery("said", 2, "A", thread=f"{START}.000000")])
async def test_while_slack_is_away_nobodys_id_is_kept_in_place_of_a_name(job: MessageJob) -> None:
    class Away(SlackAsItIs):
        async def name(self, _team: str, user: str) -> str:
            raise Unavailable("Slack doesn’t answer.")

    with pytest.raises(Unavailable):
        await ends_in([job], Away(message("A"), pinned=True), 5)


@pytest.mark.parametrize("thread", ["", f"{START}.000000"])
async def test_while_slack_is_away_no_mention_is_kept_as_an_id(thread: str) -> None:
    class Away(SlackAsItIs):
        async def get(self, _team: str, user: str) -> Person:
            return Person(user, user, "en", "UTC", unknown=True)

        async def name(self, _team: str, user: str) -> str:
            if user == "U2":
                raise Unavailable("Slack doesn’t answer.")
            return "Mina Park"

    job = delivery("said" if thread else "pinned", 2, "see <@U2>", thread=thread)
    with pytest.raises(Unavailable):
        await ends_in([job], Away(message("see <@U2>"), pinned=True), 5)


@pytest.mark.parametrize("thread", ["", f"{START}.000000"])
async def test_whom_slack_does_not_tell_of_is_somebody_in_the_record(thread: str) -> None:
    class Silent(SlackAsItIs):
        async def get(self, _team: str, user: str) -> Person:
            return Person(user, user, "en", "UTC")

    job = delivery("said" if thread else "pinned", 2, "see <@U2>", thread=thread)
    kept = await ends_in([job], Silent(message("see <@U2>"), pinned=True), 5)
    texts = [each.text for each in kept.comments] if thread else [each.markdown for each in kept.timeline]
    assert texts == ["see @someone"]
