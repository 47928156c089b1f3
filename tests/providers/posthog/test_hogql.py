"""The stand-in refuses what HogQL doesn't have, and whatever people type stays a value."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.providers.posthog.click_conditions import FacetColumns, meant
from bot.providers.posthog.count_query import count_query
from bot.providers.posthog.event_properties import EventProperties, text_of
from bot.providers.posthog.hogql_values import HogQLValues
from bot.providers.posthog.posthog_calls import QueryRows, query_call
from bot.providers.posthog.posthog_client import PostHogClient
from bot.providers.posthog.posthog_errors import PostHogRefused
from bot.providers.posthog.posthog_source import PostHogSource
from bot.signals.answer import TargetMatch
from bot.signals.question import GroupBy, Question
from bot.signals.source import VIEW
from standins.posthog.hogql import printed
from standins.posthog.posthog_denied import PostHogDenied
from standins.posthog.posthog_world import PostHogWorld
from tests.providers.contract.events import NOON, NOW, WEEK, action, signals
from tests.providers.posthog.posthog_house import fill

HOSTILE = (
    "' OR 1=1 --",
    "\\' OR 1=1 --",
    "\\",
    "'; DROP TABLE events; --",
    "{v0}",
    "{v1}') OR (1=1",
    "%' OR '%",
    "`x`",
    "\x00\ud800 \u202e",
    "/*",
    "$$x$$",
    "{{ 7 * 7 }}",
)
ASKED = Question(WEEK)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT sleep(3)",
        "SELECT * FROM system.tables",
        "SELECT * FROM numbers(10)",
        "SELECT file('/etc/passwd')",
        "SELECT 1 FORMAT CSV",
        "SELECT 1 SETTINGS max_threads = 1",
        "DROP TABLE events",
        "SELECT 1; SELECT 2",
        "SELECT 1 -- comment",
        "SELECT event FROM events QUALIFY 1",
        "SELECT countIf(event = {missing}) FROM events",
        "SELECT groupUniqArrayIf(event, 1) FROM events",
        "SELECT nothing FROM events",
        "",
    ],
)
async def test_what_hogql_does_not_have_is_refused(client: PostHogClient, query: str) -> None:
    with pytest.raises(PostHogRefused, match="status 400"):
        await client.send(query_call(query, {}), QueryRows)


async def test_a_query_without_a_limit_gets_posthogs_own_and_says_that_there_is_more(
    client: PostHogClient, world: PostHogWorld
) -> None:
    await fill(world, [action(NOON, session=f"s-{number}") for number in range(120)], None, NOW)
    answers = [
        await client.send(query_call(f"SELECT event FROM events{limit}", {}), QueryRows)
        for limit in ("", " LIMIT 119", " LIMIT 120", " LIMIT 1000000")
    ]
    assert [(len(answer.results), answer.has_more) for answer in answers] == [
        (100, True),
        (119, True),
        (120, False),
        (120, False),
    ]


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_texts_are_values_of_the_engine_too(
    source: PostHogSource, world: PostHogWorld, text: str
) -> None:
    """As a name, a value and a page: what was seen is found by what it is called there, and nothing else."""
    stored = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")
    await fill(
        world,
        [
            action(NOON, "rage_click", session="s-1", target=stored, browser=stored, context={"plan": stored}),
            action(NOON, "rage_click", session="s-2", target="Other"),
        ],
        None,
        NOW,
    )
    [name] = {target.name for target in await source.seen(WEEK)} - {"Other"}
    assert (await source.answer(replace(ASKED, target="x"), [TargetMatch(name)])).counts.actions == 1
    assert (await source.answer(replace(ASKED, target="x"), [TargetMatch(f"{name}x")])).counts.actions == 0
    seen = [value.value for value in await source.seen_values("plan")]
    assert len(seen) == 1
    assert await source.has_value("plan", seen[0])
    assert (await source.answer(replace(ASKED, filters={"plan": seen[0]}), [])).counts.actions == 1
    assert not await source.has_value("plan", f"{text}?")
    assert not await source.has_value(VIEW, f"/{text}*")
    assert await source.people_who_did(f"{text}?", WEEK) == 0


@pytest.mark.parametrize("facet", [*(text for text in HOSTILE if text != "$$x$$"), "a b", "", "ключ", "1st"])
async def test_a_facet_that_no_property_can_be_called_is_in_no_query(
    source: PostHogSource, world: PostHogWorld, facet: str
) -> None:
    await fill(world, [action(NOON, "rage_click")], None, NOW)
    assert not await source.has_value(facet, "x")
    assert await source.seen_values(facet) == []
    assert signals((await source.answer(replace(ASKED, filters={facet: "x"}), [])).counts) == [0, 0, 0]
    with pytest.raises(ValueError, match="is no name of a property"):
        text_of(facet)


TEXT = st.text(st.characters(codec=None), max_size=30) | st.sampled_from(HOSTILE)


@given(TEXT, TEXT, TEXT, TEXT)
def test_no_text_changes_the_query(name: str, value: str, page: str, facet: str) -> None:
    """The text of a query is the same whatever was typed, but for the kinds of things that were asked for."""

    def query(name: str, value: str, page: str) -> tuple[str, dict[str, Any]]:
        asked = Question(WEEK, target="x", view=page, filters={"country": value, facet: value}, group_by=GroupBy.DAY)
        found = count_query(asked, [TargetMatch(name)], WEEK, EventProperties())
        return found.query, found.values

    like_it = ("/a*" if "*" in page else "/a") if page.startswith("/") else None
    text, values = query(name or "n", value, page)
    if like_it and name != "Masked Element":
        assert text == query("n", "v", like_it)[0]
    statement = printed(text, values, NOW).sql
    assert statement.count("SELECT") >= text.count("SELECT")


@given(TEXT)
def test_a_value_is_one_constant_of_the_statement(value: str) -> None:
    values = HogQLValues()
    holder = values.add(value)
    statement = printed(f"SELECT {holder} AS a LIMIT 1", values.by_name, NOW).sql
    constant = statement.removeprefix("SELECT ").removesuffix(" AS a LIMIT 2")
    assert constant[0] == constant[-1] == "'"
    inner = constant[1:-1]
    at = 0
    while at < len(inner):
        assert inner[at] != "'"
        at += 2 if inner[at] == "\\" else 1
    assert at == len(inner)


def test_placeholders_within_values_stay_as_they_are() -> None:
    values = HogQLValues()
    first, second = values.add("{v1}"), values.add("x")
    assert values.filled_in(f"SELECT {first}, {second}") == "SELECT '{v1}', 'x'"
    with pytest.raises(PostHogDenied):
        printed("SELECT {v9}", values.by_name, NOW)


def test_conditions_name_no_column_that_the_actions_lack() -> None:
    columns = FacetColumns(EventProperties())
    meant(replace(ASKED, filters={"plan": "x", "browser": "y"}, view="/a"), [], columns, HogQLValues())
    assert set(columns.expressions) == {"f0", "f1", "f2"}
