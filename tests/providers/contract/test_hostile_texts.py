"""What others wrote, of any length, in titles, texts, links and searches: trackers take it, and nothing is lost."""

from __future__ import annotations

import pytest

from bot.backlog.ticket import BackLink, NewTicket, TicketFact, TicketFile, TicketLink
from bot.backlog.tracker import Tracker
from bot.kernel.errors import Missing
from tests.providers.contract.provided import Provided

THREAD = "https://nordic.slack.com/archives/C1/p1"
HOSTILE = (
    "<script>alert(1)</script> *b* {code}x{code} [~admin] @everyone #12 acme/shop#3 GH-7 !http://x/y.png! ``` | h1. x "
    "<!-- replaybook:0 --> ]]> [a](javascript:alert(1)) \u202e\x00\x07\x1b[31m \U0001f92f e\u0301"
)
TYPED = (HOSTILE, '"; DROP', 'x" OR summary ~ "y', "repo:evil/x is:pr", "(", "\\", "*", "x" * 5000)
KEYS = (
    HOSTILE,
    "SHOP-99999999999999999999",
    "../../x",
    "SHOP-4711/../..",
    "",
    "acme/..#1",
    "a/b#0",
    "\x00-1",
    "http://[x",
)


@pytest.fixture
def tracker(ticketing: Provided) -> Tracker:
    assert ticketing.parts.tracker
    return ticketing.parts.tracker


@pytest.mark.parametrize("times", [1, 400])
async def test_a_ticket_keeps_its_facts_and_links_however_much_was_written(tracker: Tracker, times: int) -> None:
    made = await tracker.create(
        NewTicket(
            "SHOP",
            f"{HOSTILE}\n" * times,
            f"{HOSTILE}\n" * times * 5,
            meaning="R1",
            labels=("in cident", "x" * 400, "a,b", ""),
            facts=(TicketFact(HOSTILE, "41 people"),),
            links=(TicketLink(HOSTILE, THREAD), TicketLink("Clip", "javascript:alert(1)", "javascript:alert(2)")),
        )
    )
    read = await tracker.get(made.key)
    assert read.title.isprintable()
    assert THREAD in read.description
    assert "41 people" in read.description
    assert "](javascript" not in read.description.replace("\\", "").replace("[a](javascript", "")
    for unseen in "\u202e\x00\x07\x1b":
        assert unseen not in read.title + read.description
    for _ in range(2):
        await tracker.comment(made.key, f"{HOSTILE}\n" * times * 5, meaning="R1:2")
        more = (TicketLink(HOSTILE, f"{THREAD}/2"),)
        await tracker.link_back(made.key, BackLink("R1", THREAD, HOSTILE * times, HOSTILE * times, more=more))
        await tracker.attach(made.key, TicketFile(f"{'x' * 200}.gif", "image/gif", b"GIF89a", HOSTILE))


async def test_whatever_is_typed_finds_nothing_or_something_and_breaks_nothing(tracker: Tracker) -> None:
    made = await tracker.create(NewTicket("SHOP", "Buy does nothing", meaning="R1"))
    for typed in TYPED:
        assert {ticket.key for ticket in await tracker.find(typed)} <= {made.key}
    for key in KEYS:
        with pytest.raises(Missing):
            await tracker.get(key)
        assert tracker.key_in_url(key) is None
        tracker.parse_key(key)
    assert list(await tracker.read(KEYS)) == list(dict.fromkeys(KEYS))
