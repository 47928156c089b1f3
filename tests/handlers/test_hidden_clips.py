"""Clips and post-mortems on every way out of their channel: each asks who gets them there."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from bot.backlog.request import FollowUpPlan
from bot.kernel.locale import Locale
from bot.notebook.shown_clip import ShownClip
from bot.services.access.policy import InstallationPolicies, Policy
from bot.services.home_tab import _view as home_of
from bot.services.postmortems.channel_notebook import may_read
from bot.services.postmortems.jobs import UnfurlJob
from bot.services.postmortems.link_previews import unfurl_links
from bot.services.requests.new_ticket import new_ticket
from bot.services.requests.ticket_evidence import clip_file, ticket_links
from bot.state.connection import connected
from tests.handlers.signed_in_house import CLOSED_CHANNEL, GUEST, MINA, PARTNER, TEAM, SignedInHouse
from tests.handlers.walking import quiet
from tests.notebook.examples import CLIP

pytestmark = pytest.mark.asyncio(loop_scope="module")
HIDDEN = "This clip isn’t shown"
EN = Locale.of("en", "UTC")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def with_clip(site: SignedInHouse) -> AsyncIterator[SignedInHouse]:
    """The clip of the notebook was made for the question behind the ticket, too; a guest is in the channel."""
    services = site.services
    asked = await services.questions.records.get(TEAM, "Q0ACCESS")
    clip = msgspec.structs.replace(CLIP, file=site.file, caption="Buy ×5, nothing")
    await services.clips.records.keep(asked, ShownClip(id="K0CLIP", asked=asked.id, session="s-1", start_ms=0,
                                                       end_ms=5000, length_ms=9000, clip=clip))  # fmt: skip
    request = await services.requests.records.get(TEAM, "R1")
    await services.requests.records.change(
        request, lambda record: msgspec.structs.replace(record, question=asked.id, asker=record.asker)
    )
    members = site.workspace.team.channel(CLOSED_CHANNEL)["members"]
    await site.set_members(CLOSED_CHANNEL, *members, GUEST.id)
    yield site
    await site.set_members(CLOSED_CHANNEL, *members)
    await policy(site)


async def policy(site: SignedInHouse, **fields: Any) -> None:
    access = site.services.access
    _, version = await access.policy(TEAM, CLOSED_CHANNEL)
    await access.save_policy(TEAM, CLOSED_CHANNEL, Policy(**fields), version)
    async with connected(str(site.settings.redis_url)) as redis:
        for key in await redis.keys("*channel-guests*"):
            await redis.delete(key)


async def page(site: SignedInHouse, who: str) -> bool:
    text = (await site.get(site.notebook.path, who, team=team_of(who)))[1]
    assert (f"/files/{site.file}" in text) is not (HIDDEN in text)
    return HIDDEN not in text


async def markdown(site: SignedInHouse, who: str) -> bool:
    return site.file in (await site.get(f"{site.notebook.path}.md", who, team=team_of(who)))[1]


async def html(site: SignedInHouse, who: str) -> bool:
    return HIDDEN not in (await site.get(f"{site.notebook.path}.html", who, team=team_of(who)))[1]


async def archive(site: SignedInHouse, who: str) -> bool:
    headers = {"Cookie": f"replaybook-session={site.signed(site.session(who, team_of(who)))}"}
    async with site.http.get(f"{site.base}{site.notebook.path}.zip", headers=headers) as answer:
        assert answer.status == 200
        archived = zipfile.ZipFile(io.BytesIO(await answer.read()))
    return any(archived.read(name) == b"GIF89a of a clip" for name in archived.namelist())


async def file(site: SignedInHouse, who: str) -> bool:
    return (await site.get(f"/files/{site.file}", who, team=team_of(who)))[0] == 200


async def ticket_page(site: SignedInHouse, who: str) -> bool:
    status, text = await site.get(f"/tickets/{site.ticket}", who, team=team_of(who))
    assert status == 200
    return site.file in text


async def home(site: SignedInHouse, who: str) -> bool:
    person = await site.services.slack.people.get(TEAM, who)
    return "Buy ×5" in str(await home_of(site.services, TEAM, person))


async def ticket(site: SignedInHouse, who: str) -> bool:
    """As file, as link, and in a new ticket: all or none."""
    requests = site.services.requests
    request = await requests.records.get(TEAM, "R1")
    got = [
        await clip_file(requests, request, who) is not None,
        any(site.file in link.url for link in await ticket_links(requests, request, who, EN)),
        (await new_ticket(requests, request, FollowUpPlan(), "Fix", {}, who)).clip is not None,
    ]
    assert len(set(got)) == 1
    return got[0]


async def preview(site: SignedInHouse, who: str) -> bool:
    """In the channel itself: a link to the clip alone."""
    return await previewed(site, who, f"{site.base}/files/{site.file}")


async def previewed(site: SignedInHouse, who: str, url: str) -> bool:
    posted = await site.services.slack.clients.for_team(TEAM).chat_postMessage(channel=CLOSED_CHANNEL, text=url)
    job = UnfurlJob(team=TEAM, channel=CLOSED_CHANNEL, ts=posted["ts"], user=who, links=(url,))
    before = site.calls("chat.unfurl")
    await unfurl_links(site.services.postmortems, job)
    return site.calls("chat.unfurl") > before


def team_of(who: str) -> str:
    return "T0PARTNER1" if who == PARTNER else TEAM


SEEN: dict[str, Callable[[SignedInHouse, str], Awaitable[bool]]] = {
    "page": page, "markdown": markdown, "html": html, "zip": archive, "file": file, "ticket page": ticket_page,
    "home": home,
}  # fmt: skip
"""What one person sees by themselves. PDF is printed from what HTML shows."""
SENT: dict[str, Callable[[SignedInHouse, str], Awaitable[bool]]] = {"ticket": ticket, "preview": preview}
"""What leaves for where others look, on behalf of somebody."""


@pytest.mark.parametrize("way", SEEN)
async def test_a_guest_sees_no_clip_by_any_way_unless_a_policy_lets_them(with_clip: SignedInHouse, way: str) -> None:
    see = SEEN[way]
    await policy(with_clip)
    assert [await see(with_clip, who) for who in (MINA.id, GUEST.id)] == [True, False]
    await policy(with_clip, clips_for_guests=True)
    assert [await see(with_clip, who) for who in (MINA.id, GUEST.id)] == [True, True]


@pytest.mark.parametrize("way", ["page", "markdown", "file", "ticket page"])
async def test_people_of_another_organization_neither(with_clip: SignedInHouse, way: str) -> None:
    see = SEEN[way]
    await policy(with_clip)
    assert not await see(with_clip, PARTNER)
    await policy(with_clip, clips_in_shared_channels=True)
    assert await see(with_clip, PARTNER)


@pytest.mark.parametrize("way", SENT)
async def test_nothing_is_sent_from_a_channel_with_guests_unless_a_policy_lets_it(
    with_clip: SignedInHouse, way: str
) -> None:
    await policy(with_clip)
    assert not await SENT[way](with_clip, MINA.id)
    await policy(with_clip, clips_for_guests=True)
    assert await SENT[way](with_clip, MINA.id)


async def test_whoever_answers_is_told_that_the_ticket_shows_no_clip(with_clip: SignedInHouse) -> None:
    await policy(with_clip, clip=("nobody",), clips_for_guests=True)
    assert not await ticket(with_clip, MINA.id)
    async with connected(str(with_clip.settings.redis_url)) as redis:
        await quiet(redis)
    told = [each["args"].get("text", "") for each in with_clip.workspace.team.journal.entries(0, "api")
            if each["name"] == "chat.postEphemeral" or each["args"].get("channel", "").startswith("D")]  # fmt: skip
    assert len([text for text in told if "The ticket shows no clip." in text]) == 1, "once, however often it is shown"


async def test_whoever_sees_no_clip_writes_none_and_publishes_none(with_clip: SignedInHouse) -> None:
    await policy(with_clip)
    notebook = await with_clip.services.postmortems.notebooks.get(with_clip.notebook.id)
    cell = next(each for each in notebook.cells if each.data and getattr(each.data, "file", "") == with_clip.file)
    for path in (f"/cells/{cell.id}", f"/cells/{cell.id}/remove", "/publish/confluence"):
        status, text = await with_clip.send(f"{notebook.path}{path}", GUEST.id, text="mine", seen="x", name="Gus")
        assert status == 400, path
        assert cell.markdown[:40] not in text
    assert await with_clip.services.postmortems.notebooks.get(notebook.id) == notebook


async def test_a_notebook_that_not_everybody_may_read_is_on_no_list_and_in_no_preview(with_clip: SignedInHouse) -> None:
    title, url = with_clip.notebook.title, f"{with_clip.base}{with_clip.notebook.path}"
    await policy(with_clip)
    for who, right, expected in ((MINA.id, (), True), (MINA.id, (GUEST.id,), False), (GUEST.id, (GUEST.id,), True)):
        await policy(with_clip, notebook=right)
        assert (title in (await with_clip.get("/notebooks", who))[1]) is expected
        person = await with_clip.services.slack.people.get(TEAM, who)
        assert (title in str(await home_of(with_clip.services, TEAM, person))) is expected
        assert await may_read(with_clip.services.postmortems, TEAM, who, CLOSED_CHANNEL) is expected
        assert await previewed(with_clip, who, url) is (not right)


async def test_what_its_owner_shares_with_everybody_shows_its_clips_unless_the_file_says_no(
    with_clip: SignedInHouse,
) -> None:
    access = with_clip.services.access
    by_file = replace(access, installation=InstallationPolicies(default=Policy(clips_for_guests=False)))
    assert await access.sees_clips(TEAM, CLOSED_CHANNEL, "")
    assert not await by_file.sees_clips(TEAM, CLOSED_CHANNEL, "")
