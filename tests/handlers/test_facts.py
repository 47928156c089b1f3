"""Key times, impact and a drafted summary, counted by the whole bot from the sample week."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import msgspec
from redis.asyncio import Redis

from bot.backlog.request import RequestState
from bot.kernel.errors import Unavailable
from bot.notebook.impact import DraftedSummary, Impact
from bot.notebook.key_times import KeyTimeKind, KeyTimes
from bot.notebook.notebook import Notebook
from bot.notebook.ports import change
from bot.services.postmortems.jobs import RefreshFactsJob
from bot.services.postmortems.refresh_facts import refresh_due, refresh_facts
from bot.signals.answer import Answer
from bot.signals.source import Source
from tests.handlers.datadog import QUESTION as ON_DATADOG
from tests.handlers.datadog import Shop, with_datadog, written
from tests.handlers.datadog import added as added_on_datadog
from tests.handlers.house import INCIDENT, JISOO, House, has, until
from tests.handlers.test_fix_check import checked, fixed, visited
from tests.handlers.test_notebooks import QUESTION, TEAM, added, notebook
from tests.handlers.walking import quiet

Json = dict[str, Any]


def impact_of(kept: Notebook) -> Impact | None:
    cell = kept.managed(Impact.marker)
    return cell.data if cell and isinstance(cell.data, Impact) else None


def summary_of(kept: Notebook) -> str:
    cell = kept.managed(DraftedSummary.marker)
    return cell.data.text if cell and isinstance(cell.data, DraftedSummary) else ""


async def with_facts(house: House) -> Notebook:
    """The notebook once its facts are counted."""

    async def counted() -> Notebook | None:
        kept = await notebook(house)
        return kept if impact_of(kept) and summary_of(kept) else None

    return await until(counted)


async def corrected(house: House, kept: Notebook, kind: str, **form: str) -> int:
    url = f"http://{house.settings.host}:{house.settings.port}{kept.path}/keytimes/{kind}"
    async with house.session.post(url, data={"name": "Mina", "seen": "", **form}, allow_redirects=False) as answer:
        return answer.status


async def test_the_summary_says_that_the_fix_was_found_to_help(house: House) -> None:
    said, _ = await fixed(house)
    await added(house, said)
    assert "The check of the fix" not in summary_of(await with_facts(house))
    await visited(house, 400, 0)
    assert (await checked(house, timedelta(hours=1))).state is RequestState.IMPROVED

    async def is_told() -> bool:
        return "The check of the fix found that fewer sessions" in summary_of(await notebook(house))

    assert await until(is_told)


async def test_an_added_answer_brings_key_times_impact_and_summary(house: House) -> None:
    said = await house.ask(QUESTION)
    await added(house, said)
    kept = await with_facts(house)
    times, impact = kept.key_times, impact_of(kept)
    start, trigger = times.of(KeyTimeKind.IMPACT_START), times.of(KeyTimeKind.TRIGGER)
    assert start
    assert trigger
    assert start.at
    assert trigger.at
    assert trigger.values["version"] == "2.31.0"
    assert abs(start.at - trigger.at) < timedelta(minutes=30)
    assert impact
    assert impact.start == start.at
    assert (impact.over, impact.release) == (False, "2.31.0")
    assert impact.people.share
    assert impact.people.share > 0.6
    assert impact.before
    assert impact.before.share is not None
    assert impact.before.share < impact.people.share
    text = summary_of(kept)
    for fact in ("2.31.0", kept.locale.moment(start.at), kept.locale.number(impact.people.hit), "buy button"):
        assert fact in text


async def test_who_was_asked_confirmed_and_shipped_follows_the_request(house: House) -> None:
    said = await house.ask(QUESTION)
    await added(house, said)
    await with_facts(house)
    await house.press(said, "backlog.ask")
    request = await house.reply(said["ts"], lambda it: has(it, "backlog.in_backlog"))
    await house.press(request, "backlog.in_backlog", user=JISOO.id)
    await house.submit(await house.modal(user=JISOO.id), {}, user=JISOO.id)

    async def confirmed() -> KeyTimes | None:
        times = (await notebook(house)).key_times
        held = times.of(KeyTimeKind.CONFIRMED)
        return times if held and held.at else None

    times = await until(confirmed)
    asked = times.of(KeyTimeKind.ASKED)
    assert asked.at < times.of(KeyTimeKind.CONFIRMED).at
    assert asked.values["who"] == "Mina Park"
    assert "SHOP-1" in str(times.of(KeyTimeKind.CONFIRMED).values)


async def test_a_corrected_time_is_never_proposed_over_and_counts_another_span(house: House) -> None:
    await added(house, await house.ask(QUESTION))
    kept = await with_facts(house)
    before = impact_of(kept)
    assert before
    # Early on a Monday the week is a few minutes old, and no time is taken that is still to come.
    half = (house.clock() - before.start) / 2
    later = (before.start + min(timedelta(minutes=90), half)).replace(second=0, microsecond=0)
    assert await corrected(house, kept, "impact_start", other=later.isoformat()) == 303

    async def counted() -> Impact | None:
        impact = impact_of(await notebook(house))
        return impact if impact and impact.start != before.start else None

    impact = await until(counted)
    assert abs(impact.start - later) < timedelta(minutes=1)
    assert impact.people.hit < before.people.hit
    await refresh_facts(house.services.facts, RefreshFactsJob(team=TEAM, notebook=kept.id))
    held = (await notebook(house)).key_times.of(KeyTimeKind.IMPACT_START)
    assert held
    assert (held.at, held.set_by) == (impact.start, "Mina")
    again = {"other": before.start.isoformat()}
    assert await corrected(house, kept, "impact_start", **again) == 409, "somebody else set it in the meantime"


async def test_nothing_is_written_where_nothing_changed_nor_once_it_is_published(house: House) -> None:
    await added(house, await house.ask(QUESTION))
    kept = await with_facts(house)
    await quiet(house.redis)
    facts, job = house.services.facts, RefreshFactsJob(team=TEAM, notebook=kept.id)
    await refresh_facts(facts, job)
    settled = await notebook(house)
    await refresh_facts(facts, job)
    assert (await notebook(house)).version == settled.version
    store = house.services.postmortems.notebooks

    def published(current: Notebook) -> Notebook:
        head = msgspec.structs.replace(current.head, status="published")
        return msgspec.structs.replace(current, head=msgspec.convert(msgspec.to_builtins(head), type(head)), cells=())

    frozen = await change(store, kept.id, published)
    await refresh_facts(facts, job)
    assert (await notebook(house)).version == frozen.version


async def test_the_clock_counts_what_is_due_and_a_notebook_that_is_gone_is_forgotten(house: House) -> None:
    await added(house, await house.ask(QUESTION))
    kept = await with_facts(house)
    facts = house.services.facts
    assert await facts.due.open(TEAM) == [kept.id]
    await facts.due.look_at(TEAM, "gone", house.clock())
    await facts.due.look_at(TEAM, kept.id, house.clock())
    await refresh_due(facts)

    async def scheduled() -> bool:
        return await facts.due.open(TEAM) == [kept.id] and not await facts.due.due(house.clock())

    assert await until(scheduled)


async def test_a_persons_summary_is_never_written_over(house: House) -> None:
    await added(house, await house.ask(QUESTION))
    kept = await with_facts(house)
    cell = kept.managed(DraftedSummary.marker)
    assert cell

    def mine(current: Notebook) -> Notebook:
        cells = tuple(
            msgspec.structs.replace(each, markdown="What I say.", author="Mina") if each.id == cell.id else each
            for each in current.cells
        )
        return msgspec.structs.replace(current, cells=cells)

    await change(house.services.postmortems.notebooks, kept.id, mine)
    await corrected(house, kept, "impact_start", other=(house.clock() - timedelta(minutes=50)).isoformat())
    await quiet(house.redis)
    after = await notebook(house)
    assert [each.markdown for each in after.cells if each.marker == DraftedSummary.marker] == ["What I say."]
    assert "Drafted" not in "".join(each.markdown for each in after.cells)
    assert after.channel == INCIDENT


class Away:
    """A source that doesn't answer; everything else of it is left as it is."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def __getattr__(self, name: str) -> Any:
        return getattr(self.source, name)

    async def answer(self, *_: object) -> Answer:
        raise Unavailable("The source is away.")


async def test_while_the_source_is_away_what_it_told_before_stays(house: House) -> None:
    said = await house.ask(QUESTION)
    await added(house, said)
    kept = await with_facts(house)
    await house.press(said, "backlog.ask")
    await house.reply(said["ts"], lambda it: has(it, "backlog.in_backlog"))
    await quiet(house.redis)
    before = await notebook(house)
    facts = house.services.facts
    without = replace(facts, source=cast("Source", Away(facts.source)))
    await refresh_facts(without, RefreshFactsJob(team=TEAM, notebook=kept.id))
    after = await notebook(house)
    assert after.key_times == before.key_times
    assert impact_of(after) == impact_of(before)
    assert summary_of(after) == summary_of(before)


class Wording:
    """A model that words what it gets, or does what it must not."""

    sees_names = True

    def __init__(self, change: Callable[[str], str], *, words_summaries: bool = True) -> None:
        self.change, self.words_summaries = change, words_summaries
        self.asked: list[str] = []

    async def rewrite(self, words: str, guide: str) -> str:
        assert "Add nothing" in guide
        self.asked.append(words)
        return self.change(words)


async def test_a_model_may_word_the_summary_and_nothing_else(house: House) -> None:
    await added(house, await house.ask(QUESTION))
    kept = await with_facts(house)
    draft = summary_of(kept)
    job = RefreshFactsJob(team=TEAM, notebook=kept.id)
    polite = Wording(lambda text: text.replace("The most frequent error was", "The error seen most often was"))
    liar = Wording(lambda text: text.replace("83%", "99%").replace("people", "customers", 1) + " Sales fell by half.")
    blind = Wording(lambda text: text, words_summaries=False)

    async def worded(model: Wording) -> DraftedSummary:
        def forgotten(current: Notebook) -> Notebook:
            cells = tuple(each for each in current.cells if each.marker != DraftedSummary.marker)
            return msgspec.structs.replace(current, cells=cells)

        await change(house.services.postmortems.notebooks, kept.id, forgotten)
        await refresh_facts(replace(house.services.facts, rewriter=model), job)
        cell = (await notebook(house)).managed(DraftedSummary.marker)
        assert cell
        assert isinstance(cell.data, DraftedSummary)
        return cell.data

    summary = await worded(polite)
    assert "The error seen most often was" in summary.text
    assert summary.polished
    await refresh_facts(replace(house.services.facts, rewriter=polite), job)
    assert len(polite.asked) == 1, "each draft is worded once"
    assert not (await worded(liar)).polished
    assert liar.asked
    assert not (await worded(blind)).polished
    assert blind.asked == [], "it may not be told"
    assert draft.split(". In the same")[0].split(":")[0][:40] in (await worded(liar)).text


async def test_on_datadog_the_facts_are_cells_of_its_notebook(
    tmp_path: Path, redis: Redis, redis_server: str, shop: Shop
) -> None:
    world = shop()
    async with with_datadog(world, tmp_path, redis_server) as house:
        await added_on_datadog(house, await house.ask(ON_DATADOG))
        text = await written(world, "Key times", "2.31.0", "Drafted from the facts", "Impact start")
    assert "Version 2.31.0 was first seen" in text
    assert "%(" not in text
