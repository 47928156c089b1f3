"""What every provider's notebooks promise, whoever keeps them."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from bot.kernel.errors import Conflict, Missing
from bot.notebook.edits import add_cell
from bot.notebook.head import DocumentStatus, Participant, Severity
from bot.notebook.head_edits import HeadChange, HeadFacts, change_head, read_facts
from bot.notebook.merge import merge, withdrawn
from bot.notebook.notebook_text import NotebookText
from bot.notebook.ports import NotebookStore, change
from bot.notebook.timeline import Entry
from tests.notebook.examples import EVERYTHING, NOON, opened

WORDS = NotebookText.load()


async def test_a_notebook_is_read_as_it_was_saved(store: NotebookStore) -> None:
    empty = opened(WORDS)
    made = await store.create(merge(empty, EVERYTHING, WORDS.for_notebook(empty)))
    assert made.version == 1
    assert (await store.get(made.id)).cells == made.cells
    in_channel = await store.find("T1", "C1")
    assert in_channel
    assert in_channel.id == made.id
    assert await store.find("T2", "C1") is None
    assert [notebook.id for notebook in await store.list("T1")] == [made.id]


async def test_creating_again_keeps_what_was_written(store: NotebookStore) -> None:
    first = await store.create(opened(WORDS))
    await change(store, first.id, lambda notebook: add_cell(notebook, markdown="mine", after="", author="P"))
    again = await store.create(opened(WORDS))
    assert (again.id, again.cells[-1].markdown) == (first.id, "mine")


async def test_a_save_over_somebody_elses_is_a_conflict(store: NotebookStore) -> None:
    made = await store.create(opened(WORDS))
    saved = await store.save(add_cell(made, markdown="one", after="", author="P"), made.version)
    assert saved.version == made.version + 1
    with pytest.raises(Conflict):
        await store.save(add_cell(made, markdown="two", after="", author="P"), made.version)


async def test_a_change_of_nothing_is_no_new_version(store: NotebookStore) -> None:
    made = await store.create(opened(WORDS))
    assert (await change(store, made.id, lambda notebook: notebook)).version == made.version


async def test_a_cell_that_was_withdrawn_is_gone_and_may_come_again(store: NotebookStore) -> None:
    empty = opened(WORDS)
    made = await store.create(merge(empty, EVERYTHING, WORDS.for_notebook(empty)))
    await change(store, made.id, lambda notebook: withdrawn(notebook, {"number/1700.1"}))
    after = await store.get(made.id)
    assert after.managed("number/1700.1") is None
    assert len(after.cells) == len(made.cells) - 1
    await change(store, made.id, lambda notebook: merge(notebook, EVERYTHING, WORDS.for_notebook(notebook)))
    assert (await store.get(made.id)).managed("number/1700.1")


async def test_the_head_is_kept_whatever_else_changes(store: NotebookStore) -> None:
    mina = Participant("Mina Park", "U1")
    facts = HeadFacts(severity=Severity.SEV_2, topic="Buy is broken", participants=(mina,), features=("Buy button",))
    made = await store.create(read_facts(opened(WORDS), facts))
    wanted = HeadChange(status=DocumentStatus.PUBLISHED, owner=mina, severity=Severity.SEV_0)
    after = await change(store, made.id, lambda it: change_head(it, wanted, who=mina, at=NOON))
    assert after.version == made.version + 1
    await change(store, made.id, lambda it: add_cell(it, markdown="mine", after="", author="P"))
    for kept in (await store.get(made.id), await store.find("T1", "C1"), *await store.list("T1")):
        assert kept
        assert kept.head == after.head
        assert (kept.head.severity, kept.head.owner, kept.head.published) == (Severity.SEV_0, mina, True)
        assert kept.head.by_people == {"status", "owner", "severity"}


async def test_a_head_that_does_not_change_is_no_new_version(store: NotebookStore) -> None:
    facts = HeadFacts(severity=Severity.SEV_2)
    made = await store.create(read_facts(opened(WORDS), facts))
    assert (await change(store, made.id, lambda it: read_facts(it, facts))).version == made.version


async def test_of_changes_at_once_none_is_lost(store: NotebookStore) -> None:
    made = await store.create(opened(WORDS))

    async def add(n: int) -> None:
        entry = Entry(f"C1/{n}", NOON, f"Entry {n}.")
        await change(store, made.id, lambda notebook: merge(notebook, [entry], WORDS.for_notebook(notebook)))

    await asyncio.gather(*map(add, range(6)))
    assert len((await store.get(made.id)).timeline) == 6


async def test_what_never_was_is_missing(store: NotebookStore) -> None:
    with pytest.raises(Missing):
        await store.get("nowhere")
    assert await store.find("T1", "C9") is None


async def test_a_channel_that_is_opened_twice_at_once_has_one_notebook(store: NotebookStore) -> None:
    created = await asyncio.gather(*(store.create(opened(WORDS)) for _ in range(5)))
    assert len({notebook.id for notebook in created}) == 1
    assert [notebook.id for notebook in await store.list("T1")] == [created[0].id]


async def test_the_list_is_newest_first_and_by_team(store: NotebookStore) -> None:
    made = [
        await store.create(msgspec.structs.replace(opened(WORDS), team=team, channel=f"C{number}"))
        for number, team in enumerate(["T1", "T2", "T1"])
    ]
    assert [notebook.id for notebook in await store.list()] == [notebook.id for notebook in reversed(made)]
    assert [notebook.channel for notebook in await store.list("T1")] == ["C2", "C0"]
    assert len(await store.list(limit=1)) == 1
    assert [notebook.channel for notebook in await store.list(limit=1, skip=1)] == ["C1"]
    assert await store.list(skip=3) == []
