"""Key times, impact and a drafted summary, counted by the whole bot from the sample week."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from bot.kernel.locale import Locale
from bot.notebook.impact import DraftedSummary, Impact
from bot.notebook.key_times import KeyTimeKind, KeyTimes
from bot.notebook.notebook import Notebook
from bot.notebook.ports import change
from bot.services.postmortems.jobs import RefreshFactsJob
from bot.services.postmortems.refresh_facts import refresh_due, refresh_facts
from tests.handlers.house import INCIDENT, JISOO, House, has, until
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
    detected = times.of(KeyTimeKind.DETECTED)
    assert detected
    assert detected.at
    assert start.at < detected.at <= house.clock()
    assert detected.values == {"who": "Mina Park"}
    assert impact
    assert impact.start == start.at
    assert (impact.over, impact.release) == (False, "2.31.0")
    assert impact.people.share
    assert impact.people.share > 0.6
    assert impact.before
    assert impact.before.share is not None
    assert impact.before.share < impact.people.share
    text = summary_of(kept)
    locale = Locale.of(kept.language, kept.zone)
    for fact in ("2.31.0", locale.moment(start.at), locale.number(impact.people.hit), "buy button"):
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
    later = before.start + timedelta(minutes=90)
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
    assert await corrected(house, kept, "impact_start", at="12:00") == 409, "somebody else set it in the meantime"


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
