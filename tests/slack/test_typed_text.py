"""What a person typed, out of what Slack makes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kernel.locale import Locale
from bot.slack.people import People
from bot.slack.person import Person
from bot.slack.typed_text import MOST_NAMES, as_typed, typed_text

ENGLISH, KOREAN = Locale.of("en"), Locale.of("ko")
NAMES = {"U0MINAPARK": "Mina Park", "S0CHECKOUT": "checkout-team"}


@pytest.mark.parametrize(
    ("slack", "typed"),
    [
        ('rage clicks on "R&amp;D" form &gt; button', 'rage clicks on "R&D" form > button'),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        (
            "errors on <https://shop.example/cart?a=1&amp;b=2> today",
            "errors on https://shop.example/cart?a=1&b=2 today",
        ),
        ("errors on <https://shop.example/cart|the cart> today", "errors on https://shop.example/cart today"),
        ("errors on <http://shop.example|shop.example> today", "errors on shop.example today"),
        ("of <mailto:mina@shop.example|mina@shop.example> <tel:+4712345678|+47 123>", "of mina@shop.example +47 123"),
        ("<mailto:mina@shop.example>", "mina@shop.example"),
        ("<@U0MINAPARK> <@U0OTHER001|kim> <@U0OTHER002>", "@Mina Park @kim @U0OTHER002"),
        ("<!subteam^S0CHECKOUT> <!subteam^S0OTHER|@ops>", "@checkout-team @ops"),
        ("<#C0GENERAL1|general> <#C0OTHER001>", "#general #C0OTHER001"),
        ("<!here> <!channel> <!date^1700000000^{date}|Nov 14>", "@here @channel Nov 14"),
        ("a <b> c < d", "a <b> c < d"),
        ("<http://[|x> <https:>", "x <https:>"),
    ],
)
def test_a_text_is_as_it_was_typed(slack: str, typed: str) -> None:
    assert as_typed(slack, NAMES) == typed


@given(st.text())
def test_any_text_survives_what_slack_escapes(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert as_typed(escaped) == text


class Counting(People):
    def __init__(self) -> None:
        self.asked: list[str] = []

    async def get(self, team: str, user: str) -> Person:
        self.asked.append(user)
        return Person(user, f"Name of {user}", "en", "UTC")

    async def channel_name(self, team: str, channel: str) -> str:
        raise AssertionError("whoever wrote its id may not be in it")


async def test_nobody_learns_a_channels_name_by_its_id() -> None:
    assert await typed_text(Counting(), "T1", "errors in <#C0SECRET01>", ENGLISH) == "errors in #C0SECRET01"


async def test_a_text_full_of_mentions_asks_for_a_few() -> None:
    people = Counting()
    await typed_text(people, "T1", " ".join(f"<@U0{n:08}>" for n in range(3000)), ENGLISH)
    assert len(people.asked) == MOST_NAMES


class Silent(Counting):
    """While Slack is away: a person is unknown, and called by their id."""

    async def get(self, team: str, user: str) -> Person:
        return Person(user, user, "en", "UTC", unknown=True)

    async def group_name(self, team: str, group: str) -> str:
        return group


async def test_nobody_is_called_by_an_id_where_slack_tells_no_name() -> None:
    text = "of <@U0MINAPARK> and <@U0OTHER001|kim> and <!subteam^S0CHECKOUT>"
    assert await typed_text(Silent(), "T1", text, ENGLISH) == "of @someone and @kim and @some group"
    assert await typed_text(Silent(), "T1", "<@U0MINAPARK>", KOREAN) == "@누군가"
