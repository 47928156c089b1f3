"""What goes into the channel's post-mortem, and stays there."""

from __future__ import annotations

from typing import Any

from bot.notebook.cell_data import Number, StoredClip
from bot.notebook.edits import add_cell
from bot.notebook.notebook import Cell, Notebook
from bot.notebook.ports import change
from bot.notebook.timeline import Entry, EntryKind
from tests.handlers.house import INCIDENT, JISOO, House, has, until
from tests.handlers.walking import quiet

Json = dict[str, Any]
TEAM = "T0NORDIC01"
QUESTION = "frustration signals on buy button this week"


async def notebook(house: House) -> Notebook:
    async def found() -> Notebook | None:
        return await house.services.postmortems.notebooks.find(TEAM, INCIDENT)

    return await until(found)


async def added(house: House, said: Json) -> Json:
    await house.press(said, "notebook.add")
    return await house.reply(said["ts"], lambda it: "/notebooks/" in str(it.get("blocks")))


async def test_an_answer_opens_the_notebook_and_the_reply_links_to_its_cell(house: House) -> None:
    said = await house.ask(QUESTION)
    reply = await added(house, said)
    kept = await notebook(house)
    [number] = [cell for cell in kept.cells if isinstance(cell.data, Number)]
    assert isinstance(number.data, Number)
    assert said["text"].startswith(number.data.title)
    assert number.data.asked_by == "Mina Park"
    assert f"{kept.path}#cell-{number.id}" in str(reply["blocks"])
    assert number.data
    assert f"{number.data.signals:,}" in said["text"]


async def test_adding_the_same_answer_twice_adds_it_once(house: House) -> None:
    said = await house.ask(QUESTION)
    await added(house, said)
    await quiet(house.redis)  # its facts are counted now
    before = await notebook(house)
    await house.press(said, "notebook.add")
    assert await house.whispered()
    after = await notebook(house)
    assert len(after.cells) == len(before.cells)


async def test_two_questions_keep_two_numbers_in_one_notebook(house: House) -> None:
    for question in (QUESTION, "dead clicks on checkout this week"):
        await added(house, await house.ask(question))
    kept = await notebook(house)
    assert len([cell for cell in kept.cells if isinstance(cell.data, Number)]) == 2


def messages_in(kept: Notebook) -> list[Entry]:
    """Entries of the timeline that the bot did not note by itself."""
    return [entry for entry in kept.timeline if not entry.what]


async def test_what_was_pinned_before_is_in_the_timeline(house: House) -> None:
    pins = await house.look("pins", channel=INCIDENT)
    await added(house, await house.ask(QUESTION))
    kept = await notebook(house)
    assert len(messages_in(kept)) == len(pins["items"]) == 1


async def test_a_pinned_message_reads_as_in_the_channel(house: House) -> None:
    await added(house, await house.ask(QUESTION))
    kept = await notebook(house)
    [entry] = messages_in(kept)
    assert entry.who == "Erik Strøm"
    assert entry.markdown.startswith("**SEV-2 declared**: ")
    assert "_“the Buy button does nothing”_" in entry.markdown
    assert "@Mina Park is on call" in entry.markdown
    cell = kept.managed("timeline")
    assert cell
    assert entry.markdown in cell.markdown


async def test_an_edit_is_told_with_the_names_of_groups_and_channels(house: House) -> None:
    await added(house, await house.ask(QUESTION))
    message = await house.say("Rolled back")
    await house.human("pin", channel=INCIDENT, ts=message["ts"])
    await until(lambda: says(house, "Rolled back"))
    text = f"*Rolled back*, <!subteam^S0CHECKOUT> told <#{INCIDENT}> :tada:"
    await house.human("edit", channel=INCIDENT, ts=message["ts"], text=text)
    await until(lambda: says(house, "told"))
    entry = (await notebook(house)).timeline[-1]
    assert entry.markdown == "**Rolled back**, @checkout-team told #inc-142-checkout 🎉"


async def test_a_later_cut_of_a_session_takes_the_place_of_the_one_before(house: House) -> None:
    async with house.rendering():
        said = await house.ask(QUESTION)
        await house.press(said, "clip.make")
        first = await house.reply(said["ts"], lambda it: has(it, "clip.window"))
        await added(house, said)
        [before] = clips(await notebook(house))
        await house.press(first, "clip.earlier")
        second = await house.reply(said["ts"], lambda it: has(it, "clip.window") and it["ts"] != first["ts"])
        await house.press(said, "notebook.add")
        await until(lambda: _another(house, before))
        [after] = clips(await notebook(house))
        assert after.id == before.id, "links to the clip still lead there"
        await house.press(first, "notebook.clip")
        await until(lambda: _another(house, after))
        [chosen] = clips(await notebook(house))
        assert chosen.marker == before.marker, "it takes the place of what came along"
        await house.press(second, "clip.later")
        known = {first["ts"], second["ts"]}
        await house.reply(said["ts"], lambda it: has(it, "clip.window") and it["ts"] not in known)
        await house.press(said, "notebook.add")
        await quiet(house.redis)
        assert [it.marker for it in clips(await notebook(house))] == [chosen.marker], "no other one comes along"
        await house.press(second, "notebook.clip")
        await house.reply(said["ts"], lambda it: "was added before and stays" in str(it.get("blocks")))
    assert len(clips(await notebook(house))) == 2, "both were chosen"


async def test_the_notice_counts_the_clips_that_come_along_and_not_those_that_are_there(house: House) -> None:
    async with house.rendering():
        said = await house.ask(QUESTION)
        await house.press(said, "clip.make")
        first = await house.reply(said["ts"], lambda it: has(it, "clip.window"))
        await house.press(first, "notebook.clip")
        await house.reply(said["ts"], lambda it: "The clip is in" in it["text"])
        await house.press(said, "notebook.add")
        reply = await house.reply(said["ts"], lambda it: "The answer is in" in it["text"])
        assert "came along" not in str(reply["blocks"])
        await house.press(said, "notebook.add")
        assert "came along" not in await house.whispered("in the post-mortem already")
        await house.press(said, "clip.three")
        await house.reply(said["ts"], lambda it: "side by side" in str(it.get("blocks")))
        await house.press(said, "notebook.add")
        assert "1 clip came along" in await house.whispered("came along")


async def test_a_clip_speaks_the_language_of_the_post_mortem_and_not_of_who_asked(house: House) -> None:
    async with house.rendering():
        await added(house, await house.ask(QUESTION))  # opened by somebody who speaks English
        said = await house.ask("이번 주 구매 버튼 분노 클릭", user=JISOO.id)
        await house.press(said, "clip.make", user=JISOO.id)
        shown = await house.reply(said["ts"], lambda it: has(it, "clip.window"))
        assert "클릭" in str(shown["blocks"])
        await house.press(said, "notebook.add", user=JISOO.id)
        await until(lambda: _count(house, 1))
    kept = await notebook(house)
    [clip] = [cell.data for cell in clips(kept) if isinstance(cell.data, StoredClip)]
    told = (clip.caption, clip.alt_text, *(line.text for line in clip.transcript))
    assert "clicked" in clip.caption
    assert not [text for text in told if "클릭" in text]
    assert not clip.words
    [noted] = [entry.named["caption"] for entry in kept.timeline if entry.what == EntryKind.CLIP]
    assert noted == clip.caption


async def _another(house: House, cell: Cell) -> bool:
    return cell.marker not in {it.marker for it in clips(await notebook(house))}


async def _count(house: House, n: int) -> bool:
    return len(clips(await notebook(house))) == n


def clips(it: Notebook) -> list[Cell]:
    return [cell for cell in it.shown if isinstance(cell.data, StoredClip)]


async def test_a_pin_an_edit_and_a_deletion_reach_the_timeline(house: House) -> None:
    await added(house, await house.ask(QUESTION))
    message = await house.say("Rolled back 2.32.0")
    await house.human("pin", channel=INCIDENT, ts=message["ts"])
    await until(lambda: says(house, "Rolled back 2.32.0"))
    await house.human("edit", channel=INCIDENT, ts=message["ts"], text="Rolled back 2.32.0 at 14:02")
    await until(lambda: says(house, "Rolled back 2.32.0 at 14:02"))
    await house.human("delete", channel=INCIDENT, ts=message["ts"])

    async def gone() -> bool:
        return not await says(house, "Rolled back")

    assert await until(gone)


async def says(house: House, text: str) -> bool:
    return any(text in entry.text for entry in (await notebook(house)).timeline)


async def test_peoples_text_survives_whatever_the_bot_adds(house: House) -> None:
    notebooks = house.services.postmortems.notebooks
    await added(house, await house.ask(QUESTION))
    kept = await notebook(house)
    text = "We *should* have seen this.\n\n<!-- replaybook:number/x -->\n| a | b |"
    await change(notebooks, kept.id, lambda it: add_cell(it, markdown=text, after=it.cells[0].id, author="Mina"))
    await added(house, await house.ask("dead clicks on checkout this week"))
    after = await notebook(house)
    assert [cell.markdown for cell in after.cells if not cell.managed] == [text]


async def test_the_notebook_is_served_as_a_page_and_as_markdown(house: House) -> None:
    await added(house, await house.ask(QUESTION))
    kept = await notebook(house)
    base = house.services.postmortems.public_url
    async with house.session.get(f"{base}{kept.path}") as page:
        assert page.status == 200
        assert "Content-Security-Policy" in page.headers
        assert "TypeError: cart is undefined" in await page.text()
    async with house.session.get(f"{base}{kept.path}.md") as page:
        assert "<!-- replaybook:number/" in await page.text()
