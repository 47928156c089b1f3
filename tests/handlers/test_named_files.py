"""A file of another channel's, or workspace's, is not had by writing its address into something of one's own."""

from __future__ import annotations

import zipfile
from io import BytesIO

import msgspec
import pytest

from bot.backlog.ticket import NewTicket
from bot.notebook.notebook import Notebook
from bot.notebook.shown_clip import ShownClip
from tests.backlog.examples import NEW
from tests.handlers.signed_in_house import JISOO, MINA, OPEN_CHANNEL, TEAM, SignedInHouse
from tests.messages.scenes import LANGUAGES
from tests.messages.scenes.answers import answered
from tests.notebook.examples import CLIP, opened

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def own_notebook(site: SignedInHouse, team: str = TEAM, channel: str = OPEN_CHANNEL) -> Notebook:
    postmortems = site.services.postmortems
    return await postmortems.notebooks.create(
        msgspec.structs.replace(opened(postmortems.text), id="own-notebook", team=team, channel=channel)
    )


async def test_whoever_names_a_file_in_a_notebook_of_theirs_does_not_get_it(site: SignedInHouse) -> None:
    """Jisoo is not in the channel that has the clip; she has its address from an export that went around."""
    own = await own_notebook(site)
    file = f"/files/{site.file}"
    for path, text in (
        ("/comments", f"![it]({file})"),
        ("/cells", f"![it]({file}) and [it]({site.base}{file}) and {site.base}{file}"),
        ("/title", f"it is {file}"),
    ):
        form = {"title": text} if path == "/title" else {"text": text}
        assert (await site.send(f"{own.path}{path}", JISOO.id, **form))[0] == 303
    await site.forget()
    status, page = await site.get(own.path, JISOO.id)
    assert (status, file in page) == (200, True)
    assert (await site.get(file, JISOO.id))[0] == 403, "after her page was shown"
    await site.forget()
    assert (await site.get(file, JISOO.id))[0] == 403, "when notebooks are searched for it"
    assert (await site.get(file, MINA.id))[0] == 200


async def test_no_export_takes_along_a_file_that_somebodys_words_name(site: SignedInHouse) -> None:
    own = await own_notebook(site)
    await site.send(f"{own.path}/cells", JISOO.id, text=f"![it](/files/{site.file})")
    _, html = await site.get(f"{own.path}.html", JISOO.id)
    assert "data:image" not in html
    url, cookie = f"{site.base}{own.path}.zip", f"replaybook-session={site.signed(site.session(JISOO.id))}"
    async with site.http.get(url, headers={"Cookie": cookie}) as answer:
        names = zipfile.ZipFile(BytesIO(await answer.read())).namelist()
    assert names == ["postmortem.md"]


async def test_a_ticket_opens_the_clip_that_was_the_newest_when_it_was_written(site: SignedInHouse) -> None:
    services = site.services
    asked = msgspec.structs.replace(answered(str, LANGUAGES["en"]), id="Q0CLIPS", team=TEAM, channel=OPEN_CHANNEL)
    await services.questions.records.add(asked)
    for id in ("first", "second"):
        clip = msgspec.structs.replace(CLIP, file=await services.postmortems.files.put(b"GIF89a" + id.encode(), "gif"))
        await services.postmortems.clips.keep(
            asked, ShownClip(id=id, asked=asked.id, session=id, start_ms=0, end_ms=1, clip=clip)
        )
    first, second = [it.clip.file for it in await services.postmortems.clips.of_question(asked)]
    wanted = NewTicket(
        project="SHOP", title="Buy fails", description=f"[Clip](/files/{first}), /files/{site.file}", meaning="m2"
    )
    ticket = await services.requests.trackers.of("local").create(wanted)
    request = msgspec.structs.replace(
        NEW, id="R2", team=TEAM, channel=OPEN_CHANNEL, ticket=ticket.key, question=asked.id
    )
    await services.requests.records.add(request)
    await services.requests.records.note_ticket(request, "local")
    assert (await site.get(f"/files/{first}", JISOO.id))[0] == 403
    status, page = await site.get(f"/tickets/{ticket.key}", JISOO.id)
    assert (status, first in page, second in page) == (200, True, True)
    assert [(await site.get(f"/files/{it}", JISOO.id))[0] for it in (first, second)] == [200, 200]
    assert (await site.get(f"/files/{site.file}", JISOO.id))[0] == 403, "the words of whoever answered name that one"
