"""A notebook that its owner shares is read, and never written, by more people."""

from __future__ import annotations

import msgspec
import pytest

from bot.notebook.head import Participant
from bot.notebook.ports import change
from bot.services.postmortems.notebook_sharing import SharedWith
from standins.slack.seed import ERIK, JISOO, MINA
from tests.handlers.signed_in_house import GUEST, PARTNER, SignedInHouse

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def share(site: SignedInHouse, wanted: str, who: str = MINA.id) -> int:
    return (await site.send(f"{site.notebook.path}/sharing", who, shared_with=wanted))[0]


async def named(site: SignedInHouse, **people: Participant | None) -> None:
    await change(
        site.services.postmortems.notebooks,
        site.notebook.id,
        lambda now: msgspec.structs.replace(now, head=msgspec.structs.replace(now.head, **people)),
    )


async def statuses(site: SignedInHouse, path: str) -> tuple[int, int, int, int]:
    """Of somebody in the channel, in the workspace, in another workspace, and nobody in particular."""
    asked = ((MINA.id, "T0NORDIC01"), (JISOO.id, "T0NORDIC01"), ("U0FOREIGN1", "T0FOREIGN1"), (None, ""))
    found = [(await site.get(path, who, team=team))[0] for who, team in asked]
    return (found[0], found[1], found[2], found[3])


async def test_it_is_read_as_far_as_its_owner_shares_it(site: SignedInHouse) -> None:
    page, file = site.notebook.path, f"/files/{site.file}"
    try:
        assert await statuses(site, page) == (200, 403, 403, 401)
        assert await share(site, "workspace") == 303
        assert await statuses(site, page) == (200, 200, 403, 401)
        assert await statuses(site, file) == (200, 200, 403, 401)
        assert await statuses(site, f"{page}.md") == (200, 200, 403, 401)
        assert await share(site, "public") == 303
        assert await statuses(site, page) == (200, 200, 200, 200)
        assert await statuses(site, file) == (200, 200, 200, 200)
        assert await statuses(site, f"{page}/version") == (200, 200, 200, 200)
        assert await statuses(site, f"{page}.md") == (200, 200, 403, 401)
    finally:
        assert await share(site, "channel") == 303
    assert await statuses(site, page) == (200, 403, 403, 401)
    assert await statuses(site, file) == (200, 403, 403, 401)


async def test_who_only_reads_has_no_form_and_sends_none(site: SignedInHouse) -> None:
    await share(site, "public")
    try:
        for who in (JISOO.id, None):
            _, page = await site.get(site.notebook.path, who)
            assert site.notebook.title in page
            assert "its owner shares it" in page
            forms = page.split('<form method="post"')[1:]
            assert [form for form in forms if 'action="/signout"' not in form.split(">")[0]] == []
        assert (await site.send(f"{site.notebook.path}/title", JISOO.id, title="Mine"))[0] == 403
        assert (await site.ask("POST", f"{site.notebook.path}/title", data={"title": "Mine"}))[0] == 401
        assert (await site.services.postmortems.notebooks.get(site.notebook.id)).title == site.notebook.title
    finally:
        await share(site, "channel")


async def test_only_the_owner_chooses(site: SignedInHouse) -> None:
    try:
        await named(site, owner=Participant("Somebody", PARTNER))
        assert await share(site, "public") == 400
        assert 'name="shared_with"' not in (await site.get(site.notebook.path, MINA.id))[1]
        await named(site, owner=None, commander=Participant("Mina", MINA.id))
        assert 'name="shared_with"' in (await site.get(site.notebook.path, MINA.id))[1]
        assert await share(site, "public") == 303
        assert await share(site, "everybody") == 400
        assert await share(site, "public", JISOO.id) == 403
    finally:
        await named(site, owner=None, commander=None)
        await share(site, "channel")


async def test_where_nobody_is_named_other_organizations_do_not_choose_who_reads_it(site: SignedInHouse) -> None:
    assert 'name="shared_with"' in (await site.get(site.notebook.path, MINA.id))[1]
    status, page = await site.get(site.notebook.path, PARTNER)
    assert status == 200
    assert 'name="shared_with"' not in page
    assert await share(site, "public", PARTNER) == 400
    assert await statuses(site, site.notebook.path) == (200, 403, 403, 401)


async def test_guests_and_who_is_not_known_do_not_belong_to_the_workspace(site: SignedInHouse) -> None:
    await share(site, "workspace")
    try:
        assert (await site.get(site.notebook.path, "U0UNKNOWN1"))[0] == 403
        assert (await site.get(site.notebook.path, GUEST.id))[0] == 403
        assert (await site.get(site.notebook.path, ERIK.id))[0] == 200
    finally:
        await share(site, "channel")


async def test_the_widths_are_in_order() -> None:
    assert [each.within(SharedWith.WORKSPACE) for each in SharedWith] == [True, True, False]


async def test_from_elsewhere_or_switched_off_the_header_is_nothing(site: SignedInHouse) -> None:
    for name in ("X-Auth-Email", "X-Forwarded-Email", "X-Forwarded-User", "Remote-User"):
        headers = {name: MINA.email, "X-Forwarded-For": "10.0.0.1"}
        assert (await site.ask("GET", site.notebook.path, headers=headers))[0] == 401
