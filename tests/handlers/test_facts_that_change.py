"""Facts of a post-mortem that turn out otherwise, are counted twice at once, or needn't be counted again."""

from __future__ import annotations

import json
from datetime import timedelta

import msgspec
import pytest

from bot.backlog.key_time_proposals import SignalFacts
from bot.jobs import answer_jobs
from bot.kernel.errors import Unavailable
from bot.notebook import key_time_words as words
from bot.notebook.edits import edit_cell
from bot.notebook.impact import DraftedSummary, Impact
from bot.notebook.key_times import KeyTimeKind
from bot.notebook.notebook import Notebook, digest
from bot.notebook.ports import change
from bot.queue.job import Job
from bot.services.postmortems import refresh_facts as refreshing
from bot.services.postmortems.jobs import RefreshFactsJob
from bot.services.postmortems.write_facts import CountedFacts, write_facts
from bot.services.questions.jobs import AnswerJob
from tests.handlers.house import House, has
from tests.handlers.test_facts import impact_of, summary_of, with_facts
from tests.handlers.test_notebooks import QUESTION, TEAM, added, notebook
from tests.handlers.walking import quiet


async def settled(house: House) -> Notebook:
    await added(house, await house.ask(QUESTION))
    await with_facts(house)
    await quiet(house.redis)
    return await notebook(house)


async def nothing_rose(*_: object) -> SignalFacts:
    return SignalFacts(unknown=words.NOT_RISEN)


async def test_when_nothing_rose_after_all_its_numbers_and_summary_go(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = await settled(house)
    monkeypatch.setattr(refreshing, "signal_facts", nothing_rose)
    await refreshing.refresh_facts(house.services.facts, RefreshFactsJob(team=TEAM, notebook=kept.id))
    after = await notebook(house)
    start = after.key_times.of(KeyTimeKind.IMPACT_START)
    assert start is None or start.at is None
    assert after.managed(Impact.marker) is None
    assert after.managed(DraftedSummary.marker) is None
    monkeypatch.undo()
    await refreshing.refresh_facts(house.services.facts, RefreshFactsJob(team=TEAM, notebook=kept.id))
    again = await notebook(house)
    assert impact_of(again)
    assert summary_of(again)


async def test_what_a_person_wrote_over_the_summary_outlives_its_facts(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = await settled(house)
    cell = kept.managed(DraftedSummary.marker)
    assert cell
    seen = digest(cell.markdown)
    store = house.services.postmortems.notebooks
    await change(store, kept.id, lambda it: edit_cell(it, cell.id, markdown="Ours.", seen=seen, author="Mina"))
    monkeypatch.setattr(refreshing, "signal_facts", nothing_rose)
    await refreshing.refresh_facts(house.services.facts, RefreshFactsJob(team=TEAM, notebook=kept.id))
    after = (await notebook(house)).cell(cell.id)
    assert after
    assert after.markdown == "Ours."


async def test_a_slower_count_writes_over_no_newer_one(house: House) -> None:
    kept = await settled(house)
    impact = impact_of(kept)
    assert impact
    older = msgspec.structs.replace(impact, counted_at=impact.counted_at - timedelta(minutes=1), actions=1)
    await write_facts(house.services.facts, kept, CountedFacts(kept.key_times, kept.key_times, older))
    assert (await notebook(house)).version == kept.version


async def test_what_people_do_asks_no_source_that_was_asked_a_moment_ago(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = await settled(house)
    asked: list[object] = []

    async def counted(*args: object) -> SignalFacts:
        asked.append(args)
        return await nothing_rose()

    monkeypatch.setattr(refreshing, "signal_facts", counted)
    job = RefreshFactsJob(team=TEAM, notebook=kept.id, version=kept.version, recount=False)
    assert job.job_id != RefreshFactsJob(team=TEAM, notebook=kept.id, version=kept.version).job_id
    await refreshing.refresh_facts(house.services.facts, job)
    assert asked == []
    assert impact_of(await notebook(house)) == impact_of(kept)


async def test_a_notebook_that_is_away_makes_no_failure_of_a_good_answer(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = await house.ask(QUESTION)
    await quiet(house.redis)
    elements = [element for block in said["blocks"] for element in block.get("elements", ())]
    value = next(element["value"] for element in elements if element.get("action_id") == "signals.refine")

    async def away(*_: object) -> None:
        raise Unavailable("The notebooks are away.")

    monkeypatch.setattr(house.services.postmortems.notebooks, "find", away)
    answering = answer_jobs()[AnswerJob.job_name]
    assert isinstance(answering, Job)
    await answering.run(house.services, AnswerJob(team=TEAM, question=json.loads(value)["id"]))
    now = next(it for it in await house.messages() if it["ts"] == said["ts"])
    assert has(now, "signals.refine")
