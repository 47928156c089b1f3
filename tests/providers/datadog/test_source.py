"""Questions over a stand-in; every expected number can be counted by hand in the test."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from bot.kernel.errors import Unauthorized
from bot.providers.datadog.http import datadog_links
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.http.site import Site
from bot.providers.datadog.rum import query
from bot.providers.datadog.rum.datadog_source import DatadogSource
from bot.signals.answer import Caveat, CaveatKind, Counts, TopError
from bot.signals.answer_text import is_compared_before_data
from bot.signals.question import GroupBy, Period, Signal
from standins.datadog.datadog_faults import DatadogFault
from standins.datadog.world import World
from tests.providers.contract.events import ASKED, BUY, signals
from tests.providers.datadog.examples import MONDAY, NOON, NOW, WEEK, action, error, put

NONE = dict.fromkeys(Signal, 0)
SAMPLED = Caveat(CaveatKind.SAMPLED)
FORGOTTEN = Caveat(CaveatKind.FORGOTTEN, "Datadog", 30)


@pytest.fixture
def source(client: Client, world: World) -> DatadogSource:
    """With data of all the time that Datadog keeps."""
    put(world, action(NOW - timedelta(days=29), target="Something else", session="s-0"))
    return DatadogSource(client, "secret", lambda: NOW)


U1, U2 = {"id": "u-1"}, {"id": "u-2"}
B1, B2 = {"anonymous_id": "b-1"}, {"anonymous_id": "b-2"}
PEOPLE: dict[str, tuple[list[tuple[str, dict[str, str]]], int, bool]] = {
    "by user": ([("s-1", U1), ("s-2", U1), ("s-3", U2)], 2, False),
    "by user, whatever the browser": ([("s-1", U1 | B1), ("s-2", U1 | B2)], 1, False),
    "by browser": ([("s-1", B1), ("s-2", B1), ("s-3", B2)], 2, True),
    "by session": ([("s-1", {}), ("s-2", {}), ("s-2", {})], 2, True),
    "by user, else by session": ([("s-1", U1), ("s-2", {}), ("s-3", {})], 3, True),
    "by each": ([("s-1", U1), ("s-2", B1), ("s-3", {})], 3, True),
    "who logs in is the user": ([("s-1", {}), ("s-1", U1)], 1, False),
    "who logs in is the user of the browser": ([("s-1", B1), ("s-1", U1 | B1), ("s-2", B1)], 1, True),
    "one session is one person": ([("s-1", B1), ("s-1", {}), ("s-1", B2)], 1, True),
}


@pytest.mark.parametrize(("events", "people", "nameless"), PEOPLE.values(), ids=PEOPLE)
async def test_people_are_told_apart_by_what_ids_there_are(
    source: DatadogSource, world: World, events: list[tuple[str, dict[str, str]]], people: int, nameless: bool
) -> None:
    clicks = [action(NOON, "rage_click", session=session) | {"usr": usr} for session, usr in events]
    put(world, *clicks, *(action(NOON - timedelta(days=3), session="s-0") | {"usr": usr} for usr in (U1, B1, {})))
    answer = await source.answer(replace(ASKED, group_by=GroupBy.COUNTRY), BUY)
    sessions = len({session for session, _ in events})
    assert (answer.counts.people, answer.exposed.people, answer.counts.sessions) == (people, people, sessions)
    assert (Caveat(CaveatKind.NAMELESS) in answer.caveats) == nameless
    [country] = answer.groups
    assert (country.counts.people, country.exposed and country.exposed.people) == (people, people)
    for by in (GroupBy.DAY, GroupBy.HOUR, GroupBy.SIGNAL):
        [row] = (await source.answer(replace(ASKED, group_by=by), BUY)).groups
        assert (row.counts.people, row.exposed and row.exposed.people) == (people, people), by


async def test_who_clicks_and_taps_in_rage_is_one_person(source: DatadogSource, world: World) -> None:
    put(world, action(NOON, "rage_click"), action(NOON, "rage_tap", kind="tap", session="s-2"))
    [rage] = (await source.answer(replace(ASKED, group_by=GroupBy.SIGNAL), BUY)).groups
    assert rage.counts == Counts({Signal.RAGE: 2}, actions=2, people=1, sessions=2)


HALF_HOURS = ["Asia/Kolkata", "Asia/Kathmandu", "Australia/Eucla", "Australia/Adelaide", "Asia/Seoul", "UTC"]


@pytest.mark.parametrize("zone", HALF_HOURS)
@pytest.mark.parametrize("ids", ["all named", "some", "none"])
@pytest.mark.parametrize("most", [10_000, 3])
async def test_hours_of_every_zone_count_people_once(
    source: DatadogSource, world: World, monkeypatch: pytest.MonkeyPatch, zone: str, ids: str, most: int
) -> None:
    """With `most` 3 there are more ids than Datadog lists, so each hour is asked for by itself."""
    monkeypatch.setattr("bot.providers.datadog.rum.count_requests.MOST_BUCKETS", most)
    start = NOON.astimezone(ZoneInfo(zone)).replace(minute=7)
    by_name: dict[str, list[dict[str, str]]] = {"all named": [U1, U2, U1 | B1], "some": [U1, B1, {}, U1 | B2]}
    users = by_name.get(ids, [{}])
    for step in range(40):
        at, usr = start + timedelta(minutes=11 * step), users[step % len(users)]
        kinds = ["rage_click"] * (step % 3 > 0)
        put(world, action(at, *kinds, session=f"s-{step * step % 7}", target="Buy now") | {"usr": usr})
    period = Period(start, start + timedelta(hours=9))
    answer = await source.answer(replace(ASKED, period=period, group_by=GroupBy.HOUR), BUY)
    assert len(answer.groups) > 6
    for group in answer.groups:
        hour = datetime.strptime(group.label, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(zone))
        one = Period(max(hour, start), hour.replace(minute=0) + timedelta(hours=1))
        alone = await source.answer(replace(ASKED, period=one), BUY)
        assert (group.counts, group.exposed) == (alone.counts, alone.exposed), group.label


async def test_one_person_in_both_halves_of_an_hour_is_one(source: DatadogSource, world: World) -> None:
    start = MONDAY.astimezone(ZoneInfo("Asia/Kolkata")).replace(hour=0, minute=0)
    put(world, *(action(start + timedelta(hours=14, minutes=at), "rage_click") for at in (10, 50)))
    asked = replace(ASKED, period=Period(start, start + timedelta(days=1)), group_by=GroupBy.HOUR)
    [row] = (await source.answer(asked, BUY)).groups
    assert row.label.endswith(" 14:00")
    assert (row.counts, row.exposed) == (Counts({**NONE, Signal.RAGE: 2}, 2, 1, 1), Counts({}, 2, 1, 1))


async def test_errors_of_older_clicks_are_found_behind_many_without(source: DatadogSource, world: World) -> None:
    put(world, action(NOON, "error_click", id="old", errors=1), error(NOON, "boom", "old"))
    put(world, *(action(NOON + timedelta(hours=1), "rage_click") for _ in range(120)))
    answer = await source.answer(ASKED, BUY)
    assert (answer.errors, answer.caveats) == ((TopError("boom", 1),), ())


async def test_more_failed_actions_than_are_looked_at_are_said(source: DatadogSource, world: World) -> None:
    put(world, *(action(NOON, "error_click", id=f"many-{number}", errors=1) for number in range(101)))
    put(world, error(NOON, "boom", *(f"many-{number}" for number in range(100))))
    assert (await source.answer(ASKED, BUY)).caveats == (Caveat(CaveatKind.NEWEST_ERRORS, number=100),)


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/New_York", "Asia/Kathmandu", "UTC"])
async def test_hours_and_days_of_any_zone_add_up(source: DatadogSource, world: World, zone: str) -> None:
    midnight = MONDAY.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0)
    start = midnight + timedelta(minutes=23)
    put(world, *(action(start.astimezone(UTC) + timedelta(minutes=20 * step), "rage_click") for step in range(144)))
    for days, slices in ((1, 25), (3, 4)):
        period = Period(start, (start.astimezone(UTC) + timedelta(days=days)).astimezone(ZoneInfo(zone)))
        answer = await source.answer(replace(ASKED, period=period), BUY)
        counted = [bucket.by_signal[Signal.RAGE] for bucket in answer.series]
        assert (len(counted), sum(counted)) == (slices, min(days * 72, 144))
        for bucket, after in zip(answer.series, [*(it.start for it in answer.series[1:]), period.end], strict=True):
            inside = sum(bucket.start.timestamp() <= it["date"] / 1000 < after.timestamp() for it in world.events)
            assert bucket.by_signal[Signal.RAGE] == inside


async def test_errors_are_groups_by_how_many_actions_they_happened_in(source: DatadogSource, world: World) -> None:
    put(world, *(action(NOON, "error_click", id=id, session=id, errors=1) for id in ("a-1", "a-2")))
    put(world, error(NOON, "boom", "a-1"), error(NOON, "boom", "a-2"), error(NOON, "rare", "a-1"))
    put(world, error(NOON, "boom", "a-1"), error(NOON, "of another click", "a-z"))
    answer = await source.answer(replace(ASKED, group_by=GroupBy.ERROR), BUY)
    assert [(it.label, it.counts.actions, it.exposed) for it in answer.groups] == [("boom", 2, None), ("rare", 1, None)]
    assert [(signals(it.counts), it.counts.people, it.counts.sessions) for it in answer.groups] == [
        ([0, 0, 2], 1, 2),
        ([0, 0, 1], 1, 1),
    ]


async def test_seen_lists_names_most_clicked_first_and_masked_ones_by_selector(
    source: DatadogSource, world: World
) -> None:
    put(world, *(action(NOON, target=name) for name in ("Buy now", "Buy now", "구매하기")))
    put(world, *(action(NOON, target=query.MASKED, selector=it) for it in ("#pay", "#pay", "#pay", "#x")))
    seen = await source.seen(WEEK)
    assert [(it.name, it.selector, it.actions) for it in seen] == [
        (query.MASKED, "#pay", 3),
        ("Buy now", "", 2),
        (query.MASKED, "#x", 1),
        ("구매하기", "", 1),
    ]


async def test_what_was_seen_a_moment_ago_is_not_asked_again(source: DatadogSource, client: Client) -> None:
    await source.seen(WEEK)
    await source.seen(WEEK)
    assert client.calls == 1


async def test_a_question_takes_seven_requests(source: DatadogSource, client: Client, world: World) -> None:
    put(world, action(NOON, "error_click", id="a-1", errors=1), error(NOON, "boom", "a-1"))
    await source.answer(ASKED, BUY)  # the first one also looks at the sampling
    calls = client.calls
    await source.answer(ASKED, BUY)
    assert client.calls - calls == 7


async def test_what_limits_the_numbers_is_said(source: DatadogSource, world: World) -> None:
    put(world, action(NOON, "rage_click", rate=20))
    world.faults.add(DatadogFault("aggregate", partial=True))
    assert (await source.answer(ASKED, BUY)).caveats == (Caveat(CaveatKind.TIMED_OUT, "Datadog"), SAMPLED)
    assert (await source.answer(ASKED, BUY)).caveats == (SAMPLED,)
    old = replace(ASKED, period=Period(NOW - timedelta(days=20), NOW))
    assert (await source.answer(old, BUY)).caveats == (FORGOTTEN, SAMPLED)


async def test_the_day_of_the_oldest_data_is_told_where_the_question_begins_earlier(
    client: Client, world: World
) -> None:
    put(world, action(NOON, "rage_click"))
    young = await DatadogSource(client, "secret", lambda: NOW).answer(ASKED, BUY)
    assert (young.caveats, young.kept_from) == ((Caveat(CaveatKind.BEFORE_DATA),), NOON)
    put(world, action(NOW - timedelta(days=29), target="Something else"))
    source = DatadogSource(client, "secret", lambda: NOW)
    whole = await source.answer(ASKED, BUY)
    assert (whole.caveats, whole.kept_from) == ((), None)
    old = await source.answer(replace(ASKED, period=Period(NOW - timedelta(days=40), NOW)), BUY)
    assert old.kept_from == (NOW - timedelta(days=29)).replace(minute=0, second=0)
    assert old.caveats == (FORGOTTEN,)


async def test_an_hour_that_was_over_before_the_oldest_data_is_not_known(client: Client, world: World) -> None:
    put(world, action(NOON, "rage_click"))
    hour = replace(ASKED, period=Period(NOON, NOON + timedelta(hours=1)))
    answer = await DatadogSource(client, "secret", lambda: NOW).answer(hour, BUY)
    assert (answer.counts.actions, answer.kept_from) == (1, NOON)
    assert is_compared_before_data(answer)


async def test_the_link_leads_to_the_same_question(source: DatadogSource) -> None:
    answer = await source.answer(ASKED, BUY)
    link = urlsplit(answer.link)
    assert f"{link.scheme}://{link.netloc}{link.path}" == "https://app.datadoghq.com/rum/sessions"
    assert parse_qs(link.query)["query"] == [answer.query]
    assert parse_qs(link.query)["from_ts"] == [str(round(MONDAY.timestamp() * 1000))]


def test_a_link_to_a_replay_names_session_view_and_moment() -> None:
    link = datadog_links.session(Site("datadoghq.eu"), "s/1", "v 1", NOON)
    ms = round(NOON.timestamp() * 1000)
    assert link == f"https://app.datadoghq.eu/rum/replay/sessions/s%2F1?seed=v+1&from={ms}"


async def test_a_refused_key_is_one_sentence(source: DatadogSource, world: World) -> None:
    world.permissions = set()
    with pytest.raises(Unauthorized, match="rum_apps_read"):
        await source.answer(ASKED, BUY)
