"""A file of another channel's, or workspace's, is not had by writing its address into something of one's own."""

from __future__ import annotations

import zipfile
from io import BytesIO

import msgspec
import pytest

from bot.notebook.notebook import Notebook
from tests.handlers.signed_in_house import JISOO, MINA, OPEN_CHANNEL, TEAM, SignedInHouse
from tests.notebook.examples import opened

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
