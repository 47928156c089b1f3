"""What goes into the channel's post-mortem, and stays there."""

from __future__ import annotations

from typing import Any

from bot.notebook.data import Number
from bot.notebook.edits import add_cell
from bot.notebook.model import Notebook
from bot.notebook.store import change
from tests.handlers.house import INCIDENT, House, until

Json = dict[str, Any]
TEAM = "T0NORDIC01"
QUESTION = "frustration signals on buy button this week"


async def notebook(house: House) -> Notebook:
    async def found() -> Notebook | None:
        return await house.office.desk.notebooks.find(TEAM, INCIDENT)

    return await until(found)


async def added(house: House, said: Json) -> Json:
    await house.press(said, "notebook.add")
    return await house.reply(said["ts"], lambda it: "/notebooks/" in str(it.get("blocks")))


async def test_an_answer_opens_the_notebook_and_the_reply_links_to_its_cell(house: House) -> None:
    said = await house.ask(QUESTION)
    reply = await added(house, said)
    kept = await notebook(house)
    [number] = [cell for cell in kept.cells if isinstance(cell.data, Number)]
    assert f"{kept.path}#cell-{number.id}" in str(reply["blocks"])
    assert number.data
    assert f"{number.data.signals:,}" in said["text"]


async def test_adding_the_same_answer_twice_adds_it_once(house: House) -> None:
    said = await house.ask(QUESTION)
    await added(house, said)
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


async def test_what_was_pinned_before_is_in_the_timeline(house: House) -> None:
    pins = await house.look("pins", channel=INCIDENT)
    await added(house, await house.ask(QUESTION))
    kept = await notebook(house)
    assert len(kept.timeline) == len(pins["items"]) == 1


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
    desk = house.office.desk
    await added(house, await house.ask(QUESTION))
    kept = await notebook(house)
    text = "We *should* have seen this.\n\n<!-- replaybook:number/x -->\n| a | b |"
    await change(desk.notebooks, kept.id, lambda it: add_cell(it, markdown=text, after=it.cells[0].id, author="Mina"))
    await added(house, await house.ask("dead clicks on checkout this week"))
    after = await notebook(house)
    assert [cell.markdown for cell in after.cells if not cell.managed] == [text]


async def test_the_notebook_is_served_as_a_page_and_as_markdown(house: House) -> None:
    await added(house, await house.ask(QUESTION))
    kept = await notebook(house)
    base = house.office.desk.public_url
    async with house.session.get(f"{base}{kept.path}") as page:
        assert page.status == 200
        assert "Content-Security-Policy" in page.headers
        assert "TypeError: cart is undefined" in await page.text()
    async with house.session.get(f"{base}{kept.path}.md") as page:
        assert "<!-- replaybook:number/" in await page.text()
