"""A name is found however a text writes it down, and the bot's own words are written anew without it."""

from __future__ import annotations

import msgspec
import pytest

from bot.app.erasure.forget_person import ErasureContext, forget_person
from bot.app.erasure.person_traces import REMOVED, PersonTraces
from bot.notebook.cell_data import Comment, FollowUp
from bot.notebook.edits import edit_cell
from bot.notebook.head import Head, Participant
from bot.notebook.merge import merge
from bot.notebook.notebook import Notebook, digest
from bot.notebook.notebook_text import NotebookText, escaped
from bot.notebook.timeline import Entry
from bot.state import keys
from bot.state.records import Records
from tests.erasure.person_data import WHEN
from tests.notebook.examples import opened

WHO, NAME = "U0HOSTILE1", "Kim_*Lee* & <Söhne>"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mina_park@example.com", "Asked by mina\\_park@example.com."),
        (NAME, f"Asked by {escaped(NAME)}."),
        (NAME, "Asked by Kim_*Lee* &amp; &lt;Söhne&gt;."),
        ("O'Brien", "Asked by O&#39;Brien."),
        ("Mina Park", "Asked by Mina  Park."),
        ("Mina Park", "Mina Park님이 물었다"),
        ("한지수", "한지수님께서 물었다"),
        ("한지수", "한지수가 물었다"),
        ("한지수", "담당자는 한지수였습니다"),
        ("한지수", "_한지수_ 님이 물었다"),
        ("Mina Park", "_Mina Park_ asked, and so did *Mina Park*"),
        ("O'Brien", "Asked by O&apos;Brien."),
        ("田中太郎", "担当田中太郎さんが聞いた"),
    ],
)
def test_a_name_is_taken_out_however_it_is_written_down(name: str, text: str) -> None:
    after = PersonTraces(WHO, {name}).without(text)
    assert REMOVED in after
    assert not any(part in after for part in ("mina", "Mina", "Kim", "Söhne", "Brien", "한지수", "田中"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("한지수", "한지수민이 물었다"),
        ("Mina Park", "Mina Parker"),
        ("Ada", "Adana"),
        ("Ada", "Nevada"),
        ("Ada", "ada_l"),
        ("- -", "a - - b"),
    ],
)
def test_a_longer_name_is_somebody_elses(name: str, text: str) -> None:
    assert PersonTraces(WHO, {name}).without(text) == text


def notebook(text: NotebookText) -> Notebook:
    """Somebody with a name of one word commands it, commented and owns a follow-up."""
    somebody = Participant("jisu", WHO)
    empty = msgspec.structs.replace(opened(text), head=Head(commander=somebody, owner=somebody))
    rows = (
        FollowUp("r1", "Buy fails", WHEN, owner="jisu"),
        Comment("c1", WHEN, "I look", "jisu"),
        Entry("1700.1", WHEN, "Rolled back", who="jisu"),
    )
    return merge(empty, rows, text.for_notebook(empty))


async def test_the_bots_own_words_are_written_anew_and_peoples_stay(context: ErasureContext) -> None:
    text = NotebookText.load()
    whole = notebook(text)
    cell = next(each for each in whole.cells if each.managed and "jisu" in each.markdown)
    theirs = edit_cell(whole, cell.id, markdown="jisu wrote this", seen=digest(cell.markdown), author="Erik")
    records = Records(context.records, Notebook)
    for id, each in (("N7", whole), ("N8", theirs)):
        await records.put(keys.record("T1", "notebook", id), msgspec.structs.replace(each, id=id, team="T1"))
    await forget_person(context, WHO)
    after, edited = [await records.get(keys.record("T1", "notebook", id)) for id in ("N7", "N8")]
    assert after
    assert edited
    assert "jisu" not in msgspec.json.encode(after[0]).decode()
    assert not any(each.edited for each in after[0].cells)
    kept = edited[0].cell(cell.id)
    assert kept
    assert (kept.markdown, kept.edited) == ("jisu wrote this", True)


async def test_a_home_tab_goes_with_its_person(context: ErasureContext) -> None:
    key = keys.record("T1", "home", WHO)
    await context.records.write(key, b'{"digest":"d","until":1.0}', 0)
    await forget_person(context, WHO)
    assert await context.records.read(key) is None
