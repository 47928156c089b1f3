"""Forms, cookies and addresses as no browser of ours sends them: each is refused with a page, and nothing breaks."""

from __future__ import annotations

import gzip

import pytest

from tests.handlers.signed_in_house import MINA, PARTNER, TEAM, SignedInHouse

pytestmark = pytest.mark.asyncio(loop_scope="module")
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM, gzip.compress(b"title=T")),
        (FORM, b"title=\xff\xfe"),
        (f"{FORM}; charset=no-such-thing", b"title=T"),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("multipart/form-data", b"--x\r\n"),
    ],
)
async def test_a_form_that_cannot_be_read_is_refused_with_a_page(site: SignedInHouse, kind: str, body: bytes) -> None:
    status, text, _ = await site.ask(
        "POST", f"{site.notebook.path}/title", MINA.id, data=body, headers={"Content-Type": kind}
    )
    assert status in (400, 403)
    assert "Nothing was changed" in text
    notebook = await site.services.postmortems.notebooks.get(site.notebook.id)
    assert notebook.title == site.notebook.title


@pytest.mark.parametrize("number", ["9" * 5000, "-1", "0", "1e9", "٣", ""])
async def test_a_page_of_the_list_that_cannot_be_is_another(site: SignedInHouse, number: str) -> None:
    assert (await site.get(f"/notebooks?page={number}", MINA.id))[0] == 200


async def test_a_form_that_is_sent_when_signed_out_says_where_its_text_is(site: SignedInHouse) -> None:
    status, text, _ = await site.ask("POST", f"{site.notebook.path}/comments", data={"text": "long thoughts"})
    assert status == 401
    assert "copy what you wrote" in text
    assert "copy what you wrote" not in (await site.get(site.notebook.path))[1]


async def test_an_id_is_somebody_elses_in_another_workspace(site: SignedInHouse) -> None:
    """Slack's ids are unique within a workspace alone."""
    assert (await site.get(site.notebook.path, MINA.id, team=TEAM))[0] == 200
    assert (await site.get(site.notebook.path, MINA.id, team="T0OTHER001"))[0] == 403
    assert (await site.get(site.notebook.path, PARTNER, team="T0PARTNER1"))[0] == 200
    assert site.notebook.title not in (await site.get("/notebooks", MINA.id, team="T0OTHER001"))[1]
